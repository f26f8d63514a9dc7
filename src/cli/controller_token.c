#include "cli/controller_token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "io/fd.h"
#include "io/read_all.h"

#define TOKEN_MAX 4096

/* NULL: the user has no home. */
static char *
default_path(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config != NULL && *config == '/')
		return xasprintf("%s/nearcast/token", config);
	return home != NULL ? xasprintf("%s/.config/nearcast/token", home) : NULL;
}

/* It stands in a header: one word of plain ASCII. */
static int
check_text(const char *path, struct strbuf *token, struct err *e)
{
	while (token->len > 0 && strchr(" \t\r\n", token->text[token->len - 1]))
		token->text[--token->len] = '\0';
	for (size_t i = 0; i < token->len; i++) {
		if (token->text[i] <= ' ' || token->text[i] > '~')
			return err_set(
			    e, -EBADMSG, "%s: expected a token, and nothing beside it", path);
	}
	return token->len > 0 ? 0 : err_set(e, -EBADMSG, "%s: there is no token in it", path);
}

int
controller_token(const char *file, struct strbuf *ret, struct err *e)
{
	_cleanup_(freep) char *otherwise = file == NULL ? default_path() : NULL;
	const char *path = file != NULL ? file : otherwise;
	_cleanup_(closep) int fd = -1;
	struct stat st;
	int r;

	if (path == NULL)
		return err_set(e, -ENOENT, "no token: --token-file names the file that holds it");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_errno(e, -errno, "the token, %s", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IRWXO))
		return err_set(e, -EACCES,
		    "%s: everybody can read the token; `chmod 600` it, or make a new one", path);
	r = read_all(fd, path, TOKEN_MAX, ret, e);
	return r < 0 ? r : check_text(path, ret, e);
}
