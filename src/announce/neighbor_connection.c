/*
 * The connections of a neighbor: dialled, accepted, and those that end while the peer still has to
 * get a NOTIFICATION.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "announce/neighbor_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/tcp.h"

/* Connections that are told that they are rejected, at a time. */
#define FINISHING_MAX 8

static void
free_connection(struct neighbor_connection *c)
{
	list_remove(&c->list);
	stream_free(c->stream);
	free(c);
}

static void
input_closed(struct neighbor *n, enum bgp_way way, const char *why, bool by_peer)
{
	(void)neighbor_input(
	    n, &(struct bgp_event){
		   .type = BGP_EVENT_CLOSED, .way = way, .text = why, .by_peer = by_peer });
}

static void
on_connected(void *userdata)
{
	struct neighbor_connection *c = userdata;
	struct neighbor *n = c->neighbor;

	c->connecting = false;
	neighbor_expect_bytes(n);
	(void)neighbor_input(n, &(struct bgp_event){ .type = BGP_EVENT_DIALLED,
				    .way = BGP_DIALLED,
				    .local = tcp_local(stream_fd(c->stream)) });
}

static void
on_bytes(void *userdata, const uint8_t *bytes, size_t len)
{
	struct neighbor_connection *c = userdata;

	c->heard = true;
	neighbor_take_bytes(c->neighbor, c->way, bytes, len);
}

static void
on_writable(void *userdata)
{
	struct neighbor_connection *c = userdata;

	neighbor_send_updates(c->neighbor);
	c->neighbor->events->progress(c->neighbor->events->userdata);
}

static void
on_closed(void *userdata, const char *why)
{
	struct neighbor_connection *c = userdata;
	struct neighbor *n = c->neighbor;
	enum bgp_way way = c->way;
	bool current = n->connections[way] == c;
	int error = stream_error(c->stream);
	/* the end of file, or a reset: all else is said by this host */
	bool by_peer = error == 0 || error == -ECONNRESET || error == -EPIPE;
	char text[BGP_WHY_MAX];

	neighbor_failure(n, !c->connecting, error, why, text, sizeof(text));
	if (current)
		n->connections[way] = NULL;
	free_connection(c);
	if (current)
		input_closed(n, way, text, by_peer);
	else
		n->events->progress(n->events->userdata);
}

static const struct stream_events stream_events = {
	.connected = on_connected,
	.bytes = on_bytes,
	.writable = on_writable,
	.closed = on_closed,
};

