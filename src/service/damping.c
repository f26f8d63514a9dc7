#include "service/damping.h"

#include "base/attr.h"

#define FLAP 1000         /* thousandths */
#define HALVINGS_MAX 40   /* nothing is left after so many */
#define FLAPS_MAX 1000000 /* thousandths: more change nothing any more */

uint64_t
damping_milliflaps(const struct damping *d, const struct damping_policy *policy, struct instant now)
{
	int64_t passed = instant_diff(now, d->at).ns, half_life = policy->half_life.ns;
	int64_t halvings = passed / half_life;
	uint64_t left;

	if (d->milliflaps == 0 || halvings >= HALVINGS_MAX)
		return 0;
	left = d->milliflaps >> halvings;
	/* between two halvings in a straight line, which is near enough */
	return left - (uint64_t)((__int128)left * (passed % half_life) / half_life / 2);
}

void
damping_flap(struct damping *d, const struct damping_policy *policy, struct instant now)
{
	d->milliflaps = MIN(damping_milliflaps(d, policy, now) + FLAP, (uint64_t)FLAPS_MAX);
	d->at = now;
}

struct duration
damping_hold_down(const struct damping *d, const struct damping_policy *policy, struct instant now)
{
	uint64_t flaps = (damping_milliflaps(d, policy, now) + FLAP / 2) / FLAP;
	struct duration hold = policy->hold_down;

	if (flaps == 0)
		return DURATION_S(0);
	for (; flaps > 1 && duration_cmp(hold, policy->hold_down_max) < 0; flaps--)
		hold = duration_scale(hold, 2, 1);
	return duration_cmp(hold, policy->hold_down_max) < 0 ? hold : policy->hold_down_max;
}
