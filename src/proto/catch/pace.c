#include "proto/catch/pace.h"

#include <assert.h>

#include "base/attr.h"

#define BURSTS_PER_S 100
#define TURNS_PER_S 1000

struct catch_pace
catch_pace_start(uint32_t pps, struct duration to_end, struct instant now)
{
	assert(pps >= 1 && pps <= CATCH_PPS_MAX);
	return (
	    struct catch_pace){ .pps = pps, .to_end = to_end, .since = now, .end = INSTANT_NEVER };
}

uint32_t
catch_pace_due(struct catch_pace *p, struct instant now)
{
	uint32_t burst = MAX(p->pps / BURSTS_PER_S, 1u);
	struct duration passed = instant_diff(now, p->since);
	uint64_t owed;

	if (!instant_is_never(p->end) || passed.ns < 0)
		return 0;
	/* the first is due at once */
	owed = (uint64_t)((__int128)passed.ns * p->pps / NS_PER_S) + 1;
	if (owed <= p->sent)
		return 0;
	if (owed - p->sent <= burst)
		return (uint32_t)(owed - p->sent);
	/* too late for the rest of them: as if it had begun now, one burst behind */
	p->since = now;
	p->sent = 0;
	p->since.ns -= (int64_t)(burst - 1) * NS_PER_S / p->pps;
	return burst;
}

void
catch_pace_sent(struct catch_pace *p, uint32_t count)
{
	p->sent += count;
}

void
catch_pace_exhausted(struct catch_pace *p, struct instant now)
{
	p->end = instant_min(p->end, instant_add(now, p->to_end));
}

void
catch_pace_stop(struct catch_pace *p, struct instant now)
{
	p->end = instant_min(p->end, now);
}

bool
catch_pace_is_over(const struct catch_pace *p, struct instant now)
{
	return instant_reached(p->end, now);
}

struct instant
catch_pace_deadline(const struct catch_pace *p)
{
	uint32_t turn = MAX(p->pps / TURNS_PER_S, 1u);
	__int128 ns;

	if (!instant_is_never(p->end))
		return p->end;
	/* rounded up, or it would be asked a moment too early */
	ns = ((__int128)(p->sent + turn - 1) * NS_PER_S + p->pps - 1) / p->pps;
	return instant_add(p->since, DURATION_NS(ns));
}
