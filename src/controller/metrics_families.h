/*
 * The families of metrics: each a row of a table, with who writes its samples. Names and units
 * follow prometheus.io/docs/practices/naming; nearcast-controller(8) lists them.
 */
#pragma once

#include "base/prom.h"
#include "controller/census.h"
#include "controller/metrics.h"

/* What a scrape is made of. */
struct metrics_view {
	const struct metrics_of *of;
	const struct census *census; /* at 0: nothing was read yet */
	struct store_figures store;
	int64_t started; /* wall clock, ns */
};

struct metrics_family {
	const char *name;
	enum prom_type type;
	void (*add)(
	    const struct metrics_family *f, const struct metrics_view *v, struct strbuf *out);
	const char *help;
};

struct metrics_table {
	const struct metrics_family *families;
	size_t count;
};

extern const struct metrics_table metrics_of_server, metrics_of_store, metrics_of_census;
