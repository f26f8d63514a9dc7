#include "proto/http/target.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "base/utf8.h"

/* RFC 3986: pchar without pct-encoded, and the "/" and "?" that a query may have. */
static bool
is_plain(char c, bool in_query)
{
	if (ascii_is_alpha(c) || ascii_is_digit(c))
		return true;
	if (c == '/' || c == '?')
		return in_query;
	return c != '\0' && strchr("-._~!$&'()*+,;=:@", c) != NULL;
}

static int
hex(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int
check_text(const char *text, size_t len, const char *what, struct err *e)
{
	const char *end = text + len;

	while (text < end) {
		size_t n = utf8_char_len(text);
		unsigned char c = (unsigned char)*text;

		if (n == 0 && c != 0)
			return err_set(e, -EINVAL, "the %s is not UTF-8", what);
		if (c < ' ' || c == 0x7f)
			return err_set(e, -EINVAL, "the %s has a control character", what);
		text += n;
	}
	return 0;
}

/* Decodes n characters of text, which may be a part of a form. */
static int
decode(
    const char *text, size_t n, bool in_query, struct arena *arena, const char **ret, struct err *e)
{
	const char *what = in_query ? "query" : "path";
	char *out = arena_alloc(arena, n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		int high, low;

		if (text[i] != '%') {
			if (!is_plain(text[i], in_query))
				return err_set(e, -EINVAL,
				    "the %s has a character that must be percent-encoded", what);
			out[len++] = in_query && text[i] == '+' ? ' ' : text[i];
			continue;
		}
		high = i + 1 < n ? hex(text[i + 1]) : -1;
		low = i + 2 < n ? hex(text[i + 2]) : -1;
		if (high < 0 || low < 0)
			return err_set(
			    e, -EINVAL, "the %s has a \"%%\" without two hexadecimal digits", what);
		out[len++] = (char)(high << 4 | low);
		i += 2;
	}
	out[len] = '\0';
	*ret = out;
	return check_text(out, len, what, e);
}

static size_t
count_of(const char *text, size_t n, char c)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += text[i] == c;
	return count;
}

static int
parse_path(struct http_target *t, struct arena *arena, struct err *e)
{
	size_t count = count_of(t->path, strlen(t->path), '/'), i = 0;
	const char **segments = arena_alloc(arena, count * sizeof(*segments));
	int r = 0;

	for (const char *at = t->path; *at != '\0' && r >= 0;) {
		size_t n = strcspn(++at, "/"); /* behind the slash */

		r = decode(at, n, false, arena, &segments[i++], e);
		at += n;
	}
	t->segments = segments;
	t->segment_count = count;
	return r;
}

static int
parse_query(const char *query, struct http_target *t, struct arena *arena, struct err *e)
{
	size_t cap = count_of(query, strlen(query), '&') + 1;
	struct http_param *params = arena_alloc(arena, cap * sizeof(*params));
	int r = 0;

	while (r >= 0) {
		size_t n = strcspn(query, "&"), name = MIN(strcspn(query, "="), n);
		struct http_param *p = &params[t->param_count];

		if (n > 0) {
			p->value = "";
			r = decode(query, name, true, arena, &p->name, e);
			if (r >= 0 && *p->name != '\0')
				t->wrong = p->name;
			if (r >= 0 && name < n)
				r = decode(
				    query + name + 1, n - name - 1, true, arena, &p->value, e);
			if (r >= 0)
				t->wrong = "query";
			t->param_count++;
		}
		query += n;
		if (*query++ == '\0')
			break;
	}
	t->params = params;
	return r;
}

/* The absolute form, which a server has to take: what is behind its authority. */
static const char *
behind_authority(const char *text)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (strncasecmp(text, schemes[i], n) == 0)
			return text + n + strcspn(text + n, "/?");
	}
	return text;
}

int
http_target_parse(const char *text, struct arena *arena, struct http_target *ret, struct err *e)
{
	const char *from = behind_authority(text), *query = strchr(from, '?');
	size_t n = query != NULL ? (size_t)(query - from) : strlen(from);

	*ret = (struct http_target){ .path = "*", .wrong = "path" };
	if (strcmp(text, "*") == 0)
		return 0;
	if (n == 0 && from != text)
		ret->path = "/";
	else if (*from == '/')
		ret->path = arena_printf(arena, "%.*s", (int)n, from);
	else
		return err_set(e, -EINVAL, "the request's target does not begin with \"/\"");
	if (parse_path(ret, arena, e) < 0)
		return -EINVAL;
	ret->wrong = "query";
	return query != NULL ? parse_query(query + 1, ret, arena, e) : 0;
}

const char *
http_target_param(const struct http_target *t, const char *name)
{
	for (size_t i = 0; i < t->param_count; i++) {
		if (strcmp(t->params[i].name, name) == 0)
			return t->params[i].value;
	}
	return NULL;
}
