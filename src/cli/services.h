/* What the files of `nearcast services` share. */
#pragma once

#include "cli/object.h"

struct services_options {
	struct object_options base;
	const char *override;
	bool diff;
};

extern const struct object_kind services_kind;

int services_run_apply(const void *options, int argc, char **args);
