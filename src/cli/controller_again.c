#include "cli/controller_again.h"

#include "base/attr.h"

bool
controller_again(struct controller_again *a, struct instant now, struct duration *ret_wait)
{
	static const int waits_ms[] = { 0, 250, 500, 1000, 2000 };

	if (a->tries == 0)
		a->until = instant_add(now, CONTROLLER_AGAIN_FOR);
	*ret_wait = DURATION_MS(waits_ms[MIN(a->tries, ARRAY_SIZE(waits_ms) - 1)]);
	a->tries++;
	return !instant_reached(a->until, instant_add(now, *ret_wait));
}
