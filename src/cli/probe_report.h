/*
 * What nearcast probe makes of a run: a report for people or programs, a judgement for monitoring,
 * metrics in a file.
 */
#pragma once

#include "cli/command.h"
#include "measure/inflation.h"
#include "measure/probe_limits.h"

enum probe_output {
	PROBE_OUTPUT_TEXT,
	PROBE_OUTPUT_JSON,
	PROBE_OUTPUT_EACH,
};

/* As they were given; part of the command's options. */
struct probe_report_options {
	int output;
	struct cli_strings warning, critical;
	const char *prometheus, *names, *at; /* NULL: not given */
	bool watch;
};

/* Zeroed is none. */
struct probe_report {
	const struct probe_report_options *options;
	struct probe_limits warning, critical;
	bool is_judged;
	struct names *names; /* owned; NULL: none */
	bool has_at;
	struct geo_point at; /* of this client */
};

/* What a run has gathered; borrowed. */
struct probe_results {
	const struct probe_target *targets;
	struct probe_summary *summaries;
	size_t count;
	const struct probe_record *records;
	size_t record_count;
};

/* 0, or the exit status of wrong use or of a file that cannot be read. */
int probe_report_prepare(struct probe_report *report, const struct probe_report_options *options);
/* Nothing could be measured: says why, with limits also as a plugin does. Gives the exit status. */
int probe_report_fail(const struct probe_report *report, const char *why);
void probe_report_done(struct probe_report *report);
/* A site that the answer did not say, by the name of its host. */
void probe_report_complete(const struct probe_report *report, struct probe_record *r);
/* How it stands so far: all over again on a terminal, else a line for each target. */
void probe_report_watch(const struct probe_report *report, const struct probe_results *results);
/* The end. Gives the exit status; otherwise: that of a run without limits. */
int probe_report_end(
    const struct probe_report *report, const struct probe_results *results, int otherwise);
