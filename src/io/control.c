#include "io/control_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"

static int
on_accept(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct control_server *s = userdata;
	int client_fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)source;
	(void)events;
	if (client_fd < 0)
		return 0; /* it went away, or we are out of descriptors: the loop asks again */
	if (s->client_count >= CONTROL_CLIENTS_MAX)
		(void)close(client_fd);
	else
		(void)control_client_new(s, client_fd);
	return 0;
}

/*
 * Makes the path ours for as long as we live. The lock beside it is what decides: it goes with its
 * process, however that ends, and two that start together cannot both have it.
 */
static int
lock_path(struct control_server *s, const char *path, struct err *e)
{
	_cleanup_(freep) char *lock = xasprintf("%s.lock", path);
	_cleanup_(freep) char *folder = xstrdup(path);
	char *slash = strrchr(folder, '/');

	if (slash != NULL && slash != folder) {
		*slash = '\0';
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			return err_errno(e, -errno, "make folder %s", folder);
	}
	s->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		return err_errno(e, -errno, "open %s", lock);
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return err_set(e, -EADDRINUSE, "another daemon answers on %s", path);
		return err_errno(e, -errno, "lock %s", lock);
	}
	return 0;
}

static int
listen_path(struct control_server *s, const char *path, struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct stat st;
	mode_t mask;
	int r;

	if (strlen(path) >= sizeof(sun.sun_path))
		return err_set(e, -ENAMETOOLONG, "control socket %s: the path is too long", path);
	memcpy(sun.sun_path, path, strlen(path));
	if (lstat(path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode))
			return err_set(
			    e, -EEXIST, "control socket %s: something else has that name", path);
		(void)unlink(path);
	}
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return err_errno(e, -errno, "open control socket");
	mask = umask(0117);
	r = bind(s->fd, (const void *)&sun, sizeof(sun));
	(void)umask(mask);
	if (r < 0)
		return err_errno(e, -errno, "bind control socket %s", path);
	s->path = xstrdup(path);
	if (listen(s->fd, CONTROL_CLIENTS_MAX) < 0)
		return err_errno(e, -errno, "listen on control socket %s", path);
	return 0;
}

/* Whatever of it was not handed over is made. */
static int
start(struct control_server *s, const char *path, struct err *e)
{
	int r = s->lock_fd >= 0 ? 0 : lock_path(s, path, e);

	if (r >= 0 && s->fd < 0)
		r = listen_path(s, path, e);
	if (r < 0)
		return r;
	r = sd_event_add_io(s->loop, &s->source, s->fd, EPOLLIN, on_accept, s);
	if (r < 0)
		return err_errno(e, r, "watch %s", path);
	(void)sd_event_source_set_priority(s->source, SD_EVENT_PRIORITY_IDLE);
	return 0;
}

int
control_server_new(sd_event *loop, const char *path, control_fn fn, void *userdata,
    struct control_server **ret, struct err *e)
{
	struct inheritance nothing = { 0 };
	struct control_later nobody = { 0 };

	return control_server_resume(
	    loop, path, &nothing, reader_init(NULL, 0), fn, userdata, &nobody, ret, e);
}

/* ---- from one program to the next ---- */

enum {
	TAG_FD = 1,
	TAG_LOCK = 2,
	TAG_CLIENT = 3,
};

void
control_server_save(
    const struct control_server *s, const struct control_later *later, struct handover *h)
{
	handover_give(h, TAG_FD, s->fd);
	handover_give(h, TAG_LOCK, s->lock_fd);
	list_for_each (c, &s->clients, struct control_client, node) {
		size_t mark = state_begin(&h->state, TAG_CLIENT);

		control_client_save(c, later, h);
		state_end(&h->state, mark);
	}
}

int
control_server_resume(sd_event *loop, const char *path, struct inheritance *in,
    struct reader records, control_fn fn, void *userdata, struct control_later *later,
    struct control_server **ret, struct err *e)
{
	struct control_server *s = xcalloc(1, sizeof(*s));
	struct reader client;
	uint16_t tag;
	int r;

	*s = (struct control_server){ .loop = loop,
		.fd = inheritance_take(in, records, TAG_FD, FD_UNIX_LISTENER),
		.lock_fd = inheritance_take(in, records, TAG_LOCK, FD_FILE),
		.fn = fn,
		.userdata = userdata };
	if (s->fd >= 0)
		s->path = xstrdup(path);
	list_init(&s->clients);
	r = start(s, path, e);
	if (r < 0) {
		control_server_free(s);
		return r;
	}
	while (state_next(&records, &tag, &client)) {
		if (tag == TAG_CLIENT)
			control_client_resume(s, in, client, later);
	}
	*ret = s;
	return 0;
}

void
control_server_free(struct control_server *s)
{
	if (s == NULL)
		return;
	list_for_each_safe (c, &s->clients, struct control_client, node)
		control_client_free(c);
	sd_event_source_disable_unref(s->source);
	if (s->path != NULL)
		(void)unlink(s->path);
	if (s->fd >= 0)
		(void)close(s->fd);
	if (s->lock_fd >= 0)
		(void)close(s->lock_fd);
	free(s->path);
	free(s);
}
