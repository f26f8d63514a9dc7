/*
 * Errors as a person sees them: the place, the sentence, the line, and a caret below what is meant.
 * They are collected in the order in which they are found and shown in the order of the file.
 */
#include "config/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_COLUMNS_MAX 80
#define VALUE_COLUMNS_MAX 40

size_t
conf_line_of(const struct conf *c, size_t offset)
{
	size_t line = conf_source_line(&c->source, offset);

	if (offset >= c->added_at)
		line -= conf_source_line(&c->source, c->added_at);
	return line + 1;
}

bool
conf_report_wanted(const struct conf *c)
{
	return c->error_count < CONF_ERRORS_MAX;
}

void
conf_report_va(struct conf *c, struct conf_place place, const char *fmt, va_list ap)
{
	char *text;

	if (c->error_count++ >= CONF_ERRORS_MAX)
		return;
	if (c->reports == NULL)
		c->reports = xcalloc(CONF_ERRORS_MAX, sizeof(*c->reports));
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	c->reports[c->report_count++] = (struct conf_report){ .place = place, .text = text };
}

void
conf_reports_forget(struct conf *c, size_t error_count, size_t report_count)
{
	while (c->report_count > report_count)
		free(c->reports[--c->report_count].text);
	c->error_count = error_count;
}

void
conf_report(struct conf *c, struct conf_place place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	conf_report_va(c, place, fmt, ap);
	va_end(ap);
}

/* One code point of the file; what is not printable becomes "?". Returns the bytes taken. */
static size_t
show_code(struct strbuf *out, const char *text, size_t len)
{
	uint32_t code;
	size_t n = conf_utf8_take(text, len, &code);

	if (n == 0 || (code != '\t' && !conf_utf8_is_printable(code)))
		strbuf_add_char(out, '?');
	else
		strbuf_add_mem(out, text, n);
	return MAX(n, (size_t)1);
}

void
conf_show_value(struct strbuf *out, const char *text, bool plain)
{
	size_t len = strlen(text), at = 0;

	if (!plain)
		strbuf_add_char(out, '"');
	for (size_t n = 0; at < len && n < VALUE_COLUMNS_MAX; n++)
		at += show_code(out, text + at, len - at);
	if (at < len)
		strbuf_add(out, "...");
	if (!plain)
		strbuf_add_char(out, '"');
}

/* A line's code points, as byte offsets: column_count + 1 of them. */
static size_t *
find_columns(const char *text, size_t len, size_t *ret_count)
{
	size_t *columns = NULL, count = 0, cap = 0;
	uint32_t code;

	for (size_t at = 0;; at += MAX(conf_utf8_take(text + at, len - at, &code), (size_t)1)) {
		columns = grow_array(columns, count, &cap, sizeof(*columns));
		columns[count++] = at;
		if (at >= len)
			break;
	}
	*ret_count = count - 1;
	return columns;
}

/*
 * The line and the caret. A long line is shown as a window around the caret; of what is hidden only its
 * width.
 */
static void
show_line(struct strbuf *out, size_t line, const char *text, const bool *hide, const size_t *columns,
    size_t count, size_t caret, size_t caret_end)
{
	size_t from = 0, to = count;

	if (count > LINE_COLUMNS_MAX) {
		from = caret > LINE_COLUMNS_MAX / 2 ? caret - LINE_COLUMNS_MAX / 2 : 0;
		from = MIN(from, count - LINE_COLUMNS_MAX);
		to = from + LINE_COLUMNS_MAX;
	}
	strbuf_addf(out, "%5zu | %s", line + 1, from > 0 ? "..." : "");
	for (size_t i = from; i < to; i++) {
		if (hide[columns[i]])
			strbuf_add_char(out, '*');
		else
			(void)show_code(out, text + columns[i], columns[i + 1] - columns[i]);
	}
	strbuf_addf(out, "%s\n      | %s", to < count ? "..." : "", from > 0 ? "   " : "");
	for (size_t i = from; i < caret; i++)
		strbuf_add_char(out, text[columns[i]] == '\t' && !hide[columns[i]] ? '\t' : ' ');
	strbuf_add_char(out, '^');
	strbuf_pad(out, '~', MIN(caret_end, to) > caret + 1 ? MIN(caret_end, to) - caret - 1 : 0);
	strbuf_add_char(out, '\n');
}

/* A place in a line, as "name:line:column: what" and with the line; bytes: of it. */
struct excerpt {
	const char *name, *what;
	size_t line; /* from 0 */
	const char *text;
	size_t len, start, end;
	const bool *hide; /* bytes of the text */
};

