/*
 * A shared library that is opened when one of its functions is first needed: what few hosts use
 * need not be in every process (docs/decisions/0003).
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct dynamic_lib {
	const char *name; /* "libcurl.so.4": its ABI */
	const char *user; /* "HTTP": what needs it, for the error */
	/* filled by dynamic_lib_load() */
	bool tried;
	void *handle;
	char error[256];
};

/* Opens it, once; -ENOENT when it is not there. It is never closed. */
int dynamic_lib_load(struct dynamic_lib *lib, struct err *e);
/* A function that every library of that name has, or NULL when there is no library. */
void *dynamic_lib_find(struct dynamic_lib *lib, const char *name);
