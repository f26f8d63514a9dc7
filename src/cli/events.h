/* What the two sources of `nearcast events` share: the agent of this host, and a controller. */
#pragma once

#include <jansson.h>

#include "cli/object.h"

struct events_options {
	struct object_options base; /* with it: through a controller */
	const char *socket;         /* without */
	bool follow;
	const char *since, *service, *neighbor, *site, *host, *kind;
	int severity; /* of events_severities; -1: any */
	uint32_t count;
	/* read from them: wall clock, ns; 0: whenever */
	int64_t since_ns;
};

/* The names end with NULL. */
extern const char *const events_severities[];

#define EVENTS_FOLLOW_FIRST 10 /* shown before what follows, as tail does */

/* "2026-11-29T16:42:57.123Z  service-withdrawn  what". what and why may be "". */
int events_print_line(const char *at, const char *kind, const char *what, const char *why);

/* There was none, of such as were asked for: said, unless more is waited for. */
void events_say_none(const struct events_options *o);

/* events_controller.c: whether that is what the options ask for; and does it. */
bool events_are_remote(const struct events_options *o);
int events_of_controller(const struct events_options *o);
