#include "io/control.h"

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
#include "base/list.h"
#include "io/loop.h"

struct control_server {
	sd_event *loop;          /* borrowed */
	char *path;              /* owned */
	int fd;                  /* owned; -1 until it listens */
	int lock_fd;             /* owned; held while the path is ours */
	sd_event_source *source; /* owned */
	struct list clients;     /* owned */
	size_t client_count;
	control_fn fn;
	void *userdata;
};

struct control_client {
	struct list node;
	struct control_server *server;
	int fd;                  /* owned */
	sd_event_source *source; /* owned */
	struct timer timer;
	char request[CONTROL_REQUEST_MAX + 1];
	size_t request_len;
	struct strbuf reply;
	size_t written;
	bool whole;                  /* the request */
	struct control_later *later; /* borrowed; whose answer comes later */
	bool asks;                   /* the control_fn is being called */
};

static void
client_free(struct control_client *c)
{
	if (c->later != NULL)
		c->later->client = NULL;
	list_remove(&c->node);
	c->server->client_count--;
	timer_done(&c->timer);
	sd_event_source_disable_unref(c->source);
	(void)close(c->fd);
	strbuf_done(&c->reply);
	free(c);
}

static void
on_client_time(struct timer *t, struct instant now)
{
	(void)now;
	client_free(container_of(t, struct control_client, timer));
}

/* Writes what it can; true when the client is done with. */
static bool
write_reply(struct control_client *c)
{
	while (c->written < c->reply.len) {
		ssize_t n = send(c->fd, c->reply.text + c->written, c->reply.len - c->written,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0)
			return errno != EAGAIN && errno != EINTR;
		c->written += (size_t)n;
	}
	return true;
}

/* Begins to write the answer; the client may be gone then. */
static void
answer(struct control_client *c)
{
	if (write_reply(c))
		client_free(c);
	else
		(void)sd_event_source_set_io_events(c->source, EPOLLOUT);
}

static void
ask(struct control_client *c)
{
	c->asks = true;
	c->server->fn(c->server->userdata, c->request, c, &c->reply);
	c->asks = false;
}

/* It has asked, and can only go away. */
static void
look_if_gone(struct control_client *c)
{
	char rest[256];
	ssize_t n = recv(c->fd, rest, sizeof(rest), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		client_free(c);
}

/* Reads what there is; true when a request is complete, false when more is to come; *gone: it went
 * away. */
static bool
read_request(struct control_client *c, bool *gone)
{
	ssize_t n = recv(
	    c->fd, c->request + c->request_len, CONTROL_REQUEST_MAX - c->request_len, MSG_DONTWAIT);
	char *end;

	if (n <= 0) {
		*gone = n == 0 || (errno != EAGAIN && errno != EINTR);
		return false;
	}
	c->request_len += (size_t)n;
	c->request[c->request_len] = '\0';
	end = memchr(c->request, '\n', c->request_len);
	if (end == NULL && c->request_len < CONTROL_REQUEST_MAX)
		return false;
	if (end == NULL)
		strbuf_add(&c->reply, "{\"error\":\"the request is longer than a line may be\"}\n");
	else
		*end = '\0';
	return true;
}

static int
on_client(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct control_client *c = userdata;
	bool gone = false;

	(void)source;
	(void)fd;
	(void)events;
	if (c->later != NULL) {
		look_if_gone(c);
		return 0;
	}
	if (c->reply.len == 0) {
		c->whole = c->whole || read_request(c, &gone);
		if (!c->whole) {
			if (gone)
				client_free(c);
			return 0;
		}
		if (c->reply.len == 0)
			ask(c);
		if (c->later != NULL)
			return 0;
	}
	answer(c);
	return 0;
}

void
control_defer(struct control_client *client, struct control_later *later)
{
	client->later = later;
	later->client = client;
}

void
control_reply(struct control_later *later, const char *text, size_t len)
{
	struct control_client *c = TAKE(later->client);

	if (c == NULL)
		return;
	c->later = NULL;
	strbuf_add_mem(&c->reply, text, len);
	if (!c->asks) /* else who asks goes on with it */
		answer(c);
}

void
control_wait(struct control_later *later, struct duration patience)
{
	if (later->client != NULL)
		timer_set(&later->client->timer, instant_add(clock_now(), patience));
}

void
control_forget(struct control_later *later)
{
	if (later->client != NULL)
		client_free(later->client);
}

/* Takes fd over; NULL: out of something. */
static struct control_client *
add_client(struct control_server *s, int fd)
{
	struct control_client *c = xcalloc(1, sizeof(*c));

	c->server = s;
	c->fd = fd;
	list_append(&s->clients, &c->node);
	s->client_count++;
	if (timer_init(&c->timer, s->loop, on_client_time) < 0 ||
	    sd_event_add_io(s->loop, &c->source, fd, EPOLLIN, on_client, c) < 0) {
		client_free(c);
		return NULL;
	}
	/* whoever asks can wait for a withdraw */
	(void)sd_event_source_set_priority(c->source, SD_EVENT_PRIORITY_IDLE);
	timer_set(&c->timer, instant_add(clock_now(), CONTROL_TIMEOUT));
	return c;
}

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
		(void)add_client(s, client_fd);
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

	/* of a client */
	TAG_REQUEST = 2,
	TAG_WHOLE = 3,
	TAG_REPLY = 4,
	TAG_WAITS = 5, /* the one that is to have its answer from the next program */
};

void
control_server_save(
    const struct control_server *s, const struct control_later *later, struct handover *h)
{
	struct state_writer *w = &h->state;

	handover_give(h, TAG_FD, s->fd);
	handover_give(h, TAG_LOCK, s->lock_fd);
	list_for_each (c, &s->clients, struct control_client, node) {
		size_t mark = state_begin(w, TAG_CLIENT);

		handover_give(h, TAG_FD, c->fd);
		state_bytes(w, TAG_REQUEST, c->request, c->request_len);
		state_number(w, TAG_WHOLE, c->whole);
		state_bytes(w, TAG_REPLY, c->reply.text + c->written, c->reply.len - c->written);
		state_number(w, TAG_WAITS, c == later->client);
		state_end(w, mark);
	}
}

/* One that has asked, and waits, asks again: its answer was to come from the program before. */
static void
resume_client(struct control_server *s, struct inheritance *in, struct reader records,
    struct control_later *later)
{
	int fd = inheritance_take(in, records, TAG_FD, FD_UNIX);
	struct control_client *c = fd >= 0 ? add_client(s, fd) : NULL;
	struct reader request = state_find(records, TAG_REQUEST);
	struct reader reply = state_find(records, TAG_REPLY);
	size_t len = reader_left(&reply);

	if (c == NULL)
		return;
	c->request_len = MIN(reader_left(&request), (size_t)CONTROL_REQUEST_MAX);
	reader_copy(&request, c->request, c->request_len);
	c->whole = state_find_number(records, TAG_WHOLE, 0) == 1;
	if (len > 0)
		strbuf_add_mem(&c->reply, (const char *)reader_bytes(&reply, len), len);
	if (state_find_number(records, TAG_WAITS, 0) == 1 && later->client == NULL)
		control_defer(c, later);
	else if (c->whole)
		(void)sd_event_source_set_io_events(c->source, EPOLLIN | EPOLLOUT);
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
			resume_client(s, in, client, later);
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
		client_free(c);
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
