/* Tables of texts that are refused, with all that is said about each. */
#pragma once

#include "tap.h"
#include "zoo.h"

struct error_row {
	const char *name;
	const char *text;
	size_t len; /* 0: up to the NUL */
	const char *errors;
};

void check_error_rows(const struct error_row *rows, size_t count);
