#include "io/token_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "io/fd.h"
#include "io/read_all.h"

#define TOKEN_MAX 4096

int
token_check(const char *name, struct strbuf *token, struct err *e)
{
	while (token->len > 0 && strchr(" \t\r\n", token->text[token->len - 1]))
		token->text[--token->len] = '\0';
	for (size_t i = 0; i < token->len; i++) {
		if (token->text[i] <= ' ' || token->text[i] > '~')
			return err_set(
			    e, -EBADMSG, "%s: expected a token, and nothing beside it", name);
	}
	return token->len > 0 ? 0 : err_set(e, -EBADMSG, "%s: there is no token in it", name);
}

int
token_file_read(const char *path, struct strbuf *ret, struct err *e)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	int r;

	if (fd < 0)
		return err_errno(e, -errno, "the token, %s", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IRWXO))
		return err_set(e, -EACCES,
		    "%s: everybody can read the token; `chmod 600` it, or make a new one", path);
	r = read_all(fd, path, TOKEN_MAX, ret, e);
	return r < 0 ? r : token_check(path, ret, e);
}
