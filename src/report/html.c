#include "report/html.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

#define OPTION_MAX 24              /* bytes of a word */
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static const char *
reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void
add_text(struct strbuf *out, const char *text, const char *end)
{
	while (text < end) {
		size_t len = utf8_char_len(text);
		const char *known = reference(*text);

		if (len == 0 || utf8_is_unseen(text, len))
			strbuf_add(out, REPLACEMENT);
		else if (known)
			strbuf_add(out, known);
		else
			strbuf_add_mem(out, text, len);
		text += len ? len : 1;
	}
}

void
html_text(struct strbuf *out, const char *text)
{
	add_text(out, text, text + strlen(text));
}

/* "--json", also behind a quote; what is long must be able to break. */
static bool
is_option(const char *word, size_t len)
{
	size_t quotes = strspn(word, "`\"(");

	return len <= OPTION_MAX && len > quotes + 1 && word[quotes] == '-';
}

void
html_prose(struct strbuf *out, const char *text)
{
	for (size_t len; *text; text += len) {
		len = strcspn(text, " ");

		bool tight = is_option(text, len);

		strbuf_add(out, tight ? "<span class=\"tight\">" : "");
		add_text(out, text, text + len);
		strbuf_add(out, tight ? "</span>" : "");
		if (text[len] == ' ') {
			strbuf_add_char(out, ' ');
			len++;
		}
	}
}

void
html_textf(struct strbuf *out, const char *fmt, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort(); /* as every allocation of base/ */
	va_end(ap);
	html_text(out, text);
}

void
html_number(struct strbuf *out, double value, unsigned decimals)
{
	char digits[400]; /* the largest double has 309 before the point */
	size_t whole;

	if (!isfinite(value)) {
		strbuf_add(out, "–");
		return;
	}
	(void)snprintf(digits, sizeof(digits), "%.*f", (int)MIN(decimals, 9U), fabs(value));
	if (value < 0 && strspn(digits, "0.") != strlen(digits))
		strbuf_add(out, "−"); /* not for what is rounded to none */
	whole = strcspn(digits, ".");
	for (size_t i = 0; i < whole; i++) {
		if (i > 0 && (whole - i) % 3 == 0)
			strbuf_add_char(out, ',');
		strbuf_add_char(out, digits[i]);
	}
	strbuf_add(out, digits + whole);
}

void
svg_number(struct strbuf *out, double value)
{
	char digits[400];
	size_t len;

	(void)snprintf(digits, sizeof(digits), "%.2f", isfinite(value) ? value : 0.0);
	len = strlen(digits);
	while (digits[len - 1] == '0')
		len--;
	if (digits[len - 1] == '.')
		len--;
	digits[len] = '\0';
	strbuf_add(out, strcmp(digits, "-0") == 0 ? "0" : digits);
}
