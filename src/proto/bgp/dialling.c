/*
 * When to dial, and what follows from the ends and the successes of connections: the pause after an
 * error.
 *
 * Differences from the letter of RFC 4271 section 8, all of them usual: a connection that could not
 * be dialled leads to Active and the next try after connect-retry, not to Idle; the pause after an
 * error doubles (DampPeerOscillations, section 8.1.1, in the form that everybody has); the peer may
 * connect while we dial, so that both need not wait for the collision.
 */
#include <stdio.h>

#include "proto/bgp/session_internal.h"

#define CEASE 6
#define CEASE_COLLISION 7

/* A session that stood as long has earned to start with the shortest pause again. */
#define STABLE_AFTER DURATION_S(60)
/* And that all capabilities are offered again: the router may be another one since. */
#define TRUSTED_AFTER DURATION_S(600)
/* The pauses behind the first one grow from here at least, so that idle-hold 0 does not spin. */
#define SECOND_PAUSE_MIN DURATION_MS(100)
/* So long after one that came to nothing, no other connection of the peer is taken. */
#define ACCEPT_PAUSE DURATION_MS(250)
/* So long what the neighbor said last may be why it can not be reached. */
#define REFUSAL_COUNTS_FOR DURATION_S(600)
/*
 * TCP gets as long to connect, even when connect-retry is shorter: a far peer needs a round trip.
 */
#define DIAL_TIMEOUT DURATION_S(5)

/* The ConnectRetryTimer, with the jitter of RFC 4271 section 10. */
static void
arm_retry(struct turn *t)
{
	struct bgp_session *s = t->s;

	s->retry_at = s->conf.passive
	    ? INSTANT_NEVER
	    : instant_add(t->now, rng_jitter(&s->rng, s->conf.connect_retry, 75, 100));
}

static void
dial(struct turn *t)
{
	struct bgp_session *s = t->s;
	struct duration patience = s->conf.connect_retry;

	if (duration_cmp(patience, DIAL_TIMEOUT) < 0)
		patience = DIAL_TIMEOUT;
	s->connections[BGP_DIALLED].state = BGP_CONNECT;
	s->retry_at = instant_add(t->now, rng_jitter(&s->rng, patience, 75, 100));
	t->actions->dial = true;
}

void
bgp_session_leave_idle(struct turn *t)
{
	t->s->idle_until = INSTANT_NEVER;
	t->s->peer_may_return = false;
	if (!t->s->conf.passive && !bgp_session_waits_for_bfd(t->s))
		dial(t);
}

/* The pause that is due now, and makes the next one longer. */
static struct duration
take_pause(struct bgp_session *s)
{
	struct duration pause = rng_jitter(&s->rng, s->idle_hold, 75, 100);
	struct duration next = duration_scale(s->idle_hold, 2, 1);

	if (duration_cmp(next, SECOND_PAUSE_MIN) < 0)
		next = SECOND_PAUSE_MIN;
	s->idle_hold = duration_cmp(next, s->conf.idle_hold_max) < 0 ? next : s->conf.idle_hold_max;
	if (duration_cmp(s->idle_hold, s->conf.idle_hold) < 0)
		s->idle_hold = s->conf.idle_hold;
	return pause;
}

static void
enter_idle_hold(struct turn *t)
{
	struct bgp_session *s = t->s;

	if (s->connections[BGP_DIALLED].state == BGP_CONNECT)
		bgp_connection_reset(t, BGP_DIALLED, true);
	s->retry_at = INSTANT_NEVER;
	s->idle_until = instant_add(t->now, take_pause(s));
}

static bool
stood_long(const struct turn *t)
{
	return duration_cmp(instant_diff(t->now, t->s->info.established_since), STABLE_AFTER) >= 0;
}

/* An Established session ends: nothing of it remains. */
static void
tear_down(struct turn *t)
{
	struct bgp_session *s = t->s;
	struct duration stood = instant_diff(t->now, s->info.established_since);

	if (stood_long(t))
		s->idle_hold = s->conf.idle_hold;
	if (duration_cmp(stood, TRUSTED_AFTER) >= 0)
		s->retreat = (struct bgp_retreat){ 0 };
	bgp_restart_session_lost(t, &s->connections[s->up_way]);
	bgp_watch_clear(&s->watch);
	s->up = false;
	s->info.down_since = t->now;
	s->send_hold = (struct bgp_send_hold){ .at = INSTANT_NEVER, .withdraw_at = INSTANT_NEVER };
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		s->refresh[f] = (struct bgp_refresh_out){ 0 };
	s->peering = (struct bgp_peering){ 0 };
	s->info.negotiated = (struct bgp_negotiated){ 0 };
}

static void
report_end(struct turn *t, bool was_up, const char *why)
{
	struct bgp_session *s = t->s;

	if (t->actions->change == BGP_CHANGE_DOWN)
		return; /* of the other connection, in the same turn: that is the news */
	t->actions->change = was_up ? BGP_CHANGE_DOWN : BGP_CHANGE_FAILED;
	(void)snprintf(t->actions->why, sizeof(t->actions->why), "%s", why);
	(void)snprintf(s->info.last_error, sizeof(s->info.last_error), "%s", why);
	s->info.last_error_at = t->now;
}

