#include "controller/intent.h"

#include <stdio.h>

#include "base/attr.h"

bool
intent_is_safe(const struct intent *i, char why[INTENT_WHY_MAX])
{
	why[0] = '\0';
	if (i->wanted_before > 0 && i->wanted_after == 0 && i->before == 0)
		(void)snprintf(why, INTENT_WHY_MAX,
		    "no site would be left of %zu, though none of them answers now",
		    i->wanted_before);
	if (i->lost == 0)
		return why[0] == '\0';
	if (i->after == 0)
		(void)snprintf(why, INTENT_WHY_MAX, "no site would be left of %zu", i->before);
	else if (i->after < i->min_sites && i->after < i->before)
		(void)snprintf(why, INTENT_WHY_MAX,
		    "%zu of %zu sites would be left, fewer than min_sites %u", i->after, i->before,
		    i->min_sites);
	else if ((i->down + i->lost) * 100 > (i->down + i->before) * i->max_change_percent)
		(void)snprintf(why, INTENT_WHY_MAX,
		    "%zu of %zu sites would %s it, more than max_change_percent %u",
		    i->down + i->lost, i->down + i->before, i->down > 0 ? "be without" : "lose",
		    i->max_change_percent);
	return why[0] == '\0';
}

bool
reach_is_safe(const struct reach *r, char why[INTENT_WHY_MAX])
{
	why[0] = '\0';
	if (r->sites > 1 && r->touched * 100 > r->sites * r->max_change_percent)
		(void)snprintf(why, INTENT_WHY_MAX,
		    "%zu of %zu sites at once, more than max_change_percent %u", r->touched,
		    r->sites, r->max_change_percent);
	return why[0] == '\0';
}

size_t
reach_most(size_t sites, uint32_t max_change_percent)
{
	return MAX(sites * max_change_percent / 100, (size_t)1);
}
