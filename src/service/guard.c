#include "service/guard.h"

#include "base/utf8.h"

void
guard_answer_alone(const struct guard_policy *policy, const char *unknown, struct instant until,
    struct guard_answer *ret)
{
	*ret = (struct guard_answer){ .granted = policy->when_alone == GUARD_WITHDRAW,
		.until = until };
	utf8_format(ret->why, sizeof(ret->why), "%s (when-alone: %s)", unknown,
	    ret->granted ? "withdraw" : "hold");
}

static void
ask_nobody(
    struct guard *g, const struct guard_question *question, guard_answer_fn fn, void *userdata)
{
	struct guard_answer answer;
	char unknown[WHY_MAX];

	(void)g;
	utf8_format(unknown, sizeof(unknown), "whether %u other site%s announced is not known here",
	    question->policy.min_sites, question->policy.min_sites == 1 ? " is" : "s are");
	guard_answer_alone(&question->policy, unknown, INSTANT_NEVER, &answer);
	fn(userdata, question->index, &answer);
}

struct guard guard_alone = { .ask = ask_nobody };
