/*
 * The session as a whole: events, when to dial, the pause after an error, and what is announced.
 *
 * Differences from the letter of RFC 4271 section 8, all of them usual: a connection that could not be
 * dialled leads to Active and the next try after connect-retry, not to Idle; the pause after an error
 * doubles (DampPeerOscillations, section 8.1.1, in the form that everybody has); the peer may connect
 * while we dial, so that both need not wait for the collision.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "proto/bgp/session_internal.h"

#define CEASE 6
#define CEASE_REJECTED 5
#define CEASE_COLLISION 7

/* A session that stood as long has earned to start with the shortest pause again. */
#define STABLE_AFTER DURATION_S(60)
/* The pauses behind the first one grow from here at least, so that idle-hold 0 does not spin. */
#define SECOND_PAUSE_MIN DURATION_MS(100)
/* So long after one that came to nothing, no other connection of the peer is taken. */
#define ACCEPT_PAUSE DURATION_MS(250)
/* TCP gets as long to connect, even when connect-retry is shorter: a far peer needs a round trip. */
#define DIAL_TIMEOUT DURATION_S(5)

const char *
bgp_state_name(enum bgp_state state)
{
	static const char *const names[BGP_STATE_MAX] = { "Idle", "Connect", "Active", "OpenSent",
		"OpenConfirm", "Established" };

	return names[state];
}

struct bgp_session *
bgp_session_new(const struct bgp_conf *conf, uint64_t seed)
{
	struct bgp_session *s = xcalloc(1, sizeof(*s));

	s->conf = *conf;
	s->rng.state = seed;
	s->retry_at = s->idle_until = s->info.next_attempt = INSTANT_NEVER;
	s->info.hold_expires = s->info.keepalive_due = INSTANT_NEVER;
	s->idle_hold = conf->idle_hold;
	s->send_hold.at = s->send_hold.withdraw_at = INSTANT_NEVER;
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		s->connections[way].hold_at = s->connections[way].keepalive_at = INSTANT_NEVER;
	bgp_rib_out_init(&s->rib);
	return s;
}

void
bgp_session_free(struct bgp_session *s)
{
	if (s == NULL)
		return;
	bgp_rib_out_done(&s->rib);
	bgp_watch_done(&s->watch);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		free(s->connections[way].rx_long);
	free(s);
}

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

/* Out of Idle: dial at once, or wait for the peer. */
static void
leave_idle(struct turn *t)
{
	t->s->idle_until = INSTANT_NEVER;
	if (!t->s->conf.passive)
		dial(t);
}

static void
enter_idle_hold(struct turn *t)
{
	struct bgp_session *s = t->s;
	struct duration next = duration_scale(s->idle_hold, 2, 1);

	if (s->connections[BGP_DIALLED].state == BGP_CONNECT)
		bgp_connection_reset(t, BGP_DIALLED, true);
	s->retry_at = INSTANT_NEVER;
	s->idle_until = instant_add(t->now, rng_jitter(&s->rng, s->idle_hold, 75, 100));
	if (duration_cmp(next, SECOND_PAUSE_MIN) < 0)
		next = SECOND_PAUSE_MIN;
	s->idle_hold = duration_cmp(next, s->conf.idle_hold_max) < 0 ? next : s->conf.idle_hold_max;
	if (duration_cmp(s->idle_hold, s->conf.idle_hold) < 0)
		s->idle_hold = s->conf.idle_hold;
}

/* An Established session ends: nothing of it remains. */
static void
tear_down(struct turn *t)
{
	struct bgp_session *s = t->s;
	struct duration stood = instant_diff(t->now, s->established_at);

	if (duration_cmp(stood, STABLE_AFTER) >= 0)
		s->idle_hold = s->conf.idle_hold;
	bgp_rib_out_stop(&s->rib);
	bgp_watch_clear(&s->watch);
	s->send_hold = (struct bgp_send_hold){ .at = INSTANT_NEVER, .withdraw_at = INSTANT_NEVER };
	s->peering = (struct bgp_peering){ 0 };
	s->info.negotiated = (struct bgp_negotiated){ 0 };
}

