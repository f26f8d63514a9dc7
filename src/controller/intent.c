#include "controller/intent.h"

#include <stdio.h>

bool
intent_is_safe(const struct intent *i, char why[INTENT_WHY_MAX])
{
	why[0] = '\0';
	if (i->lost == 0)
		return true;
	if (i->after == 0)
		(void)snprintf(why, INTENT_WHY_MAX, "no site would be left of %zu", i->before);
	else if (i->after < i->min_sites && i->after < i->before)
		(void)snprintf(why, INTENT_WHY_MAX,
		    "%zu of %zu sites would be left, fewer than min_sites %u", i->after, i->before,
		    i->min_sites);
	else if (i->lost * 100 > i->before * i->max_change_percent)
		(void)snprintf(why, INTENT_WHY_MAX,
		    "%zu of %zu sites would lose it, more than max_change_percent %u", i->lost,
		    i->before, i->max_change_percent);
	return why[0] == '\0';
}
