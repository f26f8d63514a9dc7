/*
 * The report of a catchment, as `nearcast report` would make it of its file and of the places that
 * it was told; while it goes on, of what has landed until then. What is better for whom, and what
 * it costs, is for measure/report.h.
 */
#pragma once

#include "controller/catchment_case.h"
#include "controller/catchment_places.h"
#include "controller/catchment_rows.h"
#include "measure/report.h"

/* Of the answer: clients by place and network (report/spots.h), and rows of those that a better
 * site could serve. */
#define CATCHMENT_SPOTS_MAX 1000
#define CATCHMENT_BETTER_MAX 200

/* Initialise with { 0 }; catchment_report_done() ends it. */
struct catchment_report {
	struct report r;
	struct catchment_places known;     /* of the addresses; the report's texts are its own */
	struct catchment_rows now, before; /* what it is made of */
};

/*
 * k: as it is in the store, as is before, which is what it is compared with; NULL: nothing. brief:
 * as the API has it, for what it says of itself.
 */
int catchment_report_make(struct call *c, const struct catchment_case *k,
    const struct catchment_case *before, const json_t *brief, struct catchment_report *ret);
void catchment_report_done(struct catchment_report *report);

/* catchment_report_json.c: as the API gives it, within the limits above. Pure; the caller's. */
json_t *catchment_report_to_json(const struct report *r);
