/*
 * How the store is, by what requests meet of it: once in the log, and in /healthz (health.h), not
 * with each request that fails for the same reason.
 */
#pragma once

#include "controller/health.h"

/* What one request has met. */
struct store_outcome {
	bool was_used;   /* else it says nothing of the store */
	bool has_written;
	int error;       /* of store.h; 0: it answered */
	const char *why; /* with an error: for the log alone */
};

/* Whether its error is told by this, so that the request needs no line of its own. */
bool store_health_note(struct health *h, const struct store_outcome *outcome, int64_t now);
