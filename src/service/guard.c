#include "service/guard.h"

#include "base/utf8.h"

static void
ask_nobody(
    struct guard *g, const struct guard_question *question, guard_answer_fn fn, void *userdata)
{
	struct guard_answer answer = { .granted = question->policy.when_alone == GUARD_WITHDRAW,
		.until = INSTANT_NEVER };

	(void)g;
	utf8_format(answer.why, sizeof(answer.why),
	    "whether %u other site%s announced is not known here (when-alone: %s)",
	    question->policy.min_sites, question->policy.min_sites == 1 ? " is" : "s are",
	    answer.granted ? "withdraw" : "hold");
	fn(userdata, &answer);
}

struct guard guard_alone = { .ask = ask_nobody };
