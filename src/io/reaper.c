#include "io/reaper.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/list.h"

struct reaper {
	sd_event *loop; /* a reference */
	struct list dying;
};

struct dying {
	struct list node;
	int pidfd;               /* owned */
	sd_event_source *source; /* owned */
};

static bool
has_ended(int pidfd)
{
	siginfo_t info = { 0 };

	/* an error: somebody else has taken its status */
	return waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0 || info.si_pid != 0;
}

static void
let_go(struct dying *d)
{
	list_remove(&d->node);
	(void)sd_event_source_disable_unref(d->source);
	(void)close(d->pidfd);
	free(d);
}

static int
on_ready(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)events;
	if (has_ended(fd))
		let_go(userdata);
	return 0;
}

struct reaper *
reaper_new(sd_event *loop)
{
	struct reaper *r = xcalloc(1, sizeof(*r));

	r->loop = sd_event_ref(loop);
	list_init(&r->dying);
	return r;
}

void
reaper_free(struct reaper *r)
{
	if (r == NULL)
		return;
	list_for_each_safe (d, &r->dying, struct dying, node) {
		(void)has_ended(d->pidfd);
		let_go(d);
	}
	(void)sd_event_unref(r->loop);
	free(r);
}

void
reaper_take(struct reaper *r, int pidfd)
{
	struct dying *d;

	if (has_ended(pidfd)) {
		(void)close(pidfd);
		return;
	}
	d = xcalloc(1, sizeof(*d));
	d->pidfd = pidfd;
	list_append(&r->dying, &d->node);
	(void)sd_event_add_io(r->loop, &d->source, pidfd, EPOLLIN, on_ready, d);
}
