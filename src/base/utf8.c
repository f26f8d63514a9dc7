#include "base/utf8.h"

#include <stdio.h>

#include <stdbool.h>

/* How many bytes a first byte promises; 0 for one that starts nothing. */
static size_t
promised(unsigned char first)
{
	if (first < 0x80)
		return first != 0;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The second byte has the narrower range after some first ones. */
static bool
continues(unsigned char first, size_t at, unsigned char c)
{
	unsigned char low = 0x80, high = 0xbf;

	if (at == 1 && first == 0xe0)
		low = 0xa0;
	if (at == 1 && first == 0xed)
		high = 0x9f;
	if (at == 1 && first == 0xf0)
		low = 0x90;
	if (at == 1 && first == 0xf4)
		high = 0x8f;
	return c >= low && c <= high;
}

/* How many bytes of the character are there, at most what its first one promises. */
static size_t
present(const char *text, size_t want)
{
	size_t n = 1;

	while (n < want && continues((unsigned char)text[0], n, (unsigned char)text[n]))
		n++;
	return n;
}

size_t
utf8_char_len(const char *text)
{
	size_t want = promised((unsigned char)text[0]);

	return want > 0 && present(text, want) == want ? want : 0;
}

char *
utf8_mend(char *text)
{
	for (char *c = text; *c != '\0';) {
		size_t want = promised((unsigned char)*c), got = want > 0 ? present(c, want) : 0;

		if (want > 0 && got == want) {
			c += want;
			continue;
		}
		if (want > 0 && c[got] == '\0') {
			*c = '\0';
			break;
		}
		*c++ = '?';
	}
	return text;
}

void
utf8_vformat(char *buf, size_t size, const char *fmt, va_list ap)
{
	(void)vsnprintf(buf, size, fmt, ap);
	(void)utf8_mend(buf);
}

void
utf8_format(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	utf8_vformat(buf, size, fmt, ap);
	va_end(ap);
}
