/*
 * How a kind of check is written: a struct that begins with a struct check_run, and these
 * functions.
 *
 * start() begins, and sooner or later calls check_run_end(), from the loop or at once. stop() lets
 * go of all that belongs to this run only; it is called before every end and may be called when
 * nothing runs. The time-out is not a kind's business: it says what it waits for, in `awaits`.
 */
#pragma once

#include "io/check_run.h"
#include "io/loop.h"

struct curl_loop;

struct check_kind {
	size_t size; /* of its struct */
	/* NULL: it always can. Whether it could run here; -errno with the reason. */
	int (*able)(const struct check_spec *spec, struct err *e);
	void (*open)(struct check_run *run); /* NULL: nothing is kept from run to run */
	void (*start)(struct check_run *run);
	void (*stop)(struct check_run *run);
	void (*close)(struct check_run *run); /* NULL: as open */
	/* NULL: there is none. See check_run_output(). */
	const char *(*output)(struct check_run *run);
	/* NULL: what `awaits` says. What had not come when the time was over: "answer". */
	const char *(*late)(struct check_run *run);
};

struct check_run {
	const struct check_kind *kind;
	struct check_hub *hub; /* borrowed */
	const struct check_spec *spec;
	struct ip address; /* the spec's target, or the Global IP */
	struct duration timeout;
	struct timer timer;
	const char *awaits; /* "connection": for "no connection after 1s" */
	bool running;
	check_run_fn done;
	void *userdata;
};

/* Whether it asks a Global IP, which is an address of this host while it runs. */
static inline bool
check_run_asks_itself(const struct check_run *run)
{
	return run->spec->target.family == IP_NONE;
}

/* The kind's struct around its struct check_run. */
#define check_run_as(type, r) container_of(r, type, run)

/* Ends the run, unless it has ended: stops it, then tells. */
void check_run_end(struct check_run *run, enum check_outcome outcome, const char *fmt, ...)
    _printf_(3, 4);
/* The same, of a socket's error: refused, or failed with its name. */
void check_run_end_errno(struct check_run *run, int error);

sd_event *check_hub_loop(const struct check_hub *hub);
/* The transfers of all checks; libcurl is loaded for the first. Borrowed. */
int check_hub_curl(struct check_hub *hub, struct curl_loop **ret, struct err *e) _must_use_;

/* A child that was killed; takes the pidfd. */
void check_hub_reap(struct check_hub *hub, int pidfd);

#define CHECK_KIND_DECLARE(upper, lower) extern const struct check_kind lower##_check_kind;
CHECK_KINDS(CHECK_KIND_DECLARE)
#undef CHECK_KIND_DECLARE
