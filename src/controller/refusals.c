#include "controller/refusals.h"

/* Whoever has one address of IPv6 has all of its /64. */
static struct prefix
source_of(struct ip addr)
{
	return prefix_mask((struct prefix){ addr, addr.family == IP_V6 ? 64 : 32 });
}

static struct refusal *
find(struct refusals *r, struct prefix source)
{
	for (size_t i = 0; i < r->count; i++) {
		if (prefix_equal(r->items[i].source, source))
			return &r->items[i];
	}
	if (r->count == REFUSALS_PLACES)
		return &r->others;
	r->items[r->count] = (struct refusal){ .source = source };
	return &r->items[r->count++];
}

static void
add(struct refusal *item, const struct refusal *more)
{
	if (more->first_at == 0)
		return;
	item->refused += more->refused;
	item->throttled += more->throttled;
	if (item->first_at == 0 || more->first_at < item->first_at)
		item->first_at = more->first_at;
	item->last_at = MAX(item->last_at, more->last_at);
}

void
refusals_note(
    struct refusals *r, struct ip source, bool was_throttled, struct instant now, int64_t wall)
{
	const struct refusal one = { source_of(source), !was_throttled, was_throttled, wall, wall };
	int64_t twice = duration_scale(r->window, 2, 1).ns;

	if (r->count == 0) {
		bool goes_on = r->window.ns > 0 && !instant_reached(r->quiet, now);

		r->window = goes_on ? DURATION_NS(MIN(twice, REFUSALS_LAST.ns)) : REFUSALS_FIRST;
		r->due = instant_add(now, r->window);
	}
	add(find(r, one.source), &one);
}

bool
refusals_take(struct refusals *r, struct instant now, struct refusals *ret)
{
	if (r->count == 0 || !instant_reached(r->due, now))
		return false;
	*ret = *r;
	*r = (struct refusals){ .window = r->window, .quiet = instant_add(now, r->window) };
	return true;
}

void
refusals_give(struct refusals *r, const struct refusals *untold)
{
	if (r->count == 0)
		r->due = untold->due;
	for (size_t i = 0; i < untold->count; i++)
		add(find(r, untold->items[i].source), &untold->items[i]);
	add(&r->others, &untold->others);
}
