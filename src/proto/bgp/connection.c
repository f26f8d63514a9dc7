/*
 * One connection: from TCP to Established, its messages, and the collision with the other one.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/bgp/session_internal.h"

/* RFC 4271 section 8.2.2: "a large value" until the peer has said its own; 4 minutes suggested there. */
#define LARGE_HOLD DURATION_S(240)

#define CEASE 6
#define CEASE_REJECTED 5
#define CEASE_COLLISION 7

static struct writer
begin_send(struct turn *t, enum bgp_way way)
{
	size_t len = t->actions->send[way].len;

	return writer_init(t->actions->send[way].bytes + len, BGP_SEND_MAX - len);
}

static void
end_send(struct turn *t, enum bgp_way way, const struct writer *w)
{
	assert(writer_ok(w));
	/* the type stands behind marker and length */
	t->s->info.counters.out[t->actions->send[way].bytes[t->actions->send[way].len + 18]]++;
	t->actions->send[way].len += writer_len(w);
}

void
bgp_connection_reset(struct turn *t, enum bgp_way way, bool close)
{
	struct bgp_connection *c = &t->s->connections[way];

	c->state = BGP_IDLE;
	c->hold_at = c->keepalive_at = INSTANT_NEVER;
	c->rx_len = 0;
	t->actions->close[way] |= close;
}

void
bgp_connection_cease(struct turn *t, enum bgp_way way, const struct bgp_error *e)
{
	struct bgp_session *s = t->s;

	if (s->connections[way].state >= BGP_OPEN_SENT) {
		struct writer w = begin_send(t, way);

		bgp_notification_encode(&w, e);
		end_send(t, way, &w);
		(void)bgp_error_format(e, s->info.last_sent, sizeof(s->info.last_sent));
	}
	bgp_connection_reset(t, way, true);
}

/* Our side ends the connection for an error of the peer's. */
static void
fail(struct turn *t, enum bgp_way way, const struct bgp_error *e)
{
	char text[BGP_WHY_MAX - 16], why[BGP_WHY_MAX];

	bgp_connection_cease(t, way, e);
	(void)snprintf(why, sizeof(why), "we sent %s", bgp_error_format(e, text, sizeof(text)));
	bgp_session_connection_ended(t, way, BGP_PAUSE, why);
}

static void
send_keepalive(struct turn *t, enum bgp_way way)
{
	struct bgp_connection *c = &t->s->connections[way];
	struct writer w = begin_send(t, way);

	bgp_keepalive_encode(&w);
	end_send(t, way, &w);
	/* RFC 4271 section 4.4: a third of the hold time; section 10: jitter */
	c->keepalive_at = c->hold_time_s == 0
	    ? INSTANT_NEVER
	    : instant_add(t->now, rng_jitter(&t->s->rng, duration_scale(DURATION_S(c->hold_time_s), 1, 3),
				      75, 100));
}

static void
restart_hold(struct turn *t, struct bgp_connection *c)
{
	c->hold_at = c->hold_time_s == 0 ? INSTANT_NEVER
					 : instant_add(t->now, DURATION_S(c->hold_time_s));
}

void
bgp_connection_open(struct turn *t, enum bgp_way way, struct ip local)
{
	struct bgp_session *s = t->s;
	struct bgp_connection *c = &s->connections[way];
	struct writer w = begin_send(t, way);
	struct bgp_open open = {
		.as = s->conf.local_as,
		.id = ip_to_v4(s->conf.router_id),
		.hold_time_s = (uint16_t)(s->conf.hold_time.ns / NS_PER_S),
		.as4 = true,
		.route_refresh = true,
	};

	memcpy(open.families, s->conf.families, sizeof(open.families));
	bgp_open_encode(&w, &open);
	end_send(t, way, &w);
	c->state = BGP_OPEN_SENT;
	c->local = local;
	c->rx_len = 0;
	c->hold_at = instant_add(t->now, LARGE_HOLD);
	c->keepalive_at = INSTANT_NEVER;
}

/*
 * RFC 4271 section 6.8, with section 2.3 of RFC 6286: of two connections the one stays that was opened by
 * the speaker with the higher router ID, or the higher AS where these are equal.
 */
