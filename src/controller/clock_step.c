#include "controller/clock_step.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "controller/columns.h"

struct duration
clock_step_look(struct clock_step *c, struct instant now, int64_t wall)
{
	int64_t ahead = wall - now.ns;
	struct duration step = { c->is_set ? ahead - c->ahead : 0 };

	c->is_set = true;
	c->ahead = ahead;
	return llabs(step.ns) >= CLOCK_STEP_LEAST.ns ? step : (struct duration){ 0 };
}

void
clock_step_text(struct duration step, int64_t wall, char text[CLOCK_STEP_TEXT])
{
	char before[TIME_TEXT_SIZE];

	(void)snprintf(text, CLOCK_STEP_TEXT, "the wall clock was set %lld s %s, from %s",
	    (llabs(step.ns) + NS_PER_S / 2) / NS_PER_S, step.ns > 0 ? "forward" : "back",
	    time_text(wall - step.ns, before));
}
