/*
 * The two halves of the failure step: step_fail.c does it, fail_report.c says what came of it.
 */
#pragma once

#include "lab/bgp_watch.h"
#include "lab/run_internal.h"
#include "lab/stream.h"

struct fail_times {
	int64_t kill_ns;    /* wall clock, right before kill(2) */
	int64_t restart_ns; /* right before the new start */
	bool agent_dies;    /* then the session ends, and nothing is withdrawn in words */
};

/*
 * Whether the withdraw was in time: after_ms of the kill, negative when none was seen; within 0: at
 * all.
 */
void fail_expect_withdraw(
    struct expect_list *expects, const char *step, struct duration within, double after_ms);
/* Fills the result and adds the expectations. */
void fail_report(struct run *run, const struct scenario_fail *conf, const char *site,
    struct prefix prefix, const struct fail_times *times, const struct stream *stream,
    const struct bgp_watch *watch, json_t *result);
void fail_print(const json_t *result, struct look look, struct strbuf *out);
