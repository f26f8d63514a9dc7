/*
 * What `nearcast lab run` has measured, as a report. Pure.
 *
 * After is the step `anycast`: where each client landed, of the first service and family that it
 * asked. Before is the step `unicast`, as if the service had one site only, the first of the
 * scenario, by its own address; the same step tells which site is the best for each client. The
 * steps `trace` have the ways (also those that lab/run_better.h adds), and the scenario who is
 * whose customer.
 */
#pragma once

#include <jansson.h>

#include "lab/plan.h"
#include "lab/scenario.h"
#include "measure/report.h"

/* What of a run is reported. */
struct lab_report_of {
	const char *service; /* of the document */
	enum ip_family family;
};

/* By the document of lab_run(); it needs "steps" only. -ENODATA: no step `anycast` was played. */
int lab_report_of(const json_t *doc, struct lab_report_of *ret, struct err *e) _must_use_;
/*
 * doc: of lab_run(). The report is initialized, and is computed and explained then. -ENODATA: no
 * step `anycast` was played.
 */
int lab_report_fill(const json_t *doc, const struct scenario *s, const struct lab_plan *plan,
    struct report *r, struct err *e) _must_use_;
