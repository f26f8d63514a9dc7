/* The session as a whole: its events, and what they mean for it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "proto/bgp/session_internal.h"

#define CEASE 6
#define CEASE_REJECTED 5
#define CEASE_BFD_DOWN 10

/* A peer answers our OPEN within a round trip. */
#define STALE_AFTER DURATION_S(2)

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
	s->retry_at = s->idle_until = s->info.next_attempt = s->info.kept_until = INSTANT_NEVER;
	s->info.hold_expires = s->info.keepalive_due = INSTANT_NEVER;
	s->info.since = s->info.established_since = s->info.down_since = INSTANT_NEVER;
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

void
bgp_session_adjust(struct bgp_session *s, const struct bgp_conf *conf)
{
	bool grown = duration_cmp(s->idle_hold, s->conf.idle_hold) > 0;

	s->conf.connect_retry = conf->connect_retry;
	s->conf.idle_hold = conf->idle_hold;
	s->conf.idle_hold_max = conf->idle_hold_max;
	s->conf.prefix_limit = conf->prefix_limit;
	/* a neighbor that has earned a longer pause keeps it, within the new limits */
	if (duration_cmp(s->idle_hold, conf->idle_hold_max) > 0)
		s->idle_hold = conf->idle_hold_max;
	if (!grown || duration_cmp(s->idle_hold, conf->idle_hold) < 0)
		s->idle_hold = conf->idle_hold;
}

static void
start(struct turn *t)
{
	if (t->s->started)
		return;
	t->s->started = true;
	t->s->retreat = (struct bgp_retreat){ 0 };
	bgp_restart_start(t);
	bgp_session_leave_idle(t);
}

/*
 * Ends the session and all of its connections, for a reason of ours: RFC 8538 makes it one to act
 * on.
 */
static void
end_all(struct turn *t, enum bgp_state from, const struct bgp_error *e, const char *why)
{
	struct bgp_session *s = t->s;
	enum bgp_way main_way = BGP_WAY_MAX;
	struct bgp_error hard = *e;

	bgp_error_hard_reset(&hard);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		struct bgp_connection *c = &s->connections[way];
		bool is_up = s->up && s->up_way == way;

		if (c->state == BGP_IDLE || c->state < from)
			continue;
		if (main_way == BGP_WAY_MAX || is_up)
			main_way = way;
		bgp_connection_cease(t, way, is_up && c->negotiated.hard_reset ? &hard : e);
	}
	if (main_way != BGP_WAY_MAX)
		bgp_session_connection_ended(t, main_way, BGP_PAUSE, why);
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
	end_all(t, BGP_CONNECT, &e, "stopped by the operator");
	s->retry_at = s->idle_until = INSTANT_NEVER;
	s->idle_hold = s->conf.idle_hold;
	s->accept_at = (struct instant){ 0 };
	s->peer_may_return = false;
}

static void
bfd_up(struct turn *t)
{
	struct bgp_session *s = t->s;
	bool waited = bgp_session_waits_for_bfd(s) && instant_is_never(s->idle_until);

	s->bfd_up = true;
	if (waited)
		bgp_session_leave_idle(t);
}

/*
 * RFC 5882 section 4.2, 9384: at once. What has only been dialled is not under its watch, unless
 * strict.
 */
static void
bfd_down(struct turn *t, const char *text)
{
	struct bgp_session *s = t->s;
	char why[BGP_WHY_MAX];
	struct bgp_error e;

	s->bfd_up = false;
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		s->connections[way].unreachable = true;
	(void)snprintf(why, sizeof(why), "BFD is down%s%s", text ? ": " : "", text ? text : "");
	(void)bgp_error_set(&e, CEASE, CEASE_BFD_DOWN, NULL, 0, NULL);
	end_all(t, s->conf.bfd_strict ? BGP_CONNECT : BGP_OPEN_SENT, &e, why);
	if (s->conf.bfd_strict)
		s->retry_at = INSTANT_NEVER;
}

static void
connection_closed(struct turn *t, enum bgp_way way, const char *text, bool by_peer)
{
	struct bgp_session *s = t->s;
	struct bgp_connection *c = &s->connections[way];
	enum bgp_state was = c->state;
	char why[BGP_WHY_MAX];

	if (was == BGP_IDLE)
		return;
	c->peer_ended = by_peer;
	bgp_connection_reset(t, way, false);
	if (was == BGP_CONNECT) {
		s->peer_may_return = false;
		bgp_session_dial_failed(t, text ? text : "closed by the neighbor");
		return;
	}
	(void)snprintf(why, sizeof(why), "the connection was lost: %s",
	    text ? text : "closed by the neighbor");
	s->peer_may_return = was == BGP_ESTABLISHED && c->negotiated.peer_restarts;
	/*
	 * RFC 4271 section 8.2.2: before the OPENs were exchanged the loss of TCP is no error of
	 * BGP
	 */
	bgp_session_connection_ended(
	    t, way, was >= BGP_OPEN_CONFIRM ? BGP_PAUSE : BGP_NO_PAUSE, why);
}

