#include "io/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/last_words.h"
#include "io/loop.h"
#include "io/tcp.h"

#define FINISH_PATIENCE DURATION_S(1)
/* After so long with one stream's bytes the others have their turn. */
#define READ_PATIENCE DURATION_MS(2)

struct stream {
	int fd;
	sd_event *loop;          /* referenced */
	sd_event_source *source; /* owned */
	const struct stream_events *events; /* borrowed */
	void *userdata;
	struct timer patience; /* of finishing */
	uint8_t *pending;      /* owned */
	size_t pending_len, pending_cap;
	uint64_t taken;
	int error;
	bool connecting, finishing, half_closed, asked, ended;
	struct last_words last_words; /* says too what waits */
	bool *freed; /* where a running callback learns that its stream is gone; NULL: none runs */
};

static void
listen_for(struct stream *s)
{
	uint32_t events = s->connecting ? 0 : EPOLLIN;

	if (s->connecting || s->asked || s->pending_len > 0)
		events |= EPOLLOUT;
	(void)sd_event_source_set_io_events(s->source, events);
}

/* Sends what the kernel takes. 0, or negative errno of a dead socket. */
static int
send_some(struct stream *s, const uint8_t *bytes, size_t len, size_t *ret_sent)
{
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = send(s->fd, bytes + sent, len - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n < 0)
			break;
		sent += (size_t)n;
		s->taken += (size_t)n;
	}
	*ret_sent = sent;
	return 0;
}

static void
keep(struct stream *s, const uint8_t *bytes, size_t len)
{
	if (s->pending_len + len > s->pending_cap) {
		s->pending_cap = MAX(s->pending_cap * 2, s->pending_len + len);
		s->pending = xrealloc(s->pending, s->pending_cap);
	}
	memcpy(s->pending + s->pending_len, bytes, len);
	s->pending_len += len;
}

/* The socket's place in the stream has moved; under the lock of last words. */
static void
unlock(struct stream *s)
{
	s->last_words.waiting = s->pending;
	s->last_words.waiting_len = s->pending_len;
	last_words_unlock();
}

int
stream_write(struct stream *s, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	size_t sent = 0;
	bool fits;

	last_words_lock();
	/* a dead socket takes no bytes and says so to the loop, which tells closed() */
	if (!s->connecting && s->pending_len == 0)
		(void)send_some(s, p, len, &sent);
	fits = s->pending_len + len - sent <= STREAM_PENDING_MAX;
	if (fits && sent < len)
		keep(s, p + sent, len - sent);
	unlock(s);
	if (!fits)
		return -ENOBUFS;
	if (sent < len)
		listen_for(s);
	return 0;
}

void
stream_set_last_words(struct stream *s, const void *bytes, size_t len)
{
	last_words_set(&s->last_words, s->fd, bytes, len);
}

bool
stream_has_last_words(const struct stream *s)
{
	return s->last_words.words_len > 0;
}

size_t
stream_pending(const struct stream *s)
{
	return s->pending_len;
}

void
stream_endpoints(const struct stream *s, struct endpoint *ret_local, struct endpoint *ret_peer)
{
	struct endpoint none = { 0 };
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	*ret_local = *ret_peer = none;
	if (getsockname(s->fd, (struct sockaddr *)&ss, &len) == 0)
		(void)endpoint_from_sockaddr(&ss, ret_local);
	len = sizeof(ss);
	if (getpeername(s->fd, (struct sockaddr *)&ss, &len) == 0)
		(void)endpoint_from_sockaddr(&ss, ret_peer);
}

uint64_t
stream_taken(const struct stream *s)
{
	return s->taken;
}