static enum bgp_way
collision_winner(const struct bgp_session *s, const struct bgp_open *peer)
{
	uint32_t ours = ip_to_v4(s->conf.router_id);
	bool we_win = ours != peer->id ? ours > peer->id : s->conf.local_as > peer->as;

	return we_win ? BGP_DIALLED : BGP_ACCEPTED;
}

/* The peer's OPEN has come on `way`. True when that connection goes on. */
static bool
resolve_collision(struct turn *t, enum bgp_way way, const struct bgp_open *peer)
{
	struct bgp_connection *other = other_connection(t->s, way);
	struct bgp_error e;
	enum bgp_way loser;

	if (other->state == BGP_CONNECT) {
		/* this one is ahead: another would only collide with it */
		bgp_connection_reset(t, other_way(way), true);
		return true;
	}
	/* OpenSent: the comparison is made when its OPEN comes, as the peer makes it */
	if (other->state != BGP_OPEN_CONFIRM)
		return true;
	loser = other_way(collision_winner(t->s, peer));
	(void)bgp_error_set(&e, CEASE, CEASE_COLLISION, NULL, 0, NULL);
	bgp_connection_cease(t, loser, &e);
	return loser != way;
}

static void
take_open(struct turn *t, enum bgp_way way, const uint8_t *body, size_t len)
{
	struct bgp_session *s = t->s;
	struct bgp_connection *c = &s->connections[way];
	struct bgp_open open;
	struct bgp_error e;

	if (!bgp_open_decode(body, len, &open, &e)) {
		fail(t, way, &e);
		return;
	}
	s->peer_open = open;
	s->info.peer_open = &s->peer_open;
	if (!bgp_open_check(&open, &s->conf, &e)) {
		fail(t, way, &e);
		return;
	}
	if (!resolve_collision(t, way, &open))
		return;
	c->open = open;
	c->hold_time_s = (uint16_t)MIN(s->conf.hold_time.ns / NS_PER_S, (int64_t)open.hold_time_s);
	c->state = BGP_OPEN_CONFIRM;
	send_keepalive(t, way);
	/* without a hold time a peer that falls silent here would keep us forever */
	c->hold_at = instant_add(t->now, c->hold_time_s ? DURATION_S(c->hold_time_s) : LARGE_HOLD);
}

static void
take_notification(struct turn *t, enum bgp_way way, const uint8_t *body, size_t len)
{
	struct bgp_session *s = t->s;
	enum bgp_state was = s->connections[way].state;
	char why[BGP_WHY_MAX];
	struct bgp_error e;
	bool rejected;

	bgp_notification_decode(body, len, &e);
	/* it has another connection, or pauses: as if it had not answered the dialling */
	rejected = was == BGP_OPEN_SENT && e.code == CEASE && e.subcode == CEASE_REJECTED;
	(void)bgp_error_format(&e, s->info.last_received, sizeof(s->info.last_received));
	(void)snprintf(why, sizeof(why), "the neighbor sent %.*s", (int)sizeof(why) - 32,
	    s->info.last_received);
	bgp_connection_reset(t, way, true);
	bgp_session_connection_ended(t, way, rejected ? BGP_NO_PAUSE : BGP_PAUSE, why);
}

static void
take_update(struct turn *t, enum bgp_way way, const uint8_t *body, size_t len)
{
	struct bgp_session *s = t->s;
	struct bgp_counters *n = &s->info.counters;
	struct bgp_update u;

	bgp_update_decode(body, len, &s->peering, &u);
	n->attributes_discarded += u.discarded;
	n->verdicts[u.verdict]++;
	if (u.verdict == BGP_VERDICT_RESET) {
		fail(t, way, &u.error);
		return;
	}
	n->prefixes_in += u.announced.count + u.mp_announced.count;
	n->withdrawn_in += u.withdrawn.count + u.mp_withdrawn.count;
	restart_hold(t, &s->connections[way]);
}

