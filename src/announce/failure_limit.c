#include "announce/failure_limit.h"

#include <stdio.h>
#include <string.h>

static void
refill(struct failure_limit *l, struct instant now)
{
	while (l->lines > 0 && instant_reached(l->next_free, now)) {
		l->lines--;
		l->next_free = instant_add(l->next_free, FAILURE_LIMIT_PERIOD);
	}
}

bool
failure_limit_take(struct failure_limit *l, const char *why, struct instant now, uint64_t *ret_left_out)
{
	refill(l, now);
	if (strcmp(l->last, why) == 0 || l->lines >= FAILURE_LIMIT_BURST) {
		l->left_out++;
		return false;
	}
	if (l->lines++ == 0)
		l->next_free = instant_add(now, FAILURE_LIMIT_PERIOD);
	(void)snprintf(l->last, sizeof(l->last), "%s", why);
	*ret_left_out = l->left_out;
	l->left_out = 0;
	return true;
}
