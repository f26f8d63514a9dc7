#include "controller/fields.h"

#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"

void
field_error(json_t *errors, const char *pointer, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	utf8_vformat(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)json_array_append_new(
	    errors, json_pack("{s:s, s:s}", "field", pointer, "detail", text));
}

bool
field_name_is_valid(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len == 0 || len > max || !(ascii_is_alpha(text[0]) || ascii_is_digit(text[0])))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!ascii_is_alpha(text[i]) && !ascii_is_digit(text[i]) &&
		    strchr("-_.", text[i]) == NULL)
			return false;
	}
	return true;
}

static bool
is_valid(const char *text, bool tabs)
{
	while (*text != '\0') {
		size_t n = utf8_char_len(text);
		unsigned char c = (unsigned char)*text;

		/* control characters: C0, DEL, and C1, which are two bytes of 0xc2 */
		if (n == 0 || (c < ' ' && !(tabs && c == '\t')) || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)text[1] < 0xa0))
			return false;
		text += n;
	}
	return true;
}

bool
field_text_is_valid(const char *text)
{
	return is_valid(text, false);
}

/* The number of the well-formed character of n bytes. */
static uint32_t
code_of(const char *text, size_t n)
{
	static const unsigned char first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = (unsigned char)text[0] & first[n];

	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	return code;
}

struct range {
	uint32_t from, to;
};

static bool
is_in(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	}
	return false;
}

/* Spaces, and what Unicode calls default ignorable: nothing of it is seen by itself. */
static const struct range blank[] = { { ' ', ' ' }, { 0xa0, 0xa0 }, { 0xad, 0xad },
	{ 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x1680, 0x1680 },
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x2000, 0x200f }, { 0x2028, 0x202f },
	{ 0x205f, 0x206f }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff } };
static const struct range turning[] = { { 0x202a, 0x202e }, { 0x2066, 0x2069 } };
static const struct range tags[] = { { 0xe0000, 0xe007f } };

const char *
field_text_refusal(const char *text)
{
	bool is_seen = *text == '\0';

	if (!field_text_is_valid(text))
		return "expected text without control characters";
	for (size_t n; *text != '\0'; text += n) {
		uint32_t code;

		n = utf8_char_len(text);
		code = code_of(text, n);
		if (is_in(code, turning, ARRAY_SIZE(turning)))
			return "expected text without characters that turn its direction";
		if (is_in(code, tags, ARRAY_SIZE(tags)))
			return "expected text without tag characters, which nobody sees";
		is_seen = is_seen || !is_in(code, blank, ARRAY_SIZE(blank));
	}
	return is_seen ? NULL : "expected text of which something can be seen, or none";
}

bool
field_line_is_valid(const char *text)
{
	return is_valid(text, true);
}

char *
field_pointer(const char *at, const char *key)
{
	struct strbuf pointer = { 0 };

	strbuf_addf(&pointer, "%s/", at);
	for (size_t i = 0; key[i] != '\0' && i < 64; i++) {
		if (key[i] == '~')
			strbuf_add(&pointer, "~0");
		else if (key[i] == '/')
			strbuf_add(&pointer, "~1");
		else
			strbuf_add_char(&pointer, key[i]);
	}
	return strbuf_take(&pointer);
}