void
stream_reset_at_end(struct stream *s)
{
	struct linger none = { .l_onoff = 1 };

	(void)setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

void
stream_ask_writable(struct stream *s)
{
	s->asked = true;
	listen_for(s);
}

static void
end(struct stream *s, int error, const char *why)
{
	if (s->ended) /* a write and the read behind it can both fail in one turn */
		return;
	s->ended = true;
	s->error = error;
	(void)sd_event_source_set_enabled(s->source, SD_EVENT_OFF);
	s->events->closed(s->userdata, error < 0 ? strerror(-error) : why);
}

static void
flush_pending(struct stream *s)
{
	size_t sent = 0;
	int r;

	last_words_lock();
	r = send_some(s, s->pending, s->pending_len, &sent);
	s->pending_len -= sent;
	if (s->pending_len > 0)
		memmove(s->pending, s->pending + sent, s->pending_len);
	unlock(s);
	if (r < 0) {
		end(s, r, NULL);
		return;
	}
	if (s->pending_len > 0)
		return;
	s->asked = false;
	listen_for(s);
	if (!s->finishing) {
		s->events->writable(s->userdata);
	} else if (!s->half_closed) {
		s->half_closed = true;
		(void)shutdown(s->fd, SHUT_WR);
	}
}

/* True: there may be more. */
static bool
read_chunk(struct stream *s)
{
	uint8_t buf[STREAM_CHUNK_MAX];
	const bool *freed = s->freed;
	ssize_t n = recv(s->fd, buf, sizeof(buf), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0)
		end(s, -errno, NULL);
	else if (n == 0)
		end(s, 0, "closed by the neighbor");
	else if (!s->finishing)
		s->events->bytes(s->userdata, buf, (size_t)n);
	return n == (ssize_t)sizeof(buf) && !*freed;
}

static void
read_some(struct stream *s)
{
	struct instant until = instant_add(clock_now(), READ_PATIENCE);

	for (size_t n = 0; n < STREAM_READ_MAX; n += STREAM_CHUNK_MAX) {
		if (!read_chunk(s) || instant_reached(until, clock_now()))
			return;
	}
}

static int
on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct stream *s = userdata;
	bool freed = false;

	(void)source;
	(void)fd;
	s->freed = &freed;
	if (s->connecting) {
		int r = tcp_dial_result(s->fd);

		if (r < 0) {
			end(s, r, NULL);
		} else {
			s->connecting = false;
			listen_for(s);
			s->events->connected(s->userdata);
		}
		if (!freed)
			s->freed = NULL;
		return 0;
	}
	if (revents & EPOLLOUT)
		flush_pending(s);
	/* also for EPOLLHUP and EPOLLERR: reading tells what happened */
	if (!freed && (revents & ~(uint32_t)EPOLLOUT))
		read_some(s);
	if (!freed)
		s->freed = NULL;
	return 0;
}

int
stream_new(sd_event *loop, int fd, bool connecting, const struct stream_events *events,
    void *userdata, struct stream **ret)
{
	struct stream *s = xcalloc(1, sizeof(*s));
	int r;

	s->fd = fd;
	s->loop = sd_event_ref(loop);
	s->events = events;
	s->userdata = userdata;
	s->connecting = connecting;
	r = sd_event_add_io(loop, &s->source, fd, connecting ? EPOLLOUT : EPOLLIN, on_io, s);
	if (r < 0) {
		stream_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int
stream_error(const struct stream *s)
{
	return s->error;
}

int
stream_fd(const struct stream *s)
{
	return s->fd;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	if (s->freed)
		*s->freed = true;
	stream_set_last_words(s, NULL, 0);
	timer_done(&s->patience);
	(void)sd_event_source_disable_unref(s->source);
	(void)sd_event_unref(s->loop);
	(void)close(s->fd);
	free(s->pending);
	free(s);
}

static void
on_patience(struct timer *t, struct instant now)
{
	struct stream *s = container_of(t, struct stream, patience);

	(void)now;
	end(s, 0, "the neighbor did not close its side");
}

int
stream_finish(struct stream *s)
{
	int r = timer_init(&s->patience, s->loop, on_patience);

	if (r < 0)
		return r;
	stream_set_last_words(s, NULL, 0);
	timer_set(&s->patience, instant_add(clock_now(), FINISH_PATIENCE));
	s->finishing = true;
	if (s->pending_len == 0) {
		s->half_closed = true;
		(void)shutdown(s->fd, SHUT_WR);
	}
	listen_for(s);
	return 0;
}

enum {
	TAG_FD = 1,
	TAG_TAKEN = 2,
	TAG_CONNECTING = 3,
	TAG_ASKED = 4,
	TAG_PENDING = 5,
};

void
stream_save(const struct stream *s, struct handover *h)
{
	handover_give(h, TAG_FD, s->fd);
	state_number(&h->state, TAG_TAKEN, s->taken);
	state_number(&h->state, TAG_CONNECTING, s->connecting);
	state_number(&h->state, TAG_ASKED, s->asked);
	state_bytes(&h->state, TAG_PENDING, s->pending, s->pending_len);
}

int
stream_resume(sd_event *loop, struct inheritance *in, struct reader records,
    const struct stream_events *events, void *userdata, struct stream **ret)
{
	int fd = inheritance_take(in, records, TAG_FD, FD_TCP), r;
	struct reader pending = state_find(records, TAG_PENDING);
	size_t len = reader_left(&pending);
	struct stream *s;

	if (fd < 0)
		return -EBADF;
	r = stream_new(
	    loop, fd, state_find_number(records, TAG_CONNECTING, 0) == 1, events, userdata, &s);
	if (r < 0)
		return r;
	s->taken = state_find_number(records, TAG_TAKEN, 0);
	s->asked = state_find_number(records, TAG_ASKED, 0) == 1;
	if (len > 0) {
		last_words_lock();
		keep(s, reader_bytes(&pending, len), len);
		unlock(s);
	}
	listen_for(s);
	*ret = s;
	return 0;
}
