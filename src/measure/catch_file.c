#include "measure/catch_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

#define FULL (64u << 10)

int
catch_writer_open(struct catch_writer *w, const char *path, struct err *e)
{
	*w = (struct catch_writer){ .name = path };
	if (strcmp(path, "-") == 0) {
		w->name = "standard output";
		w->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	}
	return w->fd < 0 ? err_errno(e, -errno, "%s", path) : 0;
}

void
catch_writer_open_rows(struct catch_writer *w, catch_rows_fn take, void *userdata)
{
	*w = (struct catch_writer){ .fd = -1, .take = take, .userdata = userdata };
}

void
catch_writer_close(struct catch_writer *w)
{
	if (w->fd >= 0)
		(void)close(w->fd);
	w->fd = -1;
	strbuf_done(&w->rows);
}

void
catch_writer_json(struct catch_writer *w, json_t *line)
{
	_cleanup_(freep) char *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	strbuf_add(&w->rows, text ? text : "{}");
	strbuf_add_char(&w->rows, '\n');
}

void
catch_writer_row(struct catch_writer *w, struct ip target, int64_t us)
{
	char text[IP_STR_MAX];

	strbuf_add(&w->rows, ip_format(target, text));
	strbuf_add_char(&w->rows, ' ');
	strbuf_add_i64(&w->rows, us);
	strbuf_add_char(&w->rows, '\n');
}

bool
catch_writer_is_full(const struct catch_writer *w)
{
	return w->rows.len >= FULL;
}

int
catch_writer_flush(struct catch_writer *w, struct err *e)
{
	size_t at = 0;
	int r = 0;

	if (w->take != NULL && w->rows.len > 0) {
		w->take(w->userdata, w->rows.text, w->rows.len);
		at = w->rows.len;
	}
	while (at < w->rows.len && r == 0) {
		ssize_t n = write(w->fd, w->rows.text + at, w->rows.len - at);

		if (n < 0 && errno != EINTR)
			r = err_errno(e, -errno, "write %s", w->name);
		at += n > 0 ? (size_t)n : 0;
	}
	/* what could not be written may be tried again */
	if (at > 0)
		memmove(w->rows.text, w->rows.text + at, w->rows.len - at);
	w->rows.len -= at;
	return r;
}

/* ---- reading ---- */

const char *
catch_reader_text(const struct catch_reader *r, const char *key)
{
	const char *text = json_string_value(json_object_get(r->head, key));

	return text ? text : "";
}

static int
check_head(struct catch_reader *r, const char *const *kinds, struct err *e)
{
	json_int_t version = json_integer_value(json_object_get(r->head, "nearcast_catchment"));
	const char *kind = catch_reader_text(r, "kind"), *family = catch_reader_text(r, "family");

	if (version != CATCH_FILE_VERSION)
		return err_set(e, -EINVAL, "%s: is no file of a catchment%s", r->lines.name,
		    version ? " that this version reads" : "");
	r->family = strcmp(family, "ipv4") == 0   ? IP_V4
		    : strcmp(family, "ipv6") == 0 ? IP_V6
						  : IP_NONE;
	if (r->family == IP_NONE)
		return err_set(
		    e, -EINVAL, "%s:1: the family is neither ipv4 nor ipv6", r->lines.name);
	for (size_t i = 0; kinds[i]; i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return 0;
	}
	err_set(e, -EINVAL, "%s: is of the kind \"%.20s\"; expected %s%s%s", r->lines.name, kind,
	    kinds[0], kinds[1] ? " or " : "", kinds[1] ? kinds[1] : "");
	return -EINVAL;
}

/* The first line; closes what was opened when it is none. */
static int
read_head(struct catch_reader *r, const char *const *kinds, struct err *e)
{
	int got = lines_next(&r->lines, e);

	if (got == 0)
		got = err_set(e, -ENODATA, "%s: is empty", r->lines.name);
	if (got > 0) {
		r->head = json_loads(r->lines.text, JSON_REJECT_DUPLICATES, NULL);
		got = check_head(r, kinds, e);
	}
	if (got < 0)
		catch_reader_close(r);
	return got;
}

int
catch_reader_open(struct catch_reader *r, const char *path, const char *const *kinds, struct err *e)
{
	int got;

	*r = (struct catch_reader){ 0 };
	got = lines_open(&r->lines, path, e);
	return got < 0 ? got : read_head(r, kinds, e);
}

int
catch_reader_open_text(struct catch_reader *r, const char *name, const char *text,
    const char *const *kinds, struct err *e)
{
	*r = (struct catch_reader){ 0 };
	lines_open_text(&r->lines, name, text);
	return read_head(r, kinds, e);
}

void
catch_reader_close(struct catch_reader *r)
{
	lines_done(&r->lines);
	json_decref(r->head);
	json_decref(r->end);
	r->head = r->end = NULL;
}

static bool
read_target(struct catch_reader *r, struct line_word word)
{
	char text[IP_STR_MAX];

	if (lines_word(&r->lines, word, text, sizeof(text)) && ip_parse(text, &r->last) == 0 &&
	    r->last.family == r->family)
		return true;
	lines_bad(&r->lines, word.from, word.to, "expected an address of the target");
	return false;
}

/* The line at the end; what stands behind it was put together of several files. */
static void
read_end(struct catch_reader *r)
{
	json_t *end = json_loads(r->lines.text, JSON_REJECT_DUPLICATES, NULL);

	if (r->end == NULL && json_is_string(json_object_get(end, "end")))
		r->end = end;
	else
		lines_bad(&r->lines, 0, r->lines.len, "expected a row, or the one line at the end");
	if (r->end != end)
		json_decref(end);
}

int
catch_reader_next(struct catch_reader *r, struct line_word *words, size_t count, struct err *e)
{
	int got;

	while ((got = lines_next(&r->lines, e)) > 0) {
		size_t found = lines_split(&r->lines, words, count);

		if (r->lines.text[0] == '{') {
			read_end(r);
			continue;
		}
		if (r->lines.cut) {
			lines_bad(&r->lines, 0, r->lines.len, "the row is cut off");
			continue;
		}
		if (found < count) {
			lines_bad(&r->lines, 0, r->lines.len, "expected %zu words in a row", count);
			continue;
		}
		if (r->end != NULL) {
			lines_bad(&r->lines, 0, r->lines.len, "a row behind the line at the end");
			continue;
		}
		if (!read_target(r, words[0]))
			continue;
		r->rows++;
		return 1;
	}
	return got;
}

bool
catch_reader_us(struct catch_reader *r, struct line_word word, int64_t *ret)
{
	char text[24] = "";
	bool fits = lines_word(&r->lines, word, text, sizeof(text)), negative = text[0] == '-';
	uint64_t us;

	if (!fits || parse_u64(text + negative, UINT32_MAX, &us) < 0) {
		lines_bad(&r->lines, word.from, word.to, "expected microseconds");
		return false;
	}
	*ret = negative ? -(int64_t)us : (int64_t)us;
	return true;
}

size_t
catch_reader_columns(const struct catch_reader *r, struct line_word *words, size_t max)
{
	const char *text = r->lines.text;
	size_t count = 0;

	for (size_t at = strspn(text, " \t"); text[at] != '\0' && count < max;
	     at += strspn(text + at, " \t")) {
		size_t len = strcspn(text + at, " \t");

		words[count++] = (struct line_word){ at, at + len };
		at += len;
	}
	return count;
}
