/*
 * What `nearcast trace` has under way: one trace of each flow, or round after round of one; and
 * what it asks others about the addresses.
 */
#pragma once

#include "base/err.h"
#include "io/loop.h"
#include "io/trace_run.h"
#include "measure/names.h"
#include "measure/origins.h"
#include "measure/probe_run.h"
#include "measure/reverse.h"
#include "measure/trace_flows.h"
#include "measure/trace_report.h"
#include "measure/trace_reverse.h"

/* Whom --identify asks at the target, the first before the other. */
enum identify {
	IDENTIFY_AGENT,
	IDENTIFY_HTTP,
	IDENTIFY_MAX,
};

enum identify_mode {
	IDENTIFY_AHEAD, /* the agent, while the trace is under way; that is hardly waited for */
	IDENTIFY_ASK,   /* --identify: both, once the target was reached */
	IDENTIFY_NONE,  /* --no-identify */
};

struct trace_options {
	int family, method, identify;
	uint32_t flows, max_hops, queries, parallel, gap_limit, port, identify_port, reverse_port,
	    count;
	struct duration wait, interval;
	const char *names, *asn;
	bool mtu, numeric, json, report, live, reverse;
};

struct trace_screen;

struct tracing {
	const struct trace_options *options;
	const char *target; /* as it was given */
	struct trace_run_conf conf;
	sd_event *loop;
	struct names *names;                     /* owned; NULL: none */
	struct origins *origins;                 /* owned; NULL: none */
	struct trace_run *runs[TRACE_FLOWS_MAX]; /* owned; one after the other */
	size_t run_count;
	struct trace_rounds *rounds; /* owned; NULL: each flow is traced once */
	struct timer next;           /* round */
	struct instant round_at;     /* when the last one began */
	bool is_paused, is_over;     /* is_over: no round follows */
	struct trace_screen *screen; /* owned; NULL: it is not painted on */
	struct trace_reverse *back;  /* owned; NULL: not asked */
	struct reverse *reverse;     /* owned, names from the DNS; NULL: not asked */
	struct probe_run *identify;  /* owned; NULL: not asked */
	struct probe_target identify_targets[IDENTIFY_MAX];
	char *identify_urls[IDENTIFY_MAX]; /* owned */
	bool identifying, agent_asked;     /* it is waited for; that has ended */
	bool who_asked;                    /* tracing_ask_who() was called */
	struct timer patience;             /* with what was asked ahead */
	char *answered_by, *answered_site; /* owned */
	const char *answered_how;
	int r;
	struct err e;
};

/* ---- trace.c ---- */

/* A report without flows, on what is known now; borrows from t. */
struct trace_report tracing_report(const struct tracing *t);
/* Ends the loop, with an error that stands in t->e. */
void tracing_fail(struct tracing *t, int r);

/* ---- trace_ask.c: who is at the target, and the names of the hops ---- */

/* Asks the agent before it is known whether the target will be reached, so that nothing has to wait
 * for its answer. */
void tracing_ask_ahead(struct tracing *t);
/* Both give 0, or a negative errno with t->e; trace has gone as far as it will. */
int tracing_ask_who(struct tracing *t, const struct trace *trace) _must_use_;
int tracing_ask_names(struct tracing *t, const struct trace *trace) _must_use_;
/* Asks the agent at the target for a reverse trace. */
int tracing_ask_back(struct tracing *t) _must_use_;
/* Ends the loop, unless an answer is still waited for; then that does. */
void tracing_end_when_settled(struct tracing *t);
void tracing_ask_done(struct tracing *t);

/* ---- trace_rounds.c: --report and --live ---- */

int tracing_start_rounds(struct tracing *t) _must_use_;
void tracing_reset_rounds(struct tracing *t);
void tracing_pause_rounds(struct tracing *t, bool pause);
/* No more of them; the loop ends when all is known. */
void tracing_end_rounds(struct tracing *t);
void tracing_rounds_done(struct tracing *t);

/* ---- trace_screen.c: the live view ---- */

int trace_screen_new(struct tracing *t, struct trace_screen **ret) _must_use_;
/* Leaves the terminal as it was. */
void trace_screen_free(struct trace_screen *s); /* NULL is fine */
void trace_screen_paint(struct trace_screen *s);
