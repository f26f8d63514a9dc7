/*
 * One client of a control socket: its request, its answer, now or later, and its end. See
 * control.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/control_internal.h"

void
control_client_free(struct control_client *c)
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
	control_client_free(container_of(t, struct control_client, timer));
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
		control_client_free(c);
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
		control_client_free(c);
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
				control_client_free(c);
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
		control_client_free(later->client);
}

struct control_client *
control_client_new(struct control_server *s, int fd)
{
	struct control_client *c = xcalloc(1, sizeof(*c));

	c->server = s;
	c->fd = fd;
	list_append(&s->clients, &c->node);
	s->client_count++;
	if (timer_init(&c->timer, s->loop, on_client_time) < 0 ||
	    sd_event_add_io(s->loop, &c->source, fd, EPOLLIN, on_client, c) < 0) {
		control_client_free(c);
		return NULL;
	}
	/* whoever asks can wait for a withdraw */
	(void)sd_event_source_set_priority(c->source, SD_EVENT_PRIORITY_IDLE);
	timer_set(&c->timer, instant_add(clock_now(), CONTROL_TIMEOUT));
	return c;
}

/* ---- from one program to the next ---- */

enum {
	TAG_FD = 1,
	TAG_REQUEST = 2,
	TAG_WHOLE = 3,
	TAG_REPLY = 4,
	TAG_WAITS = 5, /* the one that is to have its answer from the next program */
};

void
control_client_save(
    const struct control_client *c, const struct control_later *later, struct handover *h)
{
	struct state_writer *w = &h->state;

	handover_give(h, TAG_FD, c->fd);
	state_bytes(w, TAG_REQUEST, c->request, c->request_len);
	state_number(w, TAG_WHOLE, c->whole);
	state_bytes(w, TAG_REPLY, c->reply.text + c->written, c->reply.len - c->written);
	state_number(w, TAG_WAITS, c == later->client);
}

void
control_client_resume(struct control_server *s, struct inheritance *in, struct reader records,
    struct control_later *later)
{
	int fd = inheritance_take(in, records, TAG_FD, FD_UNIX);
	struct control_client *c = fd >= 0 ? control_client_new(s, fd) : NULL;
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
