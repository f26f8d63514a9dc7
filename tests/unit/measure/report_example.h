/* A small report for tests: six networks, three sites, with a before; one lands at two sites, one
 * was not heard, one is called like an attack on a page. Two findings, with traces. */
#pragma once

#include "measure/report.h"

/* Initialized and computed; report_done() is the caller's. */
void report_example(struct report *r);