static void
take_refresh(struct turn *t, enum bgp_way way, const uint8_t *body, size_t len)
{
	struct bgp_session *s = t->s;
	struct bgp_refresh refresh;
	enum bgp_family family;
	struct bgp_error e;

	if (!bgp_refresh_decode(body, len, &refresh, &e)) {
		fail(t, way, &e);
		return;
	}
	family = bgp_family_from_wire(refresh.afi, refresh.safi);
	/* RFC 2918 section 4: a family that was not agreed on is ignored; other subtypes are RFC 7313's */
	if (refresh.subtype == 0 && family != BGP_FAMILY_MAX && s->peering.families[family])
		bgp_rib_out_refresh(&s->rib, family);
}

/* RFC 4271 section 8.2.2 for a message that its state does not know; subcodes of RFC 6608. */
static void
take_unexpected(struct turn *t, enum bgp_way way, uint8_t type)
{
	static const uint8_t subcodes[BGP_STATE_MAX] = {
		[BGP_OPEN_SENT] = 1, [BGP_OPEN_CONFIRM] = 2, [BGP_ESTABLISHED] = 3
	};
	struct bgp_error e;

	(void)bgp_error_set(&e, 5, subcodes[t->s->connections[way].state], &type, 1, NULL);
	fail(t, way, &e);
}

static void
take_message(struct turn *t, enum bgp_way way, uint8_t type, const uint8_t *body, size_t len)
{
	struct bgp_connection *c = &t->s->connections[way];
	bool established = c->state == BGP_ESTABLISHED;

	t->s->info.counters.in[type < BGP_TYPE_MAX ? type : 0]++;
	if (type == BGP_NOTIFICATION) {
		take_notification(t, way, body, len);
	} else if (type == BGP_OPEN && c->state == BGP_OPEN_SENT) {
		take_open(t, way, body, len);
	} else if (type == BGP_KEEPALIVE && c->state == BGP_OPEN_CONFIRM) {
		c->state = BGP_ESTABLISHED;
		restart_hold(t, c);
		bgp_session_connection_up(t, way);
	} else if (type == BGP_KEEPALIVE && established) {
		restart_hold(t, c);
	} else if (type == BGP_UPDATE && established) {
		take_update(t, way, body, len);
	} else if (type == BGP_ROUTE_REFRESH && established) {
		take_refresh(t, way, body, len);
	} else {
		take_unexpected(t, way, type);
	}
}

/* Fills the receive buffer up to n bytes; true when they are there. */
static bool
fill(struct bgp_connection *c, size_t n, const uint8_t **bytes, size_t *len)
{
	size_t take = n > c->rx_len ? MIN(n - c->rx_len, *len) : 0;

	if (take > 0)
		memcpy(c->rx + c->rx_len, *bytes, take);
	c->rx_len += take;
	*bytes += take;
	*len -= take;
	return c->rx_len >= n;
}

void
bgp_connection_bytes(struct turn *t, enum bgp_way way, const uint8_t *bytes, size_t len)
{
	struct bgp_connection *c = &t->s->connections[way];
	struct bgp_header h;
	struct bgp_error e;
	size_t given = len;

	if (c->state < BGP_OPEN_SENT) { /* a driver's late bytes of a connection that is gone */
		t->actions->consumed = len;
		return;
	}
	if (!fill(c, BGP_HEADER_LEN, &bytes, &len)) {
		t->actions->consumed = given;
		return;
	}
	if (!bgp_header_decode(c->rx, &h, &e)) {
		t->actions->consumed = given;
		fail(t, way, &e);
		return;
	}
	bool whole = fill(c, h.length, &bytes, &len);
	t->actions->consumed = given - len;
	if (!whole)
		return;
	c->rx_len = 0;
	take_message(t, way, h.type, c->rx + BGP_HEADER_LEN, (size_t)h.length - BGP_HEADER_LEN);
}

void
bgp_connection_timers(struct turn *t, enum bgp_way way)
{
	struct bgp_connection *c = &t->s->connections[way];
	struct bgp_error e;

	if (c->state < BGP_OPEN_SENT)
		return;
	if (instant_reached(c->hold_at, t->now)) {
		(void)bgp_error_set(&e, 4, 0, NULL, 0, NULL);
		fail(t, way, &e);
	} else if (instant_reached(c->keepalive_at, t->now)) {
		send_keepalive(t, way);
	}
}
