#include "measure/json_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "io/atomic_file.h"

static int
read_stdin(char **ret, size_t *ret_len, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	char piece[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, -errno, "read standard input");
		if (text.len + (size_t)n > JSON_FILE_MAX)
			return err_set(e, -EFBIG, "standard input: is larger than %u MiB",
			    JSON_FILE_MAX >> 20);
		strbuf_add_mem(&text, piece, (size_t)n);
	}
	*ret_len = text.len;
	*ret = strbuf_take(&text);
	return 0;
}

int
json_file_load(const char *path, json_t **ret, struct err *e)
{
	_cleanup_(freep) char *text = NULL;
	bool stdin_is_meant = strcmp(path, "-") == 0;
	json_error_t error;
	size_t len = 0;
	int r = stdin_is_meant ? read_stdin(&text, &len, e)
			       : atomic_file_read(path, JSON_FILE_MAX, &text, &len, e);

	if (r < 0)
		return r;
	*ret = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (*ret == NULL)
		return err_set(e, -EINVAL, "%s:%d:%d: %s", stdin_is_meant ? "standard input" : path,
		    error.line, error.column, error.text);
	return 0;
}