void
bgp_session_connection_ended(struct turn *t, enum bgp_way way, enum bgp_pause pause, const char *why)
{
	struct bgp_session *s = t->s;
	bool was_up = s->info.state == BGP_ESTABLISHED;

	if (was_up)
		tear_down(t);
	else
		s->info.counters.attempts_failed++;
	t->actions->change = was_up ? BGP_CHANGE_DOWN : BGP_CHANGE_FAILED;
	(void)snprintf(t->actions->why, sizeof(t->actions->why), "%s", why);
	(void)snprintf(s->info.last_error, sizeof(s->info.last_error), "%s", why);
	s->info.last_error_at = t->now;
	if (!s->started)
		return;
	if (way == BGP_ACCEPTED && !was_up)
		s->accept_at = instant_add(t->now, ACCEPT_PAUSE);
	if (other_connection(s, way)->state >= BGP_OPEN_SENT) {
		/* it may still become the session; but one that says nothing must not hold up our dialling */
		if (way == BGP_DIALLED && other_connection(s, way)->state == BGP_OPEN_SENT)
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
	s->established_at = t->now;
	s->info.negotiated = c->negotiated;
	s->peering = bgp_peering_of(&s->conf, &c->negotiated, c->local);
	s->info.counters.established++;
	s->peer_open = c->open;
	bgp_rib_out_start(&s->rib);
	t->actions->change = BGP_CHANGE_UP;
	(void)snprintf(t->actions->why, sizeof(t->actions->why), "%s, hold time %us",
	    way == BGP_DIALLED ? "we connected" : "the neighbor connected", c->negotiated.hold_time_s);
}

static void
start(struct turn *t)
{
	if (t->s->started)
		return;
	t->s->started = true;
	leave_idle(t);
}

/* RFC 4271 section 8.2.2, ManualStop; Administrative Shutdown of RFC 4486, text of RFC 9003. */
static void
stop(struct turn *t, const char *text)
{
	struct bgp_session *s = t->s;
	struct bgp_error e;

	if (!s->started)
		return;
	s->started = false;
	bgp_error_shutdown(&e, text);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		if (s->connections[way].state == BGP_IDLE)
			continue;
		bgp_connection_cease(t, way, &e);
		bgp_session_connection_ended(t, way, BGP_NO_PAUSE, "stopped by the operator");
	}
	s->retry_at = s->idle_until = INSTANT_NEVER;
	s->idle_hold = s->conf.idle_hold;
}

static void
connection_closed(struct turn *t, enum bgp_way way, const char *text)
{
	struct bgp_connection *c = &t->s->connections[way];
	enum bgp_state was = c->state;
	char why[BGP_WHY_MAX];

	if (was == BGP_IDLE)
		return;
	bgp_connection_reset(t, way, false);
	(void)snprintf(why, sizeof(why), "%s: %s",
	    was == BGP_CONNECT ? "could not connect" : "the connection was lost",
	    text ? text : "closed by the neighbor");
	/* RFC 4271 section 8.2.2: before the OPENs were exchanged the loss of TCP is no error of BGP */
	bgp_session_connection_ended(t, way, was >= BGP_OPEN_CONFIRM ? BGP_PAUSE : BGP_NO_PAUSE, why);
}

static void
retry_expired(struct turn *t, const char *text)
{
	struct bgp_session *s = t->s;
	char why[BGP_WHY_MAX];

	s->retry_at = INSTANT_NEVER;
	if (s->connections[BGP_DIALLED].state == BGP_CONNECT) {
		bgp_connection_reset(t, BGP_DIALLED, true);
		(void)snprintf(why, sizeof(why), "could not connect: %s", text ? text : "timed out");
		bgp_session_connection_ended(t, BGP_DIALLED, BGP_NO_PAUSE, why);
		if (!instant_is_never(s->retry_at))
			dial(t);
	} else if (s->connections[BGP_DIALLED].state == BGP_IDLE &&
	    s->connections[BGP_ACCEPTED].state < BGP_OPEN_CONFIRM) {
		/* a connection of the peer on which it said nothing yet must not keep us from dialling */
		dial(t);
	}
}

