/*
 * Catchments of a controller: what `nearcast catchment run` and `nearcast catchments` share.
 */
#pragma once

#include "cli/catchment.h"
#include "cli/object.h"

struct catchments_options {
	struct object_options base;
	const char *state, *global_ip, *out, *places, *asn, *weights, *before;
	uint32_t limit;
	bool watch;
};

extern const struct object_kind catchment_kind;
extern const struct cli_command cli_catchments_locate_command, cli_catchments_report_command;

/* One for people, or as JSON. Gives 1 also when something of its result is missing. */
int catchments_print(const struct object_options *o, json_t *catchment);
/* Waits until it is over, tells how it goes, and prints it; who interrupts stops it. out: its file
 * goes there; NULL: nowhere. */
int catchments_wait(const struct object_options *o, const char *id, const char *out);
/* The file of all targets, once it is over. */
int catchments_fetch(const struct object_options *o, const char *id, struct http_reply *ret);
/* Likewise, into a file; "-": standard output. */
int catchments_save(const struct object_options *o, const char *id, const char *out);
