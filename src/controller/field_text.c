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
