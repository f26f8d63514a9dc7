/*
 * Several clients run `nearcast probe` with the same URLs, all at once: what the steps unicast and
 * anycast have in common.
 */
#pragma once

#include "lab/gather.h"
#include "lab/run_internal.h"

struct run_probe {
	const char **clients; /* in the arena, as the rest is */
	size_t count;
	struct gather_job *jobs; /* of each client */
	json_t **docs;           /* what it wrote; NULL: jobs[].why */
};

/*
 * Asks each URL (they end with NULL) so many times from each client of the list (all, when it is
 * empty), and puts the commands into result. 0 or -EINTR; run_probe_done() it in any case.
 */
int run_probe(struct run *run, const struct conf_list *clients, uint32_t times,
    const char *const *urls, json_t *result, struct run_probe *ret) _must_use_;
void run_probe_done(struct run_probe *p);
