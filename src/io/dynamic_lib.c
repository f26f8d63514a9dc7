#include "io/dynamic_lib.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int
dynamic_lib_load(struct dynamic_lib *lib, struct err *e)
{
	const char *why;

	if (!lib->tried) {
		lib->tried = true;
		/* never closed: libraries leave threads' data and exit handlers behind */
		lib->handle = dlopen(lib->name, RTLD_NOW | RTLD_LOCAL);
		if (lib->handle == NULL) {
			why = dlerror();
			(void)snprintf(
			    lib->error, sizeof(lib->error), "%s", why ? why : "no reason given");
		}
	}
	if (lib->handle == NULL)
		return err_set(e, -ENOENT, "%s needs %s: %s", lib->user, lib->name, lib->error);
	return 0;
}

void *
dynamic_lib_find(struct dynamic_lib *lib, const char *name)
{
	void *symbol;

	if (dynamic_lib_load(lib, NULL) < 0)
		return NULL;
	symbol = dlsym(lib->handle, name);
	if (symbol == NULL)
		abort(); /* without it, it is not that library */
	return symbol;
}
