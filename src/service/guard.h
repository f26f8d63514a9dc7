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

typedef void (*guard_answer_fn)(void *userdata, const struct guard_answer *answer);

struct guard {
	/* Answers from inside of the call, once; question and userdata are borrowed for it. */
	void (*ask)(struct guard *g, const struct guard_question *question, guard_answer_fn fn,
	    void *userdata);
};

/* The local rule. */
extern struct guard guard_alone;