static void
timers(struct turn *t, const char *text)
{
	struct bgp_session *s = t->s;

	bgp_send_hold_timers(t);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		bgp_connection_timers(t, way);
	if (instant_reached(s->idle_until, t->now))
		leave_idle(t);
	else if (instant_reached(s->retry_at, t->now))
		retry_expired(t, text);
}

void
bgp_session_input(struct bgp_session *s, const struct bgp_event *event, struct instant now,
    struct bgp_actions *ret)
{
	struct turn t = { .s = s, .now = now, .actions = ret };

	ret->send[BGP_DIALLED].len = ret->send[BGP_ACCEPTED].len = 0;
	ret->close[BGP_DIALLED] = ret->close[BGP_ACCEPTED] = false;
	ret->reset[BGP_DIALLED] = ret->reset[BGP_ACCEPTED] = false;
	ret->dial = false;
	ret->consumed = 0;
	ret->change = BGP_CHANGE_NONE;
	ret->why[0] = '\0';
	switch (event->type) {
	case BGP_EVENT_START:
		start(&t);
		break;
	case BGP_EVENT_STOP:
		stop(&t, event->text);
		break;
	case BGP_EVENT_TIMER:
		timers(&t, event->text);
		break;
	case BGP_EVENT_DIALLED:
		if (s->connections[BGP_DIALLED].state == BGP_CONNECT) {
			s->retry_at = INSTANT_NEVER;
			bgp_connection_open(&t, BGP_DIALLED, event->local);
		}
		break;
	case BGP_EVENT_ACCEPTED:
		if (bgp_session_accepts(s, now))
			bgp_connection_open(&t, BGP_ACCEPTED, event->local);
		else
			ret->close[BGP_ACCEPTED] = s->connections[BGP_ACCEPTED].state == BGP_IDLE;
		break;
	case BGP_EVENT_CLOSED:
		connection_closed(&t, event->way, event->text);
		break;
	case BGP_EVENT_BYTES:
		bgp_connection_bytes(&t, event->way, event->bytes, event->len);
		break;
	case BGP_EVENT_BFD_UP:
	case BGP_EVENT_BFD_DOWN:
		break;
	}
	bgp_session_update_info(&t);
}

struct instant
bgp_session_deadline(const struct bgp_session *s)
{
	struct instant at = instant_min(s->retry_at, s->idle_until);

	at = instant_min(at, instant_min(s->send_hold.at, s->send_hold.withdraw_at));
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		at = instant_min(at, s->connections[way].hold_at);
		at = instant_min(at, s->connections[way].keepalive_at);
	}
	return at;
}

bool
bgp_session_accepts(const struct bgp_session *s, struct instant now)
{
	return s->started && !s->conf.active_only && instant_is_never(s->idle_until) &&
	    instant_reached(s->accept_at, now) &&
	    s->connections[BGP_ACCEPTED].state == BGP_IDLE &&
	    s->connections[BGP_DIALLED].state != BGP_ESTABLISHED;
}

size_t
bgp_session_reject(struct bgp_session *s, uint8_t buf[static BGP_SEND_MAX])
{
	struct writer w = writer_init(buf, BGP_SEND_MAX);
	struct bgp_error e;

	(void)bgp_error_set(&e, CEASE, CEASE_REJECTED, NULL, 0, NULL);
	bgp_notification_encode(&w, &e);
	bgp_session_count(s, true, BGP_ACCEPTED, buf, writer_len(&w));
	return writer_len(&w);
}
