/*
 * The guard: may a site withdraw a Global IP on soft evidence, or would too few be left?
 *
 * The worst outages of anycast services were no failures of a service. Something that all sites
 * share failed (a database, a backbone, a check), every site judged itself, and every site
 * withdrew. So a service with a minimum of sites asks before soft evidence withdraws it. Definitive
 * evidence does not ask: what does not listen helps nobody. Nor does an operator, who knows what he
 * does.
 *
 * Whoever can answer is a struct guard. An agent alone knows no other site: its guard is the local
 * rule below, which says what the configuration says. A controller knows them all, and answers with
 * a lease: granted until a time, after which the site asks again and comes back when it is refused.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/time.h"
#include "service/check.h"

enum guard_alone {
	GUARD_HOLD,     /* stay announced */
	GUARD_WITHDRAW, /* withdraw as if there were no guard */
};

struct guard_policy {
	uint32_t min_sites; /* that have to stay announced; 0: nobody is asked */
	enum guard_alone when_alone;
};

struct guard_question {
	size_t index; /* of the address, among those of who asks */
	const char *service;
	struct ip address;
	const char *why; /* the soft evidence */
	struct guard_policy policy;
};

struct guard_answer {
	bool granted;
	struct instant until; /* ask again then; never: it holds as long as the evidence does */
	char why[WHY_MAX];    /* one sentence */
};

typedef void (*guard_answer_fn)(void *userdata, size_t index, const struct guard_answer *answer);

struct guard {
	/*
	 * Answers once, from inside of the call or later, unless the question is forgotten before.
	 * The question is borrowed for the call; userdata until the answer.
	 */
	void (*ask)(struct guard *g, const struct guard_question *question, guard_answer_fn fn,
	    void *userdata);
	/* No answer to this one is wanted any more. NULL: it answers at once. */
	void (*forget)(struct guard *g, const void *userdata, size_t index);
};

/* The local rule. */
extern struct guard guard_alone;
/*
 * What it says; from what a controller that does not answer leaves open, until it is asked again.
 * unknown: why nobody knows better, the beginning of a sentence.
 */
void guard_answer_alone(const struct guard_policy *policy, const char *unknown,
    struct instant until, struct guard_answer *ret);
