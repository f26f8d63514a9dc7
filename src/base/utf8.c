#include "base/utf8.h"

#include <stdio.h>

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

bool
utf8_is_unseen(const char *c, size_t len)
{
	const unsigned char *b = (const unsigned char *)c;

	if (len == 1)
		return (b[0] < 0x20 && b[0] != '\t' && b[0] != '\n') || b[0] == 0x7f;
	if (len == 2) /* C1; U+061C */
		return (b[0] == 0xc2 && b[1] < 0xa0) || (b[0] == 0xd8 && b[1] == 0x9c);
	if (len == 4) /* U+E0000 to E007F */
		return b[0] == 0xf3 && b[1] == 0xa0 && (b[2] == 0x80 || b[2] == 0x81);
	if (len != 3 || b[0] != 0xe2)
		return false;
	/* U+200E, 200F, 2028 to 202E; U+2066 to 206F */
	return (b[1] == 0x80 && (b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xa8 && b[2] <= 0xae))) ||
	       (b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xaf);
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
