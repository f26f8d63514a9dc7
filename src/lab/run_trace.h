/*
 * Several clients run `nearcast trace`, all at once: what the step `trace`, and the ways that a
 * report needs (run_better.h), have in common.
 */
#pragma once

#include "lab/run_internal.h"

struct run_trace {
	const char *client;
	struct ip to;
	uint32_t port;    /* of HTTP, where the last hop is asked who it is */
	const char *site; /* where it should end; NULL: at any site */
};

/*
 * Puts the commands into result, and a row for each trace in their order: the document of the
 * command, with "client", "site" (where it ends), "expected_site", "held"; and "error", a sentence,
 * instead of the document of one that failed. 0 or -EINTR.
 */
int run_trace(
    struct run *run, const struct run_trace *traces, size_t count, json_t *result) _must_use_;
void run_trace_print(const json_t *result, struct look look, struct strbuf *out);
