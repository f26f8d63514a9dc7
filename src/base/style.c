#include "base/style.h"

#include "base/utf8.h"

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

void
strbuf_add_printable(struct strbuf *b, const char *text)
{
	while (*text) {
		size_t n = utf8_char_len(text);

		if (n == 0 || *text == '\t' || *text == '\n' || utf8_is_unseen(text, n))
			strbuf_add_char(b, '?');
		else
			strbuf_add_mem(b, text, n);
		text += n ? n : 1;
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
