/*
 * `nearcast lab run`: plays the steps of a scenario in a lab that is up, tells a person what
 * happens, and judges what was expected.
 *
 * Every figure is measured inside the lab with the programs that a user has (nearcast probe, trace
 * and status), run in the client's or host's node; the one exception is the failure step's packet
 * capture. Each step fills a JSON object, and what people read is printed from that object: both
 * say the same.
 *
 * run.c (the order of things, the document), run_steps.c (the table of steps), step_*.c (one kind
 * of step each: run and print), run_up.c (waiting until the routers know their way; lab/settle.h
 * too), run_ask.c (who can be asked what), run_better.c (the ways that tell why, for a report),
 * say.c (what a person sees), expect.c, timeline.c, bgp_watch.c, bird_route.c, bird_table.c (pure).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "lab/lab.h"
#include "lab/plan.h"
#include "lab/say.h"
#include "lab/scenario.h"

struct run_options {
	const struct say *say;   /* where progress and results for people go */
	const char *const *only; /* kinds or names of steps to play; NULL: all */
	size_t only_count;
	bool reported; /* the ways that a report needs are traced too, after the steps */
	int stop_fd;   /* readable: the person wants to leave; -1: never */
};

/*
 * Plays the steps in order. Gives the document in *ret (the caller's) and returns 0, whether or not
 * the expectations held ("held" in it says so); -EINTR when it was left early, and
 * -ECONNRESET when the lab ended meanwhile, with the document so far ("ended_early" in it says
 * why).
 */
int lab_run(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const struct run_options *options, json_t **ret) _must_use_;

/* Whether `only` names this step kind or this step's name; for the CLI's check before the lab is
 * up. */
bool lab_run_has_step(const struct scenario *scenario, const char *only);
/* Whether a step of this kind ("anycast") is among those that the options have it play; likewise.
 */
bool lab_run_plays(
    const struct scenario *scenario, const struct run_options *options, const char *kind);
