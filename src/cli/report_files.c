#include "cli/report_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "io/atomic_file.h"
#include "measure/report_write.h"
#include "report/page.h"

#define PIECE ((size_t)64 * 1024) /* what is written at once */

static bool
is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

/*
 * Where a text goes, piece by piece: standard output; a file that takes its name once it is whole;
 * or what cannot take another's name, such as a pipe.
 */
struct output {
	const char *path;
	struct strbuf pending; /* owned */
	struct atomic_file file;
	int through; /* -1: not so */
	bool told;   /* what went wrong */
};

/* EXIT_SUCCESS, or the exit status. */
static int
fail(struct output *o, const struct err *e)
{
	if (!o->told)
		cli_say_error("%s", e->message);
	o->told = true;
	return EXIT_FAILURE;
}

static int
output_open(struct output *o, const char *path)
{
	struct err e = { 0 };
	struct stat st;
	int r = 0;

	*o = (struct output){ .path = path, .file.fd = -1, .through = -1 };
	if (is_stdout(path))
		return EXIT_SUCCESS;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->through = open(path, O_WRONLY | O_CLOEXEC);
		if (o->through < 0)
			r = err_errno(&e, -errno, "%s", path);
	} else
		r = atomic_file_begin(&o->file, path, 0644, &e);
	return r < 0 ? fail(o, &e) : EXIT_SUCCESS;
}

static int
write_through(int fd, const char *path, const struct strbuf *text, struct err *e)
{
	for (size_t at = 0; at < text->len;) {
		ssize_t n = write(fd, text->text + at, text->len - at);

		if (n < 0 && errno != EINTR)
			return err_errno(e, -errno, "write %s", path);
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int
output_flush(struct output *o)
{
	struct err e = { 0 };
	int r = 0;

	if (is_stdout(o->path)) {
		int status = cli_print(strbuf_get(&o->pending)); /* says what went wrong itself */

		strbuf_done(&o->pending);
		o->told |= status != EXIT_SUCCESS;
		return status;
	}
	if (o->through >= 0)
		r = write_through(o->through, o->path, &o->pending, &e);
	else
		r = atomic_file_put(&o->file, o->pending.text, o->pending.len, &e);
	strbuf_done(&o->pending);
	return r < 0 ? fail(o, &e) : EXIT_SUCCESS;
}

/* A report_put. */
static int
output_put(void *userdata, const char *text, size_t len)
{
	struct output *o = userdata;

	strbuf_add_mem(&o->pending, text, len);
	return o->pending.len < PIECE || output_flush(o) == EXIT_SUCCESS ? 0 : -EIO;
}

/* r: whether all was put. */
static int
output_close(struct output *o, int r)
{
	struct err e = { 0 };
	int status = r < 0 || output_flush(o) != EXIT_SUCCESS ? EXIT_FAILURE : EXIT_SUCCESS;

	if (r < 0)
		(void)err_errno(&e, r, "write %s", o->path);
	if (r < 0)
		(void)fail(o, &e);
	if (o->through >= 0)
		(void)close(o->through);
	else if (!is_stdout(o->path) && status != EXIT_SUCCESS)
		atomic_file_drop(&o->file);
	else if (!is_stdout(o->path) && atomic_file_end(&o->file, &e) < 0)
		status = fail(o, &e);
	strbuf_done(&o->pending);
	return status;
}

static int
write_file(const char *path, const struct strbuf *text)
{
	struct output o;
	int status = output_open(&o, path);

	if (status != EXIT_SUCCESS)
		return status;
	return output_close(&o, output_put(&o, strbuf_get(text), text->len));
}

static int
write_json(const struct report *r, const char *path)
{
	struct output o;
	int status = output_open(&o, path);

	if (status != EXIT_SUCCESS)
		return status;
	return output_close(&o, report_write_json(r, output_put, &o));
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
