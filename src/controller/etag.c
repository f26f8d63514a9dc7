#include "controller/etag.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

char *
etag_write(uint64_t revision, char etag[ETAG_SIZE])
{
	(void)snprintf(etag, ETAG_SIZE, "\"%" PRIu64 "\"", revision);
	return etag;
}

/* One tag of the list; moves *at past it. */
static bool
take_tag(const char **at, bool *weak, const char **tag, size_t *len)
{
	const char *s = *at;

	*weak = s[0] == 'W' && s[1] == '/';
	if (*weak)
		s += 2;
	if (*s != '"')
		return false;
	*tag = s;
	for (s++; *s != '"'; s++) {
		/* etagc: 0x21, 0x23 to 0x7e, and above */
		if ((unsigned char)*s < 0x21 || *s == 0x7f)
			return false;
	}
	*len = (size_t)(s + 1 - *tag);
	*at = s + 1;
	return true;
}

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

static enum etag_match
match(const char *header, uint64_t revision, bool weakly)
{
	char own[ETAG_SIZE];
	size_t own_len = strlen(etag_write(revision, own)), len;
	enum etag_match r = ETAG_DIFFERS;
	const char *at, *tag;
	bool weak;

	if (header == NULL)
		return ETAG_ABSENT;
	at = skip_blanks(header);
	if (at[0] == '*' && *skip_blanks(at + 1) == '\0')
		return ETAG_MATCHES;
	for (;;) {
		if (!take_tag(&at, &weak, &tag, &len))
			return ETAG_MALFORMED;
		if ((weakly || !weak) && len == own_len && memcmp(tag, own, len) == 0)
			r = ETAG_MATCHES;
		at = skip_blanks(at);
		if (*at == '\0')
			return r;
		if (*at != ',')
			return ETAG_MALFORMED;
		at = skip_blanks(at + 1);
	}
}

enum etag_match
etag_match(const char *header, uint64_t revision)
{
	return match(header, revision, false);
}

enum etag_match
etag_none_match(const char *header, uint64_t revision)
{
	return match(header, revision, true);
}
