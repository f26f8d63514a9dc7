#include "service/check.h"

#include "base/utf8.h"

static const char *const verdict_names[] = {
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_PASSING] = "passing",
	[VERDICT_FAILING] = "failing",
};

const char *
verdict_name(enum verdict v)
{
	return verdict_names[v];
}

void
check_init(struct check *c, struct check_policy policy, struct instant now)
{
	*c = (struct check){
		.policy = policy,
		.verdict = VERDICT_UNKNOWN,
		.since = now,
		.why = "not run yet",
		.fresh_since = now,
	};
}

static bool
set_verdict(struct check *c, enum verdict verdict, const char *why, struct instant now)
{
	utf8_format(c->why, sizeof(c->why), "%s", why);
	if (c->verdict == verdict)
		return false;
	c->verdict = verdict;
	c->since = now;
	return true;
}

static bool
count_pass(struct check *c, const char *why, struct instant now)
{
	c->failures = 0;
	c->passes = MIN(c->passes + 1, c->policy.rise);
	if (c->passes < c->policy.rise)
		return false;
	c->definitive = false;
	return set_verdict(c, VERDICT_PASSING, why, now);
}

static bool
count_failure(struct check *c, const char *why, struct instant now)
{
	char text[WHY_MAX];

	c->passes = 0;
	c->failures = MIN(c->failures + 1, c->policy.fall);
	if (c->failures < c->policy.fall)
		return false;
	if (c->verdict != VERDICT_FAILING && c->policy.fall > 1)
		utf8_format(text, sizeof(text), "%u times in a row: %s", c->failures, why);
	else
		utf8_format(text, sizeof(text), "%s", why);
	return set_verdict(c, VERDICT_FAILING, text, now);
}

bool
check_refute(struct check *c, const char *why, struct instant now)
{
	c->passes = 0;
	c->failures = c->policy.fall;
	c->fresh_since = now;
	c->definitive = true;
	return set_verdict(c, VERDICT_FAILING, why, now);
}

void
check_void_runs(struct check *c, struct instant now)
{
	c->fresh_since = now;
}

bool
check_input(struct check *c, const struct check_result *result, struct instant now)
{
	c->has_last = true;
	c->last_at = now;
	c->last_took = result->took;
	utf8_format(c->last_why, sizeof(c->last_why), "%s", result->why);

	switch (result->evidence) {
	case EVIDENCE_PASS:
		if (instant_cmp(result->started, c->fresh_since) < 0)
			return false;
		return count_pass(c, result->why, now);
	case EVIDENCE_SOFT:
		return count_failure(c, result->why, now);
	case EVIDENCE_DEFINITIVE:
		return check_refute(c, result->why, now);
	}
	return false;
}

struct duration
check_interval(const struct check *c)
{
	bool changing = c->verdict == VERDICT_UNKNOWN ||
			(c->verdict == VERDICT_PASSING && c->failures > 0) ||
			(c->verdict == VERDICT_FAILING && c->passes > 0);

	if (changing && duration_cmp(c->policy.fast_interval, c->policy.interval) < 0)
		return c->policy.fast_interval;
	return c->policy.interval;
}
