#include "announce/neighbor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/tcp.h"

/* UPDATEs written in one turn; the loop comes by for more. */
#define UPDATES_A_TURN 64
/* Connections that are told that they are rejected, at a time. */
#define FINISHING_MAX 8
#define IDLE_HOLD_MAX DURATION_S(60)

static void apply(struct neighbor *n, const struct bgp_actions *actions);

static void
input(struct neighbor *n, const struct bgp_event *event)
{
	struct bgp_actions actions;

	bgp_session_input(n->session, event, clock_now(), &actions);
	apply(n, &actions);
}

static void
input_closed(struct neighbor *n, enum bgp_way way, const char *why)
{
	input(n, &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .way = way, .text = why });
}

static void
free_connection(struct neighbor_connection *c)
{
	list_remove(&c->list);
	stream_free(c->stream);
	free(c);
}

static void
on_connected(void *userdata)
{
	struct neighbor_connection *c = userdata;

	input(c->neighbor, &(struct bgp_event){ .type = BGP_EVENT_DIALLED });
}

static void
on_bytes(void *userdata, const uint8_t *bytes, size_t len)
{
	struct neighbor_connection *c = userdata;
	struct neighbor *n = c->neighbor;
	enum bgp_way way = c->way;
	struct bgp_actions actions = { 0 };

	/* the session takes one message at a time, and may close the connection over any of them */
	while (len > 0 && n->connections[way] == c) {
		struct bgp_event event = { .type = BGP_EVENT_BYTES, .way = way, .bytes = bytes, .len = len };

		bgp_session_input(n->session, &event, clock_now(), &actions);
		bytes += actions.consumed;
		len -= actions.consumed;
		apply(n, &actions);
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

static void
dial(struct neighbor *n)
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

/* Closes so that the peer gets the NOTIFICATION, when there is one on its way. */
static void
close_connection(struct neighbor *n, enum bgp_way way, bool politely)
{
	struct neighbor_connection *c = TAKE(n->connections[way]);

	if (c == NULL)
		return;
	if (politely && stream_finish(c->stream) == 0)
		list_append(&n->finishing, &c->list);
	else
		free_connection(c);
}

static void
report(struct neighbor *n, const struct bgp_actions *actions)
{
	char address[IP_STR_MAX];
	uint64_t left_out;

	(void)ip_format(n->conf.address, address);
	switch (actions->change) {
	case BGP_CHANGE_NONE:
		return;
	case BGP_CHANGE_UP:
		log_notice("neighbor %s is up: %s address=%s as=%u", n->conf.name, actions->why, address,
		    n->conf.peer_as);
		n->failures.last[0] = '\0'; /* worth saying again */
		break;
	case BGP_CHANGE_DOWN:
		log_notice("neighbor %s is down: %s address=%s as=%u", n->conf.name, actions->why,
		    address, n->conf.peer_as);
		break;
	case BGP_CHANGE_FAILED:
		if (failure_limit_take(&n->failures, actions->why, clock_now(), &left_out))
			log_warning("neighbor %s: %s address=%s as=%u not_logged=%" PRIu64, n->conf.name,
			    actions->why, address, n->conf.peer_as, left_out);
		return;
	}
	n->events->changed(
	    n->events->userdata, n, actions->change == BGP_CHANGE_UP, actions->why);
}

static void
apply(struct neighbor *n, const struct bgp_actions *actions)
{
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		struct neighbor_connection *c = n->connections[way];
		size_t len = actions->send[way].len;
		bool stuck = false;

		if (c && actions->reset[way])
			stream_reset_at_end(c->stream);
		if (c && len > 0)
			stuck = stream_write(c->stream, actions->send[way].bytes, len) < 0;
		if (actions->close[way] || stuck)
			close_connection(n, way, len > 0 && !stuck);
		if (stuck && !actions->close[way])
			input_closed(n, way, "it does not read what we send");
	}
	if (actions->dial)
		dial(n);
	timer_set(&n->timer, bgp_session_deadline(n->session));
	report(n, actions);
	neighbor_send_updates(n);
	n->events->progress(n->events->userdata);
}

static void
send_updates(struct neighbor *n, struct neighbor_connection *c)
{
	uint8_t buf[BGP_MESSAGE_MAX];

	for (int i = 0; i < UPDATES_A_TURN; i++) {
		/* behind bytes that wait, changes are better kept where they can still be merged */
		if (stream_pending(c->stream) > 0)
			return;
		size_t len = bgp_session_next_update(n->session, buf);
		if (len == 0)
			return;
		(void)stream_write(c->stream, buf, len); /* into an empty buffer: it fits */
	}
	stream_ask_writable(c->stream);
}

/* Tells the session how far the socket is. */
static void
tell_sent(struct neighbor *n, const struct neighbor_connection *c)
{
	bgp_session_sent(n->session, stream_taken(c->stream), stream_pending(c->stream), clock_now());
}

void
neighbor_send_updates(struct neighbor *n)
{
	struct neighbor_connection *c = n->connections[bgp_session_way(n->session)];

	if (c == NULL || bgp_session_info(n->session)->state != BGP_ESTABLISHED)
		return;
	tell_sent(n, c);
	send_updates(n, c);
	tell_sent(n, c);
	timer_set(&n->timer, bgp_session_deadline(n->session));
}

bool
neighbor_is_withdrawing(const struct neighbor *n, struct prefix prefix)
{
	const struct neighbor_connection *c = n->connections[bgp_session_way(n->session)];

	if (c == NULL || bgp_session_info(n->session)->state != BGP_ESTABLISHED)
		return false; /* without a session the peer has forgotten it */
	return bgp_session_withdrawing(n->session, prefix) || stream_pending(c->stream) > 0;
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
	if (!bgp_session_accepts(n->session, clock_now()) || n->connections[BGP_ACCEPTED]) {
		log_debug("neighbor %s: an incoming connection was rejected", n->conf.name);
		reject(n, fd);
		return;
	}
	if (new_connection(n, BGP_ACCEPTED, fd, &n->connections[BGP_ACCEPTED]) == 0)
		input(n, &(struct bgp_event){ .type = BGP_EVENT_ACCEPTED });
}

void
neighbor_start(struct neighbor *n)
{
	input(n, &(struct bgp_event){ .type = BGP_EVENT_START });
}

void
neighbor_stop(struct neighbor *n)
{
	bgp_session_withdraw_all(n->session);
	neighbor_send_updates(n);
	input(n, &(struct bgp_event){ .type = BGP_EVENT_STOP });
}

bool
neighbor_is_closed(const struct neighbor *n)
{
	return list_is_empty(&n->finishing) && !n->connections[BGP_DIALLED] &&
	    !n->connections[BGP_ACCEPTED];
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct neighbor *n = container_of(t, struct neighbor, timer);
	const struct neighbor_connection *c = n->connections[bgp_session_way(n->session)];

	(void)now;
	if (c)
		tell_sent(n, c);
	input(n, &(struct bgp_event){ .type = BGP_EVENT_TIMER });
}

/* Our own address of a session is the next hop of its family, unless another is given. */
static struct ip
next_hop(const struct neighbor_conf *conf, struct ip given, enum ip_family family)
{
	struct ip none = { 0 };

	if (given.family != IP_NONE)
		return given;
	return conf->local_address.family == family ? conf->local_address : none;
}

int
neighbor_new(sd_event *loop, const struct neighbor_conf *conf, const struct neighbor_events *events,
    struct neighbor **ret, struct err *e)
{
	struct bgp_conf bgp = {
		.local_as = conf->local_as,
		.peer_as = conf->peer_as,
		.router_id = conf->router_id,
		.hold_time = conf->hold_time,
		.connect_retry = conf->connect_retry,
		.idle_hold = conf->idle_hold,
		.idle_hold_max = conf->idle_hold_max.ns ? conf->idle_hold_max : IDLE_HOLD_MAX,
		.passive = conf->mode == NEIGHBOR_PASSIVE,
		.active_only = conf->mode == NEIGHBOR_ACTIVE,
		.keepalive = conf->keepalive,
		.offer = conf->offer,
		.role = conf->role,
		.role_strict = conf->role_strict,
		.restart_time = conf->restart_time,
		.restarted = conf->restarted,
		.bfd_strict = conf->bfd.enabled && conf->bfd.strict,
		.families = { [BGP_IPV4] = conf->ipv4, [BGP_IPV6] = conf->ipv6 },
		.next_hop = { [BGP_IPV4] = next_hop(conf, conf->next_hop4, IP_V4),
		    [BGP_IPV6] = next_hop(conf, conf->next_hop6, IP_V6) },
		.prefix_limit = conf->prefix_limit,
	};
	uint64_t seed = 0;
	int r = bgp_conf_check(&bgp, e);

	if (r < 0)
		return err_prefix(e, "neighbor %s", conf->name), r;
	if (conf->local_address.family != conf->address.family)
		return err_set(e, -EINVAL, "neighbor %s: local-address and address are of two families",
		    conf->name);
	if (conf->password && strlen(conf->password) > TCP_PASSWORD_MAX)
		return err_set(e, -EINVAL, "neighbor %s: the password is longer than %d bytes",
		    conf->name, TCP_PASSWORD_MAX);

	struct neighbor *n = xcalloc(1, sizeof(*n));
	n->conf = *conf;
	n->loop = loop;
	n->events = events;
	list_init(&n->finishing);
	(void)getrandom(&seed, sizeof(seed), GRND_NONBLOCK); /* jitter, no secret */
	n->session = bgp_session_new(&bgp, seed);
	r = timer_init(&n->timer, loop, on_timer);
	if (r < 0) {
		neighbor_free(n);
		return err_errno(e, r, "neighbor %s: timer", conf->name);
	}
	*ret = n;
	return 0;
}

void
neighbor_free(struct neighbor *n)
{
	if (n == NULL)
		return;
	timer_done(&n->timer);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		close_connection(n, way, false);
	list_for_each_safe(c, &n->finishing, struct neighbor_connection, list)
		free_connection(c);
	bgp_session_free(n->session);
	free(n);
}
