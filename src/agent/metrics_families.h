/*
 * The families of metrics: each a row of a table, with what it is of and who writes its samples.
 * Names and units follow prometheus.io/docs/practices/naming; nearcastd(8) lists them.
 */
#pragma once

#include "agent/agent_internal.h"
#include "base/prom.h"

/* What there is a sample, or some, of. */
enum metric_of {
	METRIC_OF_AGENT,
	METRIC_OF_SERVICE,
	METRIC_OF_ADDRESS,
	METRIC_OF_RUN, /* of a check */
	METRIC_OF_LISTENER,
	METRIC_OF_NEIGHBOR,
};

/* One thing, while its samples are written. */
struct metric_item {
	struct agent *agent;
	const struct hosted *hosted; /* of a service, address, run, listener */
	size_t index;                /* of an address, run, listener */
	const json_t *neighbor;      /* as of announcer_status() */
	struct instant now;
};

struct metric_family {
	const char *name;
	enum prom_type type;
	enum metric_of of;
	void (*add)(
	    const struct metric_family *f, const struct metric_item *item, struct strbuf *out);
	/* for add(): where the number stands, and the name of a label */
	const char *key, *label;
	const char *help;
};

struct metric_table {
	const struct metric_family *families;
	size_t count;
};

extern const struct metric_table metrics_of_agent, metrics_of_controller, metrics_of_services,
    metrics_of_neighbors;
