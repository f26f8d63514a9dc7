/*
 * The text of a file before YAML: only UTF-8 that a person can see, and an index of its lines. What
 * is refused here would be skipped or taken for an end of the file by the parser, or cost it more
 * than a file is worth: a row of "%" its time, a row of "[" its memory (it reads ahead to the last
 * of them).
 */
#include "config/internal.h"

#include <stdlib.h>
#include <string.h>

size_t
conf_utf8_take(const char *text, size_t len, uint32_t *ret_code)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	size_t n;
	uint32_t code;

	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret_code = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return 0;
	code = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < lowest[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return n;
}

bool
conf_utf8_is_printable(uint32_t code)
{
	return code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && code != 0x2028 &&
	       code != 0x2029 && code != 0xfeff && (code & 0xfffe) != 0xfffe;
}

const char *
conf_text_refusal(const char *text, size_t len, size_t *ret_at)
{
	uint32_t code = 0;
	size_t marks = 0;

	for (size_t at = 0, n; at < len; at += n) {
		n = conf_utf8_take(text + at, len - at, &code);
		*ret_at = at;
		if (n == 0)
			return "this is not UTF-8";
		if (code == 0)
			return "a NUL byte; expected text";
		if (code == '\r' && (at + 1 == len || text[at + 1] != '\n'))
			return "a carriage return without a line feed";
		if (code != '\t' && code != '\n' && code != '\r' && !conf_utf8_is_printable(code))
			return "a control character; expected text";
		if (code == '%' && (at == 0 || text[at - 1] == '\n'))
			return "directives are not supported; leave the line out";
		marks += code == '[' || code == '{' || code == ',' || code == '&' || code == '!';
		if (marks > CONF_VALUES_MAX)
			return "too many values for one file";
	}
	return NULL;
}

static bool
look_at_bytes(struct conf *c)
{
	size_t at = 0;
	const char *refusal = conf_text_refusal(c->source.text, c->source.len, &at);

	if (refusal != NULL)
		conf_report(c, (struct conf_place){ .start = at, .end = at + 1 }, "%s", refusal);
	return refusal == NULL;
}

static void
find_lines(struct conf_source *s)
{
	size_t cap = 0;

	for (size_t at = 0; at <= s->len; at++) {
		if (at > 0 && s->text[at - 1] != '\n')
			continue;
		s->lines = grow_array(s->lines, s->line_count, &cap, sizeof(*s->lines));
		s->lines[s->line_count++] = at;
	}
}

bool
conf_source_init(struct conf *c, const char *text, size_t len)
{
	char *copy;

	if (len >= strlen(CONF_BOM) && memcmp(text, CONF_BOM, strlen(CONF_BOM)) == 0) {
		text += strlen(CONF_BOM);
		len -= strlen(CONF_BOM);
	}
	copy = arena_alloc(c->arena, len + 1);
	if (len > 0)
		memcpy(copy, text, len);
	c->source.text = copy;
	c->source.len = len;
	find_lines(&c->source);
	return look_at_bytes(c);
}

size_t
conf_source_line(const struct conf_source *s, size_t offset)
{
	size_t low = 0, high = s->line_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

const char *
conf_source_line_text(const struct conf_source *s, size_t line, size_t *ret_len)
{
	size_t start = s->lines[line];
	size_t end = line + 1 < s->line_count ? s->lines[line + 1] - 1 : s->len;

	if (end > start && s->text[end - 1] == '\r')
		end--;
	*ret_len = end - start;
	return s->text + start;
}

size_t
conf_source_offset(const struct conf_source *s, size_t line, size_t column)
{
	size_t len, at = 0;
	uint32_t code;

	if (line >= s->line_count)
		return s->len;

	const char *text = conf_source_line_text(s, line, &len);

	for (; column > 0 && at < len; column--)
		at += MAX(conf_utf8_take(text + at, len - at, &code), (size_t)1);
	return s->lines[line] + at;
}
