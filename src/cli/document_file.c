#include "cli/document_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/yaml_json.h"
#include "io/fd.h"
#include "io/read_all.h"

#define FILE_MAX ((size_t)1 << 20)

/* What is wrong is in `wrong`, or else in e. */
static int
read_document(const char *name, json_t **ret, struct strbuf *wrong, struct err *e)
{
	bool is_stdin = strcmp(name, "-") == 0;
	_cleanup_(closep) int opened = is_stdin ? -1 : open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	int r;

	if (!is_stdin && opened < 0)
		return err_errno(e, -errno, "%s", name);
	r = read_all(is_stdin ? STDIN_FILENO : opened, name, FILE_MAX, &text, e);
	return r < 0 ? r : yaml_json(name, strbuf_get(&text), text.len, ret, wrong);
}

json_t *
document_file(const char *name, const char *what)
{
	_cleanup_(strbuf_done) struct strbuf wrong = { 0 };
	json_auto_t *document = NULL;
	struct err e = { 0 };
	int r = read_document(name, &document, &wrong, &e);

	if (r >= 0 && !json_is_object(document))
		r = err_set(&e, -EINVAL, "%s: expected %s, keys with their values", name, what);
	if (r >= 0)
		return TAKE(document);
	while (wrong.len > 0 && wrong.text[wrong.len - 1] == '\n')
		wrong.text[--wrong.len] = '\0';
	cli_say_error("%s", wrong.len > 0 ? strbuf_get(&wrong) : e.message);
	return NULL;
}
