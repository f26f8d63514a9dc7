/*
 * nearcast catchment run, when a controller measures it with all sites, not this host alone.
 */
#pragma once

#include "cli/catchment_places.h"
#include "cli/object.h"

/* What may be asked for, as `catchment run` has it. */
struct catchment_through {
	const struct object_options *o;
	const char *address, *site, *contact, *dns, *out;
	struct catchment_places_files known;
	const struct cli_strings *hitlists, *excludes;
	char **prefixes; /* ends with NULL */
	struct duration wait;
	uint32_t pps, rounds, block, port;
	uint32_t seed; /* UINT32_MAX: any */
	bool lab, best, skip_bad_lines;
};

/* Begins it, waits until it is over, and prints what came of it. Gives the exit status. */
int catchment_run_through(const struct catchment_through *q);
