/* What the files of `nearcast services` share. */
#pragma once

#include "cli/object.h"

struct services_options {
	struct object_options base;
	const char *override;
	bool diff;
};

extern const struct object_kind services_kind;

/* What an answer warns of, a line each: what keeps the service from being announced anywhere. */
void services_add_warnings(const json_t *answer, struct strbuf *out);
int services_run_apply(const void *options, int argc, char **args);
