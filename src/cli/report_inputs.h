/* The files that a report is made of, read into it. */
#pragma once

#include "cli/command.h"
#include "measure/relations.h"
#include "measure/report_build.h"

/* What the options of the command name; texts are argv's. */
struct report_inputs {
	struct cli_strings catchments, before, probes, before_probes, traces;
	const char *names, *asn, *places, *relations, *weights;
};

/* What has to live as long as the report is filled and explained. Zeroed is empty. */
struct report_sources {
	struct names *names; /* owned, as all of these; NULL: none */
	struct origins *origins;
	struct places *places;
	struct relations *relations;
	struct report_builder builder;
	struct catch_merge catchment; /* owned; of `after` */
};

/*
 * Reads all of it into a report that was initialized. What is missing or broken in a measurement is
 * said on stderr and noted in the report, and the rest is used; that a file cannot be used at all
 * fails, with the sentence on stderr. EXIT_SUCCESS, or the exit status.
 */
int report_inputs_read(
    const struct report_inputs *in, struct report_sources *s, struct report *r) _must_use_;
/*
 * After report_compute(), which says what site would be better for whom: takes the RTTs from there
 * that the files have; the report has the least only.
 */
void report_inputs_know_rtts(const struct report_sources *s, struct report *r);
void report_sources_done(struct report_sources *s);
