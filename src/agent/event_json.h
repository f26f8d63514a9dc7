/*
 * An event as JSON: a line of the journal on the disk, of `nearcast events --json`, and what hooks
 * are given. nearcast-events(1) describes each key. Pure.
 */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "service/journal.h"

/* "2026-11-23T04:05:06.123456789Z" */
json_t *wall_json(int64_t wall_ns);
/* The caller's. What the event is not about has no key. */
json_t *event_json(const struct journal_entry *e);

/* Which events are asked for. */
struct event_filter {
	uint64_t after;       /* only those with a higher number */
	int64_t since_ns;     /* not before this time of day */
	const char *service;  /* only about this one; NULL: about any or none */
	const char *neighbor; /* as service */
	const char *kind;     /* NULL: any */
};

bool event_filter_takes(const struct event_filter *f, const json_t *event);
