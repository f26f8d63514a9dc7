/* What can be seen of a session: its state for an operator, its messages for a dump. */
#include <stdio.h>

#include "proto/bgp/session_internal.h"

static enum bgp_state
state_of(const struct bgp_session *s)
{
	enum bgp_state best =
	    MAX(s->connections[BGP_DIALLED].state, s->connections[BGP_ACCEPTED].state);

	if (best != BGP_IDLE)
		return best;
	return s->started && instant_is_never(s->idle_until) && !bgp_session_waits_for_bfd(s)
		   ? BGP_ACTIVE
		   : BGP_IDLE;
}

void
bgp_session_update_info(struct turn *t)
{
	struct bgp_session *s = t->s;
	enum bgp_state state = state_of(s);
	const struct bgp_connection *c = &s->connections[bgp_session_way(s)];

	if (instant_is_never(s->info.since))
		s->info.since = s->info.down_since = t->now;
	if (state != s->info.state) {
		s->info.state = state;
		s->info.since = t->now;
	}
	s->info.next_attempt = state == BGP_IDLE ? s->idle_until
	    : state == BGP_ACTIVE		 ? s->retry_at
						 : INSTANT_NEVER;
	s->info.waits_for_bfd = bgp_session_waits_for_bfd(s);
	s->info.hold_expires = s->up ? c->hold_at : INSTANT_NEVER;
	s->info.keepalive_due = s->up ? c->keepalive_at : INSTANT_NEVER;
	s->info.keepalive = s->up ? c->keepalive : DURATION_S(0);
}

const struct bgp_info *
bgp_session_info(const struct bgp_session *s)
{
	return &s->info;
}

void
bgp_session_note(struct bgp_session *s, const char *why, struct instant now)
{
	(void)snprintf(s->info.last_error, sizeof(s->info.last_error), "%s", why);
	s->info.last_error_at = now;
}

void
bgp_session_observe(struct bgp_session *s, bgp_message_fn fn, void *userdata)
{
	s->observe = fn;
	s->observe_userdata = userdata;
}

void
bgp_session_count(
    struct bgp_session *s, bool sent, enum bgp_way way, const uint8_t *message, size_t len)
{
	uint64_t *counters = sent ? s->info.counters.out : s->info.counters.in;
	uint8_t type = message[BGP_HEADER_LEN - 1];

	counters[type < BGP_TYPE_MAX ? type : 0]++;
	if (s->observe)
		s->observe(s->observe_userdata, sent, way, message, len);
}
