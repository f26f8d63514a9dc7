/* The table of steps: one row for each kind, in the order of enum scenario_step_kind. */
#include "lab/run_steps.h"

#include <string.h>

static const struct run_step *const steps[] = {
	&run_step_unicast,
	&run_step_announce,
	&run_step_routes,
	&run_step_anycast,
	&run_step_trace,
	&run_step_fail,
	&run_step_wait,
};

const struct run_step *
run_step_of(enum scenario_step_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (steps[i]->kind == kind)
			return steps[i];
	abort(); /* every kind has its row */
}

bool
run_step_is_named(const struct scenario_step *step, const char *name)
{
	return strcmp(run_step_of(step->kind)->key, name) == 0 ||
	       (step->name && strcmp(step->name, name) == 0);
}