/* Takes fd over; *ret is owned by the caller. */
static int
new_connection(struct neighbor *n, enum bgp_way way, int fd, struct neighbor_connection **ret)
{
	struct neighbor_connection *c = xcalloc(1, sizeof(*c));
	int r;

	c->neighbor = n;
	c->way = way;
	c->connecting = way == BGP_DIALLED;
	list_init(&c->list);
	tcp_watch_peer(fd, neighbor_conf_patience(&n->conf));
	r = stream_new(n->loop, fd, way == BGP_DIALLED, &stream_events, c, &c->stream);
	if (r < 0) {
		free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void
neighbor_dial(struct neighbor *n)
{
	struct endpoint peer = { .addr = n->conf.address, .port = n->conf.port };
	struct tcp_conf tcp = neighbor_conf_tcp(&n->conf);
	struct tcp_counters before = { 0 };
	char text[BGP_WHY_MAX];
	struct err e = { 0 };
	int fd, r;

	before = tcp_counters_read();
	r = tcp_dial(peer, &tcp, &fd, &e);
	if (r == 0) {
		r = new_connection(n, BGP_DIALLED, fd, &n->connections[BGP_DIALLED]);
		if (r < 0)
			(void)err_errno(&e, r, "event loop");
	}
	if (r < 0) {
		neighbor_failure(n, false, r, e.message, text, sizeof(text));
		input_closed(n, BGP_DIALLED, text, false);
	} else {
		n->connections[BGP_DIALLED]->before = before;
	}
}

void
neighbor_close_connection(struct neighbor *n, enum bgp_way way, bool politely)
{
	struct neighbor_connection *c = TAKE(n->connections[way]);

	if (c == NULL)
		return;
	if (politely && stream_finish(c->stream) == 0)
		list_append(&n->finishing, &c->list);
	else
		free_connection(c);
}

/* Says so, that the peer need not guess; one that does not go is not worth many descriptors. */
static void
reject(struct neighbor *n, int fd)
{
	struct neighbor_connection *c;
	uint8_t buf[BGP_SEND_MAX];
	size_t count = 0;

	list_for_each(known, &n->finishing, struct neighbor_connection, list) {
		(void)known;
		count++;
	}
	if (count >= FINISHING_MAX) {
		(void)close(fd);
		return;
	}
	if (new_connection(n, BGP_ACCEPTED, fd, &c) < 0)
		return;
	(void)stream_write(c->stream, buf, bgp_session_reject(n->session, buf));
	if (stream_finish(c->stream) == 0)
		list_append(&n->finishing, &c->list);
	else
		free_connection(c);
}

void
neighbor_accept(struct neighbor *n, int fd, const struct endpoint *peer)
{
	struct tcp_conf tcp = neighbor_conf_tcp(&n->conf);
	struct ip local = tcp_local(fd);
	int r = tcp_adopt(fd, peer, &tcp);

	if (r < 0) {
		log_warning("neighbor %s: its connection was closed, since what is configured for "
			    "it can not be set: %s",
		    n->conf.name, strerror(-r));
		(void)close(fd);
		return;
	}
	if (!bgp_session_accepts(n->session, clock_now())) {
		log_debug("neighbor %s: an incoming connection was rejected", n->conf.name);
		reject(n, fd);
		return;
	}
	/* one that still stands is that of a neighbor that has restarted since */
	neighbor_close_connection(n, BGP_ACCEPTED, false);
	if (new_connection(n, BGP_ACCEPTED, fd, &n->connections[BGP_ACCEPTED]) < 0) {
		input_closed(n, BGP_ACCEPTED, "event loop", false);
		return;
	}
	n->connections[BGP_ACCEPTED]->before = tcp_counters_read();
	neighbor_expect_bytes(n);
	(void)neighbor_input(n,
	    &(struct bgp_event){ .type = BGP_EVENT_ACCEPTED, .way = BGP_ACCEPTED, .local = local });
}

bool
neighbor_is_closed(const struct neighbor *n)
{
	return list_is_empty(&n->finishing) && !n->connections[BGP_DIALLED] &&
	    !n->connections[BGP_ACCEPTED];
}

void
neighbor_drop_connections(struct neighbor *n)
{
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		neighbor_close_connection(n, way, false);
	list_for_each_safe(c, &n->finishing, struct neighbor_connection, list)
		free_connection(c);
}

/* Owned by the caller; NULL: it did not come along, or is not what the session takes it for. */
static struct neighbor_connection *
resume_connection(
    struct neighbor *n, enum bgp_way way, struct inheritance *in, struct reader records)
{
	struct neighbor_connection *c = xcalloc(1, sizeof(*c));
	enum bgp_state state = bgp_session_connection(n->session, way);

	c->neighbor = n;
	c->way = way;
	list_init(&c->list);
	neighbor_load_connection(c, records);
	if (state == BGP_IDLE || c->connecting != (state == BGP_CONNECT) ||
	    stream_resume(n->loop, in, records, &stream_events, c, &c->stream) < 0) {
		free(c);
		return NULL;
	}
	c->before = tcp_counters_read();
	tcp_watch_peer(stream_fd(c->stream), neighbor_conf_patience(&n->conf));
	return c;
}

void
neighbor_resume_connections(struct neighbor *n, const struct neighbor_past *past)
{
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		n->connections[way] =
		    resume_connection(n, way, past->in, neighbor_past_connection(past, way));
}
