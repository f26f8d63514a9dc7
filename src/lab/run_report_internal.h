/* What the files of run_report.h share. */
#pragma once

#include "lab/run_report.h"
#include "measure/names.h"
#include "measure/relations.h"

/* ---- run_report_known.c: what the scenario knows ---- */

/* The names that every node has in a file. */
int lab_report_names(const struct lab_plan *plan, struct names **ret, struct err *e) _must_use_;
/* Its relationships. */
int lab_report_relations(
    const struct scenario *s, struct relations **ret, struct err *e) _must_use_;
/* Of clients and sites. */
void lab_report_add_countries(const struct scenario *s, struct report *r);