/* What there is left to wait for, or to try. */
static void
go_on(struct turn *t, enum bgp_way way, enum bgp_pause pause, bool was_up)
{
	struct bgp_session *s = t->s;

	if (pause == BGP_REPLACED) {
		if (instant_is_never(s->retry_at) && s->connections[BGP_DIALLED].state == BGP_IDLE)
			arm_retry(t); /* should the new one be silent */
		return;
	}
	if (other_connection(s, way)->state >= BGP_OPEN_SENT) {
		/*
		 * it may still become the session; but one that says nothing must not hold up our
		 * dialling
		 */
		if (other_connection(s, way)->state == BGP_OPEN_SENT &&
		    (way == BGP_DIALLED || was_up))
			arm_retry(t);
		return;
	}
	/* the peer's connections, however many, must not put off ours: a timer that runs stays */
	if (was_up || pause == BGP_PAUSE)
		enter_idle_hold(t);
	else if (s->connections[BGP_DIALLED].state != BGP_CONNECT &&
	    (way == BGP_DIALLED || instant_is_never(s->retry_at)))
		arm_retry(t);
}

/*
 * A session that did not stand long: what graceful restart lets in at once is let in at once no more, or
 * a peer that comes and goes would be sent everything each time.
 */
static void
hold_off(struct turn *t)
{
	struct bgp_session *s = t->s;
	struct instant at;

	s->peer_may_return = false;
	if (!instant_is_never(s->idle_until))
		return; /* when nothing is taken anyhow */
	at = instant_add(t->now, take_pause(s));
	if (instant_cmp(at, s->accept_at) > 0)
		s->accept_at = at;
}

void
bgp_session_connection_ended(
    struct turn *t, enum bgp_way way, enum bgp_pause pause, const char *why)
{
	struct bgp_session *s = t->s;
	bool was_up = s->up && s->up_way == way;
	bool flaps = was_up && !stood_long(t);

	s->refused = false;
	s->connections[way].peer_ended |= (pause == BGP_REPLACED);
	if (was_up)
		tear_down(t);
	else
		s->info.counters.attempts_failed++;
	if (way == BGP_ACCEPTED && (!was_up || pause == BGP_REPLACED))
		s->accept_at = instant_add(t->now, ACCEPT_PAUSE);
	if (s->up)
		return; /* the session stands on its other connection, and nothing has changed */
	report_end(t, was_up, why);
	if (s->started)
		go_on(t, way, pause, was_up);
	if (s->started && flaps)
		hold_off(t);
}

void
bgp_session_dial_failed(struct turn *t, const char *text)
{
	struct bgp_session *s = t->s;
	bool refused = s->refused && duration_cmp(instant_diff(t->now, s->info.last_received_at),
					 REFUSAL_COUNTS_FOR) < 0;
	char why[BGP_WHY_MAX];

	(void)snprintf(why, sizeof(why), "could not connect: %.*s%s%.*s", (int)sizeof(why) / 2,
	    text ? text : "timed out", refused ? "; before that the neighbor sent " : "",
	    (int)sizeof(why) / 2 - 64, refused ? s->info.last_received : "");
	bgp_session_connection_ended(t, BGP_DIALLED, BGP_NO_PAUSE, why);
	s->refused = refused;
}

void
bgp_session_connection_up(struct turn *t, enum bgp_way way)
{
	struct bgp_session *s = t->s;
	struct bgp_connection *c = &s->connections[way];
	struct bgp_error e;

	/* RFC 4271 section 6.8: what is Established stays */
	if (other_connection(s, way)->state != BGP_IDLE) {
		(void)bgp_error_set(&e, CEASE, CEASE_COLLISION, NULL, 0, NULL);
		bgp_connection_cease(t, other_way(way), &e);
	}
	s->retry_at = INSTANT_NEVER;
	s->peer_may_return = false;
	s->up = true;
	s->up_way = way;
	s->info.established_since = t->now;
	s->info.down_since = INSTANT_NEVER;
	s->info.negotiated = c->negotiated;
	s->peering = bgp_peering_of(&s->conf, &c->negotiated, c->local);
	s->info.counters.established++;
	s->peer_open = c->open;
	bgp_restart_session_up(s, c);
	bgp_rib_out_start(&s->rib);
	t->actions->change = BGP_CHANGE_UP;
	(void)snprintf(t->actions->why, sizeof(t->actions->why), "%s, hold time %us",
	    way == BGP_DIALLED ? "we connected" : "the neighbor connected",
	    c->negotiated.hold_time_s);
}

static void
retry_expired(struct turn *t, const char *text)
{
	struct bgp_session *s = t->s;

	s->retry_at = INSTANT_NEVER;
	if (s->connections[BGP_DIALLED].state == BGP_CONNECT) {
		bgp_connection_reset(t, BGP_DIALLED, true);
		bgp_session_dial_failed(t, text);
		if (!instant_is_never(s->retry_at))
			dial(t);
	} else if (s->connections[BGP_DIALLED].state == BGP_IDLE &&
	    s->connections[BGP_ACCEPTED].state < BGP_OPEN_CONFIRM) {
		/*
		 * a connection of the peer on which it said nothing yet must not keep us from
		 * dialling
		 */
		dial(t);
	}
}

void
bgp_session_dial_timers(struct turn *t, const char *text)
{
	if (instant_reached(t->s->idle_until, t->now))
		bgp_session_leave_idle(t);
	else if (instant_reached(t->s->retry_at, t->now))
		retry_expired(t, text);
}
