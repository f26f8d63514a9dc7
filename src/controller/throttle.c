#include "controller/throttle.h"

/* Whoever has one address of IPv6 has all of its /64. */
static struct prefix
source_of(struct ip addr)
{
	return prefix_mask((struct prefix){ addr, addr.family == IP_V6 ? 64 : 32 });
}

/* The place of the source, or of the one that was quiet for longest; *is_known: which of both. */
static struct throttle_place *
find(struct throttle *t, struct prefix source, bool *is_known)
{
	struct throttle_place *oldest = &t->places[0];

	for (size_t i = 0; i < THROTTLE_PLACES; i++) {
		struct throttle_place *p = &t->places[i];

		*is_known = prefix_equal(p->source, source);
		if (*is_known)
			return p;
		if (instant_cmp(p->full, oldest->full) < 0)
			oldest = p;
	}
	return oldest;
}

bool
throttle_take(struct throttle *t, struct ip source, struct instant now, struct duration *wait)
{
	const struct duration most = duration_scale(THROTTLE_EACH, THROTTLE_TRIES - 1, 1);
	struct prefix from = source_of(source);
	bool is_known;
	struct throttle_place *p = find(t, from, &is_known);

	if (!is_known || instant_cmp(p->full, now) < 0)
		*p = (struct throttle_place){ from, now };
	if (instant_cmp(p->full, instant_add(now, most)) > 0) {
		*wait = instant_diff(p->full, instant_add(now, most));
		return false;
	}
	p->full = instant_add(p->full, THROTTLE_EACH);
	return true;
}

void
throttle_give(struct throttle *t, struct ip source)
{
	bool is_known;
	struct throttle_place *p = find(t, source_of(source), &is_known);

	if (is_known)
		p->full.ns -= THROTTLE_EACH.ns;
}
