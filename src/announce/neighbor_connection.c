/*
 * The connections of a neighbor: dialled, accepted, and those that end while the peer still has to get a
 * NOTIFICATION.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
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
input_closed(struct neighbor *n, enum bgp_way way, const char *why)
{
	(void)neighbor_input(
	    n, &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .way = way, .text = why });
}

static void
on_connected(void *userdata)
{
	struct neighbor_connection *c = userdata;

	(void)neighbor_input(c->neighbor, &(struct bgp_event){ .type = BGP_EVENT_DIALLED,
	    .way = BGP_DIALLED, .local = tcp_local(stream_fd(c->stream)) });
}

static void
on_bytes(void *userdata, const uint8_t *bytes, size_t len)
{
	struct neighbor_connection *c = userdata;
	struct neighbor *n = c->neighbor;
	enum bgp_way way = c->way;

	/* the session takes one message at a time, and may close the connection over any of them */
	while (len > 0 && n->connections[way] == c) {
		size_t taken = neighbor_input(n, &(struct bgp_event){
		    .type = BGP_EVENT_BYTES, .way = way, .bytes = bytes, .len = len });

		bytes += taken;
		len -= taken;
	}
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
	char text[256];

	(void)snprintf(text, sizeof(text), "%s", why);
	if (current)
		n->connections[way] = NULL;
	free_connection(c);
	if (current)
		input_closed(n, way, text);
	else
		n->events->progress(n->events->userdata);
}

static const struct stream_events stream_events = {
	.connected = on_connected,
	.bytes = on_bytes,
	.writable = on_writable,
	.closed = on_closed,
};

/*
 * Without a hold time BGP does not notice that a router is gone, so TCP has to; with one TCP is the net
 * below it, and must not tear sooner than BGP would.
 */
static struct duration
tcp_patience(struct duration hold_time)
{
	struct duration twice = duration_scale(hold_time, 2, 1);

	if (hold_time.ns == 0)
		return DURATION_S(90);
	return duration_cmp(twice, DURATION_S(480)) > 0 ? twice : DURATION_S(480);
}

/* Takes fd over; *ret is owned by the caller. */
static int
new_connection(struct neighbor *n, enum bgp_way way, int fd, struct neighbor_connection **ret)
{
	struct neighbor_connection *c = xcalloc(1, sizeof(*c));
	int r;

	c->neighbor = n;
	c->way = way;
	list_init(&c->list);
	tcp_watch_peer(fd, tcp_patience(n->conf.hold_time));
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
	struct tcp_conf tcp = { .local = n->conf.local_address, .password = n->conf.password };
	struct err e = { 0 };
	int fd, r = tcp_dial(peer, &tcp, &fd, &e);

	if (r == 0) {
		r = new_connection(n, BGP_DIALLED, fd, &n->connections[BGP_DIALLED]);
		if (r < 0)
			(void)err_errno(&e, r, "event loop");
	}
	if (r < 0)
		input_closed(n, BGP_DIALLED, e.message);
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
neighbor_accept(struct neighbor *n, int fd)
{
	struct ip local = tcp_local(fd);

	if (!bgp_session_accepts(n->session, clock_now()) || n->connections[BGP_ACCEPTED]) {
		log_debug("neighbor %s: an incoming connection was rejected", n->conf.name);
		reject(n, fd);
		return;
	}
	if (new_connection(n, BGP_ACCEPTED, fd, &n->connections[BGP_ACCEPTED]) == 0)
		(void)neighbor_input(n, &(struct bgp_event){ .type = BGP_EVENT_ACCEPTED,
		    .way = BGP_ACCEPTED, .local = local });
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
