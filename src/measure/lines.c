#include "measure/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/style.h"

#define PIECE_MAX (64u << 10)
#define SHOWN_MAX 80

int
lines_open(struct lines *l, const char *path, struct err *e)
{
	*l = (struct lines){ .fd = -1, .name = path };
	if (strcmp(path, "-") == 0) {
		l->name = "standard input";
		l->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		l->fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (l->fd < 0)
		return err_errno(e, -errno, "%s", path);
	l->piece = xmalloc(PIECE_MAX);
	return 0;
}

void
lines_open_text(struct lines *l, const char *name, const char *text)
{
	*l = (struct lines){ .fd = -1, .name = name, .ended = true };
	l->piece = xstrdup(text);
	l->piece_len = strlen(text);
}

void
lines_done(struct lines *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
	free(TAKE(l->piece));
	strbuf_done(&l->report);
}

static int
fill(struct lines *l, struct err *e)
{
	ssize_t n;

	do
		n = read(l->fd, l->piece, PIECE_MAX);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(e, -errno, "read %s", l->name);
	l->at = 0;
	l->piece_len = (size_t)n;
	l->ended = n == 0;
	return 0;
}

/* Adds what still fits; a zero byte would hide what stands behind it. */
static void
take(struct lines *l, size_t n, size_t *whole)
{
	size_t room = LINES_TEXT_MAX - l->len, took = MIN(n, room);

	memcpy(l->text + l->len, l->piece + l->at, took);
	for (size_t i = 0; i < took; i++) {
		if (l->text[l->len + i] == '\0')
			l->text[l->len + i] = '?';
	}
	l->len += took;
	l->at += n;
	*whole += n;
}

/* 1: a line, of which the beginning is in text; 0: the end. */
static int
read_line(struct lines *l, size_t *whole, struct err *e)
{
	*whole = 0;
	l->len = 0;
	l->cut = false;
	for (;;) {
		char *end = l->at < l->piece_len
				? memchr(l->piece + l->at, '\n', l->piece_len - l->at)
				: NULL;

		if (end != NULL) {
			take(l, (size_t)(end - (l->piece + l->at)), whole);
			l->at++;
			return 1;
		}
		take(l, l->piece_len - l->at, whole);
		if (l->ended)
			break;

		int r = fill(l, e);

		if (r < 0)
			return r;
	}
	l->cut = *whole > 0;
	return *whole > 0;
}

int
lines_next(struct lines *l, struct err *e)
{
	size_t whole;
	int r;

	while ((r = read_line(l, &whole, e)) > 0) {
		l->number++;
		if (l->len > 0 && l->text[l->len - 1] == '\r' && whole == l->len)
			l->len--;
		l->text[l->len] = '\0';
		if (whole <= LINES_TEXT_MAX)
			return 1;
		lines_bad(l, 0, 1, "the line is longer than %d bytes", LINES_TEXT_MAX);
	}
	return r;
}

/* The line with a caret below what is meant; of a long one the part around it. */
static void
show(struct lines *l, size_t from, size_t to)
{
	size_t start = from > SHOWN_MAX / 2 ? from - SHOWN_MAX / 2 : 0;
	size_t end = MIN(l->len, start + SHOWN_MAX);
	_cleanup_(freep) char *part = xasprintf("%.*s", (int)(end - start), l->text + start);

	strbuf_addf(&l->report, "%5" PRIu64 " | %s", l->number, start > 0 ? "..." : "");
	strbuf_add_printable(&l->report, part);
	strbuf_addf(
	    &l->report, "%s\n      | %s", end < l->len ? "..." : "", start > 0 ? "   " : "");
	part[MIN(from, end) - start] = '\0';
	strbuf_pad(&l->report, ' ', utf8_width(part));
	strbuf_add_char(&l->report, '^');
	strbuf_pad(&l->report, '~', MIN(to, end) > from + 1 ? MIN(to, end) - from - 1 : 0);
	strbuf_add_char(&l->report, '\n');
}

void
lines_bad(struct lines *l, size_t from, size_t to, const char *fmt, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list ap;

	if (l->last_bad == l->number)
		return;
	l->last_bad = l->number;
	if (l->bad++ >= LINES_REPORTS_MAX)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	strbuf_addf(&l->report, "%s:%" PRIu64 ":%zu: %s\n", l->name, l->number, from + 1, text);
	show(l, from, to);
}

void
lines_end_report(struct lines *l)
{
	if (l->bad > LINES_REPORTS_MAX)
		strbuf_addf(&l->report, "%s: and %" PRIu64 " more bad lines\n", l->name,
		    l->bad - LINES_REPORTS_MAX);
}

int
lines_refuse_bad(struct lines *l, struct strbuf *report, struct err *e)
{
	lines_end_report(l);
	strbuf_add(report, strbuf_get(&l->report));
	if (l->bad == 0)
		return 0;
	return err_set(
	    e, -EINVAL, "%s: %" PRIu64 " bad line%s", l->name, l->bad, l->bad == 1 ? "" : "s");
}

static bool
separates(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

int
lines_read_whole(struct lines *l, bool (*read)(void *userdata, struct lines *l), void *userdata,
    uint32_t max, const char *what, struct strbuf *report, struct err *e)
{
	int r;

	while ((r = lines_next(l, e)) > 0) {
		if (!read(userdata, l))
			return err_set(e, -E2BIG,
			    "%s, line %" PRIu64 ": more than %" PRIu32 " %s", l->name, l->number,
			    max, what);
	}
	return r < 0 ? r : lines_refuse_bad(l, report, e);
}

size_t
lines_split(const struct lines *l, struct line_word *words, size_t max)
{
	size_t count = 0, end = strcspn(l->text, "#");

	for (size_t at = 0; at < end;) {
		size_t from = at;

		while (at < end && !separates(l->text[at]))
			at++;
		if (at > from && count++ < max)
			words[count - 1] = (struct line_word){ from, at };
		at++;
	}
	return count;
}

bool
lines_word(const struct lines *l, struct line_word word, char *buf, size_t size)
{
	size_t len = word.to - word.from;

	if (len >= size)
		return false;
	memcpy(buf, l->text + word.from, len);
	buf[len] = '\0';
	return true;
}
