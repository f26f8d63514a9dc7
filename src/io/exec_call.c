#include "io/exec_call.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "io/fd.h"
#include "io/loop.h"

#define OUTPUT_KEPT 512
#define LINE_SHOWN 100

struct exec_call {
	struct exec_child child;
	bool reaped;
	sd_event_source *ended, *readable; /* owned */
	struct timer timer;
	bool late; /* and killed */
	struct duration timeout;
	struct strbuf output; /* its beginning */
	exec_call_fn done;
	void *userdata;
};

/* What it wrote, and forgets most of it. */
static void
read_output(struct exec_call *c)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(c->child.output, buf, sizeof(buf))) > 0) {
		if (c->output.len < OUTPUT_KEPT)
			strbuf_add_mem(&c->output, buf, (size_t)n);
	}
	if (n == 0) /* the end of file stays readable */
		(void)sd_event_source_set_enabled(c->readable, SD_EVENT_OFF);
}

static int
on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	read_output(userdata);
	return 0;
}

static void
describe_end(struct exec_call *c, const siginfo_t *info, char *buf, size_t size)
{
	char why[EXEC_CALL_WHY_MAX], took[DURATION_STR_MAX];
	const char *line = strbuf_get(&c->output), *name;
	int len = (int)MIN(strcspn(line, "\r\n"), (size_t)LINE_SHOWN);

	if (c->late)
		utf8_format(buf, size, "was killed: it took longer than %s",
		    duration_format(c->timeout, took));
	else if (exec_child_failure(&c->child, why, sizeof(why)))
		utf8_format(buf, size, "cannot run: %s", why);
	else if (info->si_code == CLD_EXITED)
		utf8_format(
		    buf, size, "exit status %d%s%.*s", info->si_status, len ? ": " : "", len, line);
	else
		utf8_format(buf, size, "killed by SIG%s%s%.*s",
		    (name = sigabbrev_np(info->si_status)) ? name : "?", len ? ": " : "", len,
		    line);
}

static int
on_ended(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct exec_call *c = userdata;
	char why[EXEC_CALL_WHY_MAX];
	siginfo_t info = { 0 };

	(void)source;
	(void)events;
	if (waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
		return 0;
	read_output(c);
	describe_end(c, &info, why, sizeof(why));
	/* what it left behind, before its number can be another's */
	exec_child_kill(&c->child);
	(void)waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG);
	c->reaped = true;
	(void)sd_event_source_set_enabled(c->ended, SD_EVENT_OFF);
	timer_set(&c->timer, INSTANT_NEVER);
	c->done(c->userdata, !c->late && info.si_code == CLD_EXITED && info.si_status == 0, why);
	return 0;
}

static void
on_late(struct timer *t, struct instant now)
{
	struct exec_call *c = container_of(t, struct exec_call, timer);

	(void)now;
	c->late = true;
	exec_child_kill(&c->child); /* its end is told, and soon */
}

/* A file in memory, to be read from its beginning: no pipe that somebody has to fill. */
static int
input_of(const char *text, struct err *e)
{
	_cleanup_(closep) int fd = memfd_create("nearcast-input", MFD_CLOEXEC);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0)
		return err_errno(e, -errno, "memory for the input");
	return TAKE_FD(fd);
}

static int
watch(struct exec_call *c, sd_event *loop)
{
	int r = timer_init(&c->timer, loop, on_late);

	if (r >= 0)
		r = sd_event_add_io(loop, &c->ended, c->child.pidfd, EPOLLIN, on_ended, c);
	if (r >= 0)
		r = sd_event_add_io(loop, &c->readable, c->child.output, EPOLLIN, on_readable, c);
	/* whatever it has to tell can wait for a withdraw */
	if (r >= 0)
		r = sd_event_source_set_priority(c->ended, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = sd_event_source_set_priority(c->readable, SD_EVENT_PRIORITY_IDLE);
	return r;
}

int
exec_call_start(sd_event *loop, const struct exec_job *job, const char *text,
    struct duration timeout, exec_call_fn done, void *userdata, struct exec_call **ret,
    struct err *e)
{
	_cleanup_(closep) int input = input_of(text, e);
	struct exec_job with_input = *job;
	struct exec_call *c;
	int r;

	if (input < 0)
		return input;
	with_input.input = input;
	c = xcalloc(1, sizeof(*c));
	c->done = done;
	c->userdata = userdata;
	c->timeout = timeout;
	r = exec_spawn(&with_input, &c->child, e);
	if (r < 0) {
		free(c);
		return r;
	}
	r = watch(c, loop);
	if (r < 0) {
		exec_call_free(c);
		return err_errno(e, r, "event loop");
	}
	timer_set(&c->timer, instant_add(clock_now(), timeout));
	*ret = c;
	return 0;
}

void
exec_call_free(struct exec_call *c)
{
	siginfo_t info;

	if (c == NULL)
		return;
	if (!c->reaped) {
		exec_child_kill(&c->child);
		(void)waitid(P_PIDFD, (id_t)c->child.pidfd, &info, WEXITED | WNOHANG);
	}
	(void)sd_event_source_disable_unref(c->ended);
	(void)sd_event_source_disable_unref(c->readable);
	timer_done(&c->timer);
	(void)close(c->child.pidfd);
	(void)close(c->child.output);
	(void)close(c->child.failure);
	strbuf_done(&c->output);
	free(c);
}
