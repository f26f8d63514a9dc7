#include "service/drain.h"

#include "base/utf8.h"

void
drain_order(
    struct drain *d, const struct drain_order *order, const char *reason, struct instant now)
{
	if (d->phase == DRAIN_NONE) {
		*d = (struct drain){ .phase = order->done ? DRAIN_DONE : DRAIN_WAITING };
		d->since = (struct instant){ now.ns - order->elapsed.ns };
		if (order->done)
			utf8_format(d->ended_why, sizeof(d->ended_why), "before nearcastd started");
	}
	d->ordered[order->source] = true;
	d->until_connections = order->until_connections;
	d->until = instant_add(d->since, order->at_most);
	if (reason != NULL)
		utf8_format(d->reason, sizeof(d->reason), "%s", reason);
}

bool
drain_cancel(struct drain *d, enum drain_source source)
{
	if (!d->ordered[source])
		return false;
	d->ordered[source] = false;
	for (size_t i = 0; i < DRAIN_SOURCE_MAX; i++) {
		if (d->ordered[i])
			return false;
	}
	*d = (struct drain){ 0 };
	return true;
}

void
drain_count(struct drain *d, uint64_t connections)
{
	d->counted = true;
	d->connections = connections;
	d->most = MAX(d->most, connections);
}

void
drain_finish(struct drain *d, const char *why)
{
	d->phase = DRAIN_DONE;
	utf8_format(d->ended_why, sizeof(d->ended_why), "%s", why);
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

bool
drain_look(struct drain *d, struct duration least_time, struct instant now)
{
	char why[WHY_MAX], took[DURATION_STR_MAX];
	int64_t ms;

	if (d->phase != DRAIN_WAITING)
		return false;
	/* for people: tenths of a second, from one on */
	ms = duration_ms(instant_diff(now, d->since));
	(void)duration_format(DURATION_MS(ms < 1000 ? ms : ms - ms % 100), took);
	if (instant_reached(d->until, now)) {
		if (d->counted)
			utf8_format(why, sizeof(why),
			    "time is up after %s, with %llu connection%s left", took,
			    (unsigned long long)d->connections, plural(d->connections));
		else
			utf8_format(why, sizeof(why),
			    "time is up after %s, and connections could not be counted", took);
	} else if (d->counted && d->connections <= d->until_connections &&
		   instant_reached(instant_add(d->since, least_time), now)) {
		utf8_format(why, sizeof(why), "%llu connection%s left after %s",
		    (unsigned long long)d->connections, plural(d->connections), took);
	} else {
		return false;
	}
	drain_finish(d, why);
	return true;
}

struct instant
drain_deadline(const struct drain *d, struct duration least_time)
{
	struct instant settled = instant_add(d->since, least_time);

	if (d->phase != DRAIN_WAITING)
		return INSTANT_NEVER;
	if (d->counted && d->connections <= d->until_connections)
		return instant_min(settled, d->until);
	return d->until;
}
