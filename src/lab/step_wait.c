/* Wait: lets time pass, for what cannot be waited for by a condition. */
#include "lab/run_internal.h"

static int
run_wait(
    struct run *run, const struct scenario_step *step, json_t *result, _unused_ struct err *err)
{
	json_object_set_new(result, "waited_ms", json_real(duration_ms_f(step->wait)));
	return run_sleep(run, step->wait);
}

static void
print_wait(_unused_ const json_t *result, _unused_ struct look look, _unused_ struct strbuf *out)
{
}

const struct run_step run_step_wait = {
	.kind = STEP_WAIT,
	.key = "wait",
	.about = "let time pass",
	.run = run_wait,
	.print = print_wait,
};
