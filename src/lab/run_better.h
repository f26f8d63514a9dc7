/*
 * The ways that tell why: after the steps of a run that is to be reported, each client that a
 * better site could serve is traced to the Global IP, and to that site's own address.
 *
 * Which clients these are, and which site would be the better one, the report itself says of what
 * the steps have measured (lab/run_report.h); so a scenario need not know who lands badly. What a
 * step has traced is not traced again.
 */
#pragma once

#include "lab/run_internal.h"

/*
 * Adds a step `trace` to the steps that were played, unless nobody lands badly, or there is nothing
 * to report. It expects nothing: what it finds is for the report. 0 or -EINTR.
 */
int run_better(struct run *run, json_t *steps) _must_use_;
