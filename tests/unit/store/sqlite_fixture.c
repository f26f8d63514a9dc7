/* SQLite files in a folder that goes with the program. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

static char folder[64];

static void
remove_folder(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)system(command);
}

const char *
fixture_new(void)
{
	static char where[96];
	static unsigned n;

	if (folder[0] == '\0') {
		(void)snprintf(folder, sizeof(folder), "/tmp/nearcast-store-XXXXXX");
		if (mkdtemp(folder) == NULL)
			abort();
		(void)atexit(remove_folder);
	}
	(void)snprintf(where, sizeof(where), "%s/%u.db", folder, ++n);
	return where;
}
