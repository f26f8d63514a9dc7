#include "controller/host_standing.h"

#include "base/attr.h"
#include "controller/presence.h"

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
	return is_fresh && presence_is(e->seen_at, e->left_at, now) ? HOST_ANSWERS : HOST_UNSURE;
}