static void
accepted(struct turn *t, struct ip local)
{
	struct bgp_session *s = t->s;

	if (!bgp_session_accepts(s, t->now)) {
		t->actions->close[BGP_ACCEPTED] = s->connections[BGP_ACCEPTED].state == BGP_IDLE;
		return;
	}
	if (s->connections[BGP_ACCEPTED].state != BGP_IDLE) {
		/*
		 * who has connected to us once does not again, unless its end is gone (RFC 4724
		 * section 5)
		 */
		bgp_connection_reset(t, BGP_ACCEPTED, false);
		bgp_session_connection_ended(t, BGP_ACCEPTED, BGP_REPLACED, BGP_REPLACED_WHY);
	}
	s->idle_until = INSTANT_NEVER;
	s->peer_may_return = false;
	bgp_connection_open(t, BGP_ACCEPTED, local);
}

static void
timers(struct turn *t, const char *text)
{
	bgp_send_hold_timers(t);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		bgp_connection_timers(t, way);
	bgp_refresh_timers(t);
	bgp_restart_timers(t);
	bgp_session_dial_timers(t, text);
}

static void
take_event(struct turn *t, const struct bgp_event *event)
{
	struct bgp_session *s = t->s;

	switch (event->type) {
	case BGP_EVENT_START:
		start(t);
		break;
	case BGP_EVENT_STOP:
		stop(t, event->text);
		break;
	case BGP_EVENT_TIMER:
		timers(t, event->text);
		break;
	case BGP_EVENT_DIALLED:
		if (s->connections[BGP_DIALLED].state == BGP_CONNECT) {
			s->retry_at = INSTANT_NEVER;
			bgp_connection_open(t, BGP_DIALLED, event->local);
		}
		break;
	case BGP_EVENT_ACCEPTED:
		accepted(t, event->local);
		break;
	case BGP_EVENT_CLOSED:
		connection_closed(t, event->way, event->text, event->by_peer);
		break;
	case BGP_EVENT_BYTES:
		bgp_connection_bytes(t, event->way, event->bytes, event->len);
		break;
	case BGP_EVENT_BFD_UP:
		bfd_up(t);
		break;
	case BGP_EVENT_BFD_DOWN:
		bfd_down(t, event->text);
		break;
	}
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
	take_event(&t, event);
	bgp_session_update_info(&t);
}

struct instant
bgp_session_deadline(const struct bgp_session *s)
{
	struct instant at = instant_min(s->retry_at, s->idle_until);

	at = instant_min(at, instant_min(s->send_hold.at, s->send_hold.withdraw_at));
	at = instant_min(at, bgp_refresh_deadline(s));
	at = instant_min(at, bgp_restart_deadline(s));
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		at = instant_min(at, s->connections[way].hold_at);
		at = instant_min(at, s->connections[way].keepalive_at);
	}
	return at;
}

/*
 * Whether there is room for another connection of the peer's. One that does not get on is that of a
 * peer that died over it: nobody waits out its hold timer for the next one.
 */
static bool
room_for_another(const struct bgp_session *s, struct instant now)
{
	const struct bgp_connection *c = &s->connections[BGP_ACCEPTED];

	if (c->state == BGP_IDLE)
		return true;
	return c->state < BGP_ESTABLISHED &&
	       instant_reached(instant_add(c->opened_at, STALE_AFTER), now);
}

bool
bgp_session_accepts(const struct bgp_session *s, struct instant now)
{
	bool room = room_for_another(s, now);

	if (!s->started || s->conf.active_only || bgp_session_waits_for_bfd(s) ||
	    !instant_reached(s->accept_at, now))
		return false;
	if (s->up) /* RFC 4724 section 5 */
		return s->info.negotiated.peer_restarts && (room || s->up_way == BGP_ACCEPTED);
	return room && (instant_is_never(s->idle_until) || s->peer_may_return);
}

size_t
bgp_session_reject(struct bgp_session *s, uint8_t buf[static BGP_SEND_MAX])
{
	struct writer w = writer_init(buf, BGP_SEND_MAX);
	struct bgp_error e;

	(void)bgp_error_set(&e, CEASE, CEASE_REJECTED, NULL, 0, NULL);
	bgp_notification_encode(&w, &e);
	/* no dump shows it: whoever connects again and again would fill that */
	s->info.counters.out[BGP_NOTIFICATION]++;
	return writer_len(&w);
}

size_t
bgp_session_last_words(
    const struct bgp_session *s, const char *text, uint8_t buf[static BGP_SEND_MAX])
{
	struct writer w = writer_init(buf, BGP_SEND_MAX);
	struct bgp_error e;

	if (!s->up)
		return 0;
	bgp_error_reset(&e, text);
	if (s->connections[s->up_way].negotiated.hard_reset)
		bgp_error_hard_reset(&e);
	bgp_notification_encode(&w, &e);
	return writer_len(&w);
}
