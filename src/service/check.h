/*
 * The verdict of one check, and the evidence it rests on.
 *
 * A verdict starts as unknown. Soft evidence (a time-out, a bad status) has to come `fall` times in
 * a row before it fails a check; definitive evidence (refused by this very host, the listening
 * socket is gone) fails it at once. Either way `rise` passes in a row are needed to pass it.
 *
 * A run takes time, and what it looked at may be gone when it ends: a pass of a run that started
 * before the last definitive evidence says nothing, and is not counted.
 *
 * Owned here: one check at one address. Not here: running it, and what follows from the verdict.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define WHY_MAX 192 /* of a reason's text, NUL included */

enum verdict {
	VERDICT_UNKNOWN,
	VERDICT_PASSING,
	VERDICT_FAILING,
};

enum evidence {
	EVIDENCE_PASS,
	EVIDENCE_SOFT,
	EVIDENCE_DEFINITIVE,
};

struct check_policy {
	uint32_t rise, fall; /* at least 1 */
	struct duration interval;
	struct duration
	    fast_interval; /* while the verdict is unknown or changing, when it is shorter */
};

/* What one run found. */
struct check_result {
	enum evidence evidence;
	struct instant started;
	struct duration took;
	const char *why; /* borrowed; "status 200" */
};

struct check {
	struct check_policy policy;
	enum verdict verdict;
	struct instant since;       /* of the verdict */
	bool definitive;            /* failing, and the evidence needs no second look */
	char why[WHY_MAX];          /* what the verdict rests on */
	uint32_t passes, failures;  /* in a row, the latest; one of them is 0 */
	struct instant fresh_since; /* passes of runs that started earlier are void */

	/* the last run, for people */
	bool has_last;
	struct instant last_at;
	struct duration last_took;
	char last_why[WHY_MAX];
};

const char *verdict_name(enum verdict v);

void check_init(struct check *c, struct check_policy policy, struct instant now);
/* Takes a run's result; true when the verdict changed. */
bool check_input(struct check *c, const struct check_result *result, struct instant now);
/* Definitive evidence that did not come from a run of this check; true when the verdict changed. */
bool check_refute(struct check *c, const char *why, struct instant now);
/* What runs that are under way find as a pass does not count. */
void check_void_runs(struct check *c, struct instant now);
/* Time from the start of a run to the start of the next. */
struct duration check_interval(const struct check *c);
