#include "cli/report_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "io/atomic_file.h"
#include "measure/json.h"
#include "measure/report_write.h"
#include "report/page.h"

/* What cannot take another's name, such as a pipe. */
static int
write_through(const char *path, const struct strbuf *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return err_errno(e, -errno, "%s", path);
	for (size_t at = 0; at < text->len && r == 0;) {
		ssize_t n = write(fd, text->text + at, text->len - at);

		if (n < 0 && errno != EINTR)
			r = err_errno(e, -errno, "write %s", path);
		at += n > 0 ? (size_t)n : 0;
	}
	(void)close(fd);
	return r;
}

static bool
is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

/* EXIT_SUCCESS, or the exit status. */
static int
write_file(const char *path, const struct strbuf *text)
{
	struct err e = { 0 };
	struct stat st;
	int r;

	if (is_stdout(path))
		return cli_print(strbuf_get(text));
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		r = write_through(path, text, &e);
	else
		r = atomic_file_write(path, text->text, text->len, 0644, &e);
	if (r < 0)
		cli_say_error("%s", e.message);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
write_json(const struct report *r, const char *path)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	json_t *document = report_to_json(r);
	_cleanup_(freep) char *dumped = json_dumps(document, JSON_INDENT(2) | MEASURE_JSON_FLAGS);

	json_decref(document);
	strbuf_add(&text, dumped ? dumped : "{}");
	strbuf_add_char(&text, '\n');
	return write_file(path, &text);
}

static int
write_csv(const struct report *r, const char *path)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	report_to_csv(r, &text);
	return write_file(path, &text);
}

static int
write_page(const struct report *r, const char *path)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	report_html_write(r, &text);
	return write_file(path, &text);
}

int
report_files_write(const struct report_files *files, const struct report *r)
{
	int status = EXIT_SUCCESS;

	if (files->page)
		status = write_page(r, files->page);
	if (status == EXIT_SUCCESS && files->json)
		status = write_json(r, files->json);
	if (status == EXIT_SUCCESS && files->csv)
		status = write_csv(r, files->csv);
	return status;
}

int
report_file_write(const char *path, const struct report *r)
{
	const char *dot = strrchr(path, '.');
	struct report_files files = { 0 };

	if (dot && strcmp(dot, ".json") == 0)
		files.json = path;
	else if (dot && strcmp(dot, ".csv") == 0)
		files.csv = path;
	else
		files.page = path;
	return report_files_write(&files, r);
}

int
report_files_on_stdout(const struct report_files *files)
{
	return is_stdout(files->page) + is_stdout(files->json) + is_stdout(files->csv);
}
