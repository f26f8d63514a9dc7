#include "cli/controller_token.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "io/token_file.h"

char *
controller_config_path(const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config != NULL && *config == '/')
		return xasprintf("%s/nearcast/%s", config, name);
	return home != NULL ? xasprintf("%s/.config/nearcast/%s", home, name) : NULL;
}

int
controller_token(const char *file, struct strbuf *ret, struct err *e)
{
	_cleanup_(freep) char *otherwise = file == NULL ? controller_config_path("token") : NULL;
	const char *path = file != NULL ? file : otherwise;

	if (path == NULL)
		return err_set(e, -ENOENT, "no token: --token-file names the file that holds it");
	return token_file_read(path, ret, e);
}
