#include "base/style.h"

#include <stdint.h>

#include "base/utf8.h"

const char *
style_begin(enum style style, bool colour)
{
	static const char *const escapes[STYLE_MAX] = {
		[STYLE_PLAIN] = "",
		[STYLE_STRONG] = "\033[1m",
		[STYLE_DIM] = "\033[2m",
		[STYLE_GOOD] = "\033[32m",
		[STYLE_WARN] = "\033[33m",
		[STYLE_BAD] = "\033[31m",
	};
	return colour ? escapes[style] : "";
}

const char *
style_end(enum style style, bool colour)
{
	return colour && style != STYLE_PLAIN ? "\033[0m" : "";
}

/* The length of the well-formed, printable UTF-8 sequence at p, or 0. */
static size_t
printable_len(const unsigned char *p)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = p[0];
	size_t n;

	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	if (c >= 0xc2 && c <= 0xdf)
		n = 2;
	else if (c >= 0xe0 && c <= 0xef)
		n = 3;
	else if (c >= 0xf0 && c <= 0xf4)
		n = 4;
	else
		return 0;
	c &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	/* overlong, surrogates, past the end, and the C1 control characters */
	if (c < least[n] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff || c < 0xa0)
		return 0;
	return n;
}

void
strbuf_add_printable(struct strbuf *b, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		size_t n = printable_len(p);

		if (n == 0)
			strbuf_add_char(b, '?');
		else
			strbuf_add_mem(b, p, n);
		p += n ? n : 1;
	}
}

void
strbuf_add_fitted(struct strbuf *b, const char *text, size_t width)
{
	_cleanup_(strbuf_done) struct strbuf printable = { 0 };
	const char *p;
	size_t used = 0, n;

	strbuf_add_printable(&printable, text);
	for (p = strbuf_get(&printable); used < width && (n = utf8_char_len(p)) > 0; p += n) {
		if (++used == width && p[n] != '\0')
			strbuf_add_char(b, '~');
		else
			strbuf_add_mem(b, p, n);
	}
	for (; used < width; used++)
		strbuf_add_char(b, ' ');
}
