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

static void
show_report(const struct conf *c, const struct conf_report *report, struct strbuf *out)
{
	const struct conf_source *s = &c->source;
	size_t start = MIN(report->place.start, s->len);
	size_t line = conf_source_line(s, start), len, count, caret = 0, caret_end;
	const char *text = conf_source_line_text(s, line, &len);
	_cleanup_(freep) size_t *columns = find_columns(text, len, &count);
	_cleanup_(freep) bool *hide = xcalloc(len + 1, sizeof(*hide));

	while (caret < count && s->lines[line] + columns[caret] < start)
		caret++;
	caret_end = caret;
	while (caret_end < count && s->lines[line] + columns[caret_end] < report->place.end)
		caret_end++;
	strbuf_addf(out, "%s:%zu:%zu: %s\n", c->name, line + 1, caret + 1, report->text);
	if (len == 0)
		return;
	conf_secret_mask(c, line, text, len, hide);
	show_line(out, line, text, hide, columns, count, caret, caret_end);
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

		fn(userdata, conf_source_line(&c->source, start) + 1, sorted[i]->text);
	}
}
