#include "proto/check/match.h"

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"

static bool
has_back_reference(const char *pattern)
{
	for (const char *p = strchr(pattern, '\\'); p != NULL && p[1]; p = strchr(p + 2, '\\')) {
		if (ascii_is_digit(p[1]))
			return true;
	}
	return false;
}

int
match_init(struct match *m, const char *text, const char *pattern, struct err *e)
{
	char why[128];
	int code;

	*m = (struct match){ .text = text };
	if (pattern == NULL)
		return 0;
	if (has_back_reference(pattern))
		return err_set(e, -EINVAL, "a back-reference could take for ever to match");
	code = regcomp(&m->regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (code != 0) {
		(void)regerror(code, &m->regex, why, sizeof(why));
		return err_set(e, -EINVAL, "not a POSIX extended regular expression: %s", why);
	}
	m->pattern = pattern;
	return 0;
}

void
match_done(struct match *m)
{
	if (m->pattern != NULL)
		regfree(&m->regex);
	m->pattern = NULL;
}

bool
match_is_wanted(const struct match *m)
{
	return m->text != NULL || m->pattern != NULL;
}

static bool
has_text(const struct match *m, const void *bytes, size_t n)
{
	return m->text == NULL || memmem(bytes, n, m->text, strlen(m->text)) != NULL;
}

static bool
has_pattern(const struct match *m, const void *bytes, size_t n)
{
	regmatch_t range = { .rm_so = 0, .rm_eo = (regoff_t)n };

	/* REG_STARTEND: the bytes end where it says, not at a NUL */
	return m->pattern == NULL || regexec(&m->regex, bytes, 1, &range, REG_STARTEND) == 0;
}

bool
match_test(const struct match *m, const void *bytes, size_t n)
{
	const void *from = bytes ? bytes : "";

	n = MIN(n, (size_t)MATCH_BYTES_MAX);
	return has_text(m, from, n) && has_pattern(m, from, n);
}

void
match_explain(
    const struct match *m, const char *what, const void *bytes, size_t n, char *buf, size_t size)
{
	const char *missing = n > 0 && has_text(m, bytes, n) ? m->pattern : m->text;
	char start[EXCERPT_MAX];

	if (missing == NULL)
		missing = m->pattern;
	if (n == 0)
		utf8_format(buf, size, "%s is empty, expected \"%.60s\"", what, missing);
	else
		utf8_format(buf, size, "no \"%.60s\" in %s, which starts %s", missing, what,
		    excerpt(bytes, n, start));
}

char *
excerpt(const void *bytes, size_t n, char buf[static EXCERPT_MAX])
{
	const char *from = bytes;
	size_t len = MIN(n, (size_t)EXCERPT_MAX - 6), at = 0;

	buf[at++] = '"';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)from[i];

		if (c == '\r' || c == '\n' || c == '\t')
			buf[at++] = ' ';
		else
			buf[at++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	while (at > 1 && buf[at - 1] == ' ')
		at--;
	buf[at] = '\0';
	at = strlen(utf8_mend(buf));
	memcpy(buf + at, n > len ? "\"..." : "\"", n > len ? 5 : 2);
	return buf;
}