static void
show_excerpt(const struct excerpt *x, struct strbuf *out)
{
	size_t count, caret = 0, caret_end;
	_cleanup_(freep) size_t *columns = find_columns(x->text, x->len, &count);

	while (caret < count && columns[caret] < x->start)
		caret++;
	caret_end = caret;
	while (caret_end < count && columns[caret_end] < x->end)
		caret_end++;
	strbuf_addf(out, "%s:%zu:%zu: %s\n", x->name, x->line + 1, caret + 1, x->what);
	if (x->len > 0)
		show_line(out, x->line, x->text, x->hide, columns, count, caret, caret_end);
}

static void
show_report(const struct conf *c, const struct conf_report *report, struct strbuf *out)
{
	const struct conf_source *s = &c->source;
	size_t start = MIN(report->place.start, s->len);
	struct excerpt x = {
		.name = c->name, .what = report->text, .line = conf_source_line(s, start)
	};
	_cleanup_(freep) bool *hide = NULL;

	x.text = conf_source_line_text(s, x.line, &x.len);
	x.start = start - s->lines[x.line];
	x.end = report->place.end > s->lines[x.line] ? report->place.end - s->lines[x.line] : 0;
	hide = xcalloc(x.len + 1, sizeof(*hide));
	x.hide = hide;
	conf_secret_mask(c, x.line, x.text, x.len, hide);
	show_excerpt(&x, out);
}

/* Where the spot is. What is missing at the end is shown at the last line that has something. */
static void
find_spot(const char *text, size_t len, struct conf_spot *spot, struct excerpt *x)
{
	const char *end = text + len;

	x->text = text;
	for (size_t i = 0; i < spot->line && x->text < end; i++) {
		const char *next = memchr(x->text, '\n', (size_t)(end - x->text));

		x->text = next != NULL ? next + 1 : end;
	}
	if (x->text == end && len > 0) {
		while (end > text && strchr(" \r\n", end[-1]) != NULL)
			end--;
		for (x->text = end; x->text > text && x->text[-1] != '\n';)
			x->text--;
		spot->line = 0;
		for (const char *at = text; at < x->text; at++)
			spot->line += *at == '\n';
		spot->column = SIZE_MAX;
	}
	x->line = spot->line;
	while (x->text + x->len < end && x->text[x->len] != '\n' && x->text[x->len] != '\r')
		x->len++;
}

void
conf_show_place(struct strbuf *out, const char *name, const char *text, size_t len,
    struct conf_spot spot, const char *what)
{
	struct excerpt x = { .name = name, .what = what };
	_cleanup_(freep) size_t *columns = NULL;
	_cleanup_(freep) bool *hide = NULL;
	size_t count;

	find_spot(text, len, &spot, &x);
	columns = find_columns(x.text, x.len, &count);
	spot.column = MIN(spot.column, count);
	if (spot.secret != NULL &&
	    memmem(x.text, x.len, spot.secret, strlen(spot.secret)) != NULL) {
		strbuf_addf(out, "%s:%zu:%zu: %s\n", name, x.line + 1, spot.column + 1, what);
		return;
	}
	x.start = columns[spot.column];
	x.end = columns[MIN(spot.column + spot.width, count)];
	hide = xcalloc(x.len + 1, sizeof(*hide));
	x.hide = hide;
	show_excerpt(&x, out);
}

static int
report_cmp(const void *a, const void *b)
{
	const struct conf_report *x = *(const struct conf_report *const *)a;
	const struct conf_report *y = *(const struct conf_report *const *)b;

	if (x->place.start != y->place.start)
		return x->place.start < y->place.start ? -1 : 1;
	return (x > y) - (x < y);
}

/* In the order of the file. */
static void
sort_reports(const struct conf *c, const struct conf_report *sorted[static CONF_ERRORS_MAX])
{
	for (size_t i = 0; i < c->report_count; i++)
		sorted[i] = &c->reports[i];
	qsort(sorted, c->report_count, sizeof(const struct conf_report *), report_cmp);
}

void
conf_errors_format(const struct conf *c, struct strbuf *out)
{
	const struct conf_report *sorted[CONF_ERRORS_MAX];
	size_t more = c->error_count - c->report_count;

	sort_reports(c, sorted);
	for (size_t i = 0; i < c->report_count; i++)
		show_report(c, sorted[i], out);
	if (more > 0)
		strbuf_addf(out, "%s: and %zu more\n", c->name, more);
}

void
conf_errors_tell(const struct conf *c, conf_error_fn fn, void *userdata)
{
	const struct conf_report *sorted[CONF_ERRORS_MAX];

	sort_reports(c, sorted);
	for (size_t i = 0; i < c->report_count; i++) {
		size_t start = MIN(sorted[i]->place.start, c->source.len);

		fn(userdata, conf_line_of(c, start), sorted[i]->text);
	}
}
