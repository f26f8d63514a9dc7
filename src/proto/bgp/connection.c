/*
 * One connection: from TCP to its end, its timers, and the collision with the other one.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bgp/session_internal.h"

/*
 * RFC 4271 section 8.2.2: "a large value" until the peer has said its own; 4 minutes suggested
 * there.
 */
#define LARGE_HOLD DURATION_S(240)

#define CEASE 6
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
	bgp_session_count(t->s, true, way, w->start, writer_len(w));
	t->actions->send[way].len += writer_len(w);
}

void
bgp_connection_reset(struct turn *t, enum bgp_way way, bool close)
{
	struct bgp_connection *c = &t->s->connections[way];

	c->state = BGP_IDLE;
	c->hold_at = c->keepalive_at = INSTANT_NEVER;
	c->rx_len = 0;
	free(TAKE(c->rx_long));
	t->actions->close[way] |= close;
}

void
bgp_connection_cease(struct turn *t, enum bgp_way way, const struct bgp_error *e)
{
	struct bgp_session *s = t->s;

	if (s->connections[way].state >= BGP_OPEN_SENT) {
		struct writer w = begin_send(t, way);

		bgp_restart_farewell(&s->connections[way], e);
		bgp_notification_encode(&w, e);
		end_send(t, way, &w);
		(void)bgp_error_format(e, s->info.last_sent, sizeof(s->info.last_sent));
		s->info.last_sent_at = t->now;
	}
	bgp_connection_reset(t, way, true);
}

void
bgp_connection_fail(struct turn *t, enum bgp_way way, const struct bgp_error *e)
{
	struct bgp_session *s = t->s;
	char text[BGP_WHY_MAX - 16], why[BGP_WHY_MAX];
	struct bgp_error said = *e;

	/* RFC 8538 section 3.1: what was to be withdrawn must not be kept over it */
	if (s->up && s->up_way == way && s->connections[way].negotiated.hard_reset &&
	    bgp_rib_out_withdrawals_wait(&s->rib, &s->peering))
		bgp_error_hard_reset(&said);
	bgp_connection_cease(t, way, &said);
	(void)snprintf(why, sizeof(why), "we sent %s", bgp_error_format(&said, text, sizeof(text)));
	bgp_session_connection_ended(t, way, BGP_PAUSE, why);
}

static void
send_keepalive(struct turn *t, enum bgp_way way)
{
	struct bgp_connection *c = &t->s->connections[way];
	struct writer w = begin_send(t, way);

	bgp_keepalive_encode(&w);
	end_send(t, way, &w);
	/* RFC 4271 section 10: jitter */
	c->keepalive_at = c->keepalive.ns == 0
	    ? INSTANT_NEVER
	    : instant_add(t->now, rng_jitter(&t->s->rng, c->keepalive, 75, 100));
}

void
bgp_connection_restart_hold(struct turn *t, enum bgp_way way)
{
	struct bgp_connection *c = &t->s->connections[way];

	c->hold_at = c->negotiated.hold_time_s == 0
	    ? INSTANT_NEVER
	    : instant_add(t->now, DURATION_S(c->negotiated.hold_time_s));
}

void
bgp_connection_open(struct turn *t, enum bgp_way way, struct ip local)
{
	struct bgp_session *s = t->s;
	struct bgp_connection *c = &s->connections[way];
	struct writer w = begin_send(t, way);

	c->ours = bgp_open_offer(&s->conf);
	bgp_restart_offer(t, &c->ours);
	bgp_retreat_apply(&s->retreat, &s->conf, &c->ours);
	s->info.offered = bgp_offer_of(&c->ours);
	memcpy(s->info.offered_families, c->ours.families, sizeof(s->info.offered_families));
	s->info.offered_role = c->ours.role;
	bgp_open_encode(&w, &c->ours);
	end_send(t, way, &w);
	c->state = BGP_OPEN_SENT;
	c->opened_at = t->now;
	c->local = local;
	c->negotiated = (struct bgp_negotiated){ 0 };
	c->farewell = BGP_FAREWELL_NONE;
	c->unreachable = c->peer_ended = false;
	c->rx_len = 0;
	c->hold_at = instant_add(t->now, LARGE_HOLD);
	c->keepalive_at = INSTANT_NEVER;
}

/*
 * RFC 4271 section 6.8, with section 2.3 of RFC 6286: of two connections the one stays that was
 * opened by the speaker with the higher router ID, or the higher AS where these are equal.
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
	if (other->state == BGP_ESTABLISHED) {
		/*
		 * The peer restarts, and its end of the old one is gone (RFC 4724 section 5). Its
		 * OPEN is the proof: a connection alone may be one that crossed ours, and that it
		 * gave up.
		 */
		bgp_connection_reset(t, other_way(way), true);
		bgp_session_connection_ended(t, other_way(way), BGP_REPLACED, BGP_REPLACED_WHY);
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

struct duration
bgp_keepalive_time(const struct bgp_conf *conf, uint16_t hold_time_s)
{
	struct duration third = duration_scale(DURATION_S(hold_time_s), 1, 3);

	return conf->keepalive.ns != 0 && duration_cmp(conf->keepalive, third) < 0 ? conf->keepalive
										   : third;
}

void
bgp_connection_confirm(struct turn *t, enum bgp_way way, const struct bgp_open *open)
{
	struct bgp_session *s = t->s;
	struct bgp_connection *c = &s->connections[way];

	if (!resolve_collision(t, way, open))
		return;
	c->open = *open;
	c->negotiated = bgp_negotiate(&c->ours, open);
	c->keepalive = bgp_keepalive_time(&s->conf, c->negotiated.hold_time_s);
	c->state = BGP_OPEN_CONFIRM;
	send_keepalive(t, way);
	bgp_connection_restart_hold(t, way);
	/* without a hold time a peer that falls silent here would keep us forever */
	if (instant_is_never(c->hold_at))
		c->hold_at = instant_add(t->now, LARGE_HOLD);
}

void
bgp_connection_timers(struct turn *t, enum bgp_way way)
{
	struct bgp_connection *c = &t->s->connections[way];
	struct bgp_error e;

	if (c->state < BGP_OPEN_SENT)
		return;
	if (instant_reached(c->hold_at, t->now)) {
		c->unreachable = true;
		(void)bgp_error_set(&e, 4, 0, NULL, 0, NULL);
		bgp_connection_fail(t, way, &e);
	} else if (instant_reached(c->keepalive_at, t->now)) {
		send_keepalive(t, way);
	}
}
