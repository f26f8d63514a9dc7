/* The UPDATEs of the peer: judged, counted, looked through for what is watched, and forgotten. */
#include <stdio.h>

#include "proto/bgp/session_internal.h"

/* What an operator reads; routers repeat themselves, so the text is made for something new only. */
static void
note_malformed(struct bgp_session *s, const struct bgp_update *u, struct instant now)
{
	static const char *const verdicts[BGP_VERDICT_MAX] = {
		[BGP_VERDICT_ACCEPT] = "accepted",
		[BGP_VERDICT_DISCARD] = "attribute discarded",
		[BGP_VERDICT_WITHDRAW] = "routes treated as withdrawn",
		[BGP_VERDICT_RESET] = "session reset",
	};
	struct bgp_malformed *last = &s->malformed;
	struct bgp_malformed this = { u->verdict, u->error.subcode, u->error.attribute,
		u->error.what };
	char text[BGP_WHY_MAX - 40];

	s->info.last_malformed_at = now;
	if (this.verdict == last->verdict && this.subcode == last->subcode &&
	    this.attribute == last->attribute && this.what == last->what)
		return;
	*last = this;
	(void)snprintf(s->info.last_malformed, sizeof(s->info.last_malformed), "%s; %s",
	    bgp_error_format(&u->error, text, sizeof(text)), verdicts[u->verdict]);
}

bool
bgp_session_take_update(
    struct bgp_session *s, const uint8_t *body, size_t len, struct instant now, struct bgp_error *e)
{
	struct bgp_counters *n = &s->info.counters;
	_uninitialized_ struct bgp_update u;

	bgp_update_decode(body, len, &s->peering, &u);
	n->attributes_discarded += u.discarded;
	n->verdicts[u.verdict]++;
	if (u.verdict != BGP_VERDICT_ACCEPT)
		note_malformed(s, &u, now);
	if (u.verdict == BGP_VERDICT_RESET) {
		*e = u.error;
		return false;
	}
	n->prefixes_in += u.announced.count + u.mp_announced.count;
	n->withdrawn_in += u.withdrawn.count + u.mp_withdrawn.count;
	bgp_watch_update(&s->watch, &s->peering, &u, now);
	return true;
}

int
bgp_session_watch(struct bgp_session *s, struct prefix prefix)
{
	return bgp_watch_add(&s->watch, prefix);
}

void
bgp_session_unwatch(struct bgp_session *s, struct prefix prefix)
{
	bgp_watch_remove(&s->watch, prefix);
}

const struct bgp_seen *
bgp_session_seen(const struct bgp_session *s, struct prefix prefix)
{
	return bgp_watch_find(&s->watch, prefix);
}
