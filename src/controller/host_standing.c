#include "controller/host_standing.h"

#include "base/attr.h"
#include "controller/presence.h"

/* It was there when a controller could hear it last, and has not said all of it anew. */
static bool
is_awaited(const struct host_evidence *e, int64_t now)
{
	int64_t since = MAX(e->listening_since, e->started_at);

	if (now < since || now - since > STANDING_AWAIT_NS || e->left_at >= e->seen_at)
		return false;
	/* who came back, and went again, is silent */
	return e->seen_at < since ||
	       (e->reported_at < since && presence_is(e->seen_at, e->left_at, now));
}

enum host_standing
host_standing(const struct host_evidence *e, int64_t now)
{
	bool is_fresh = e->reported && now - e->reported_at <= STANDING_FRESH_NS;
	bool may_announce = e->reported && !e->withdrawn;
	int64_t silent_ns = now - MAX(e->seen_at, e->listening_since);

	if (!e->was_seen)
		return HOST_EXPECTED;
	if (e->leased || e->gone)
		return HOST_DOWN;
	if (silent_ns > STANDING_FRESH_NS && !may_announce)
		return HOST_DOWN;
	if (is_fresh && e->withdrawn)
		return HOST_DOWN;
	if (!e->reported)
		return HOST_EXPECTED;
	if (is_fresh && presence_is(e->seen_at, e->left_at, now))
		return HOST_ANSWERS;
	return may_announce && is_awaited(e, now) ? HOST_AWAITED : HOST_UNSURE;
}
