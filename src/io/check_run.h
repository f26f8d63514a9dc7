/*
 * A check at one address, run again and again, whatever its kind.
 *
 * A run begins with check_run_start() and ends with one call of `done`, when the kind has made up
 * its mind or the time is over. What a kind can keep from run to run (a libcurl handle, a compiled
 * expression, its timer) belongs to the struct check_run, so that a run costs little more than its
 * system calls. How a kind is written stands in check_kind.h.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"
#include "io/check_spec.h"

#define CHECK_RUN_WHY_MAX 192

enum check_outcome {
	CHECK_RUN_PASSED,
	CHECK_RUN_FAILED,  /* an answer that was not expected, or none in time */
	CHECK_RUN_REFUSED, /* the connection was refused */
	CHECK_RUN_CANNOT,  /* nothing was asked: a file, a right or a library is missing */
};

struct check_run_result {
	enum check_outcome outcome;
	char why[CHECK_RUN_WHY_MAX]; /* "status 503, expected 200" */
};

/* The run is over. Its check is neither started again nor freed from here. */
typedef void (*check_run_fn)(void *userdata, const struct check_run_result *result);

/* What all checks of a program share. */
struct check_hub;
struct check_run;

struct check_hub *check_hub_new(sd_event *loop);
void check_hub_free(struct check_hub *hub); /* after all its checks; NULL is fine */

/* spec is borrowed. address is what is asked where the spec has no target. Negative errno: no
 * timer. */
int check_run_new(struct check_hub *hub, const struct check_spec *spec, struct ip address,
    struct duration timeout, check_run_fn done, void *userdata, struct check_run **ret) _must_use_;
/* Ends it if it runs; NULL is fine. */
void check_run_free(struct check_run *run);

/* Begins a run, after the end of one that is still under way. done may be called before this
 * returns. */
void check_run_start(struct check_run *run);
/* Ends a run without a word. */
void check_run_stop(struct check_run *run);

/* What the last run that ended wrote for people to read, valid UTF-8; NULL: nothing. Borrowed. */
const char *check_run_output(struct check_run *run);

/* Whether such a check can run at all on this host, as far as can be told without running it. */
int check_run_able(const struct check_spec *spec, struct err *e) _must_use_;
