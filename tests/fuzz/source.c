/*
 * What a client and the proxies before it write: X-Forwarded-For, Forwarded, and the cookie of a
 * session.
 *
 * Input: a byte that says which header is read, whether the connection is a proxy's, and whether it
 * is TLS; then lines "name: value". Never: an address that nobody trusted wrote, another client
 * because of what stands before the one that was found, a cookie that is no session's.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/session.h"
#include "controller/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIELDS_MAX 32

struct world {
	struct prefix proxies[2];
	struct source_trust trust;
	struct ip peer;
	bool is_tls;
};

static void
make_world(struct world *w, uint8_t how)
{
	*w = (struct world){ .is_tls = (how & 4) != 0 };
	if (prefix_parse("10.0.0.0/8", &w->proxies[0]) < 0 ||
	    prefix_parse("2001:db8::/32", &w->proxies[1]) < 0 ||
	    ip_parse((how & 2) != 0 ? "10.0.0.1" : "192.0.2.1", &w->peer) < 0)
		abort();
	w->trust = (struct source_trust){ w->proxies, ARRAY_SIZE(w->proxies),
		(how & 1) != 0 ? SOURCE_FORWARDED : SOURCE_X_FORWARDED_FOR };
}

/* Takes the text apart where it lies. */
static size_t
read_fields(char *text, struct http_field fields[static FIELDS_MAX])
{
	size_t n = 0;

	for (char *line = strtok(text, "\n"); line != NULL && n < FIELDS_MAX;
	     line = strtok(NULL, "\n")) {
		char *colon = strstr(line, ": ");

		if (colon == NULL)
			continue;
		*colon = '\0';
		fields[n++] = (struct http_field){ line, colon + 2 };
	}
	return n;
}

static bool
is_trusted(const struct world *w, struct ip addr)
{
	return prefix_contains(w->proxies[0], addr) || prefix_contains(w->proxies[1], addr);
}

static bool
is_same(struct source a, struct source b)
{
	return ip_equal(a.addr, b.addr) && a.is_tls == b.is_tls;
}

/* Whoever was found did not trust what a client wrote before him: it can be anything. */
static void
try_forged(const struct world *w, struct http_field *fields, size_t count, struct source found)
{
	bool is_rfc = w->trust.header == SOURCE_FORWARDED;
	const char *name = is_rfc ? "Forwarded" : "X-Forwarded-For";
	struct http_fields with = { fields, count + 1 };

	memmove(fields + 1, fields, count * sizeof(*fields));
	fields[0] =
	    (struct http_field){ name, is_rfc ? "for=198.51.100.9;proto=https" : "198.51.100.9" };
	assert(is_same(source_find(&w->trust, w->peer, w->is_tls, &with), found));
}

static void
try_cookie(const char *header, bool is_tls)
{
	_cleanup_(freep) char *again = NULL;
	char text[TOKEN_TEXT_SIZE], same[TOKEN_TEXT_SIZE], csrf[SESSION_CSRF_SIZE];
	enum token_kind kind;

	if (!session_read_cookie(header, is_tls, text))
		return;
	assert(token_read(text, &kind) && kind == TOKEN_SESSION);
	assert(strstr(header, text) != NULL);
	session_csrf(text, csrf);
	assert(session_csrf_is(text, csrf) && !session_csrf_is(text, text));
	/* a second one of the name, whoever has set it: none counts */
	again = xasprintf("%s; %s=%s", header, session_cookie_name(is_tls), text);
	assert(!session_read_cookie(again, is_tls, same));
	/* another name beside it is none of ours */
	free(TAKE(again));
	again = xasprintf("x%s=%s; %s", session_cookie_name(is_tls), text, header);
	assert(session_read_cookie(again, is_tls, same) && strcmp(same, text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = NULL;
	struct http_field fields[FIELDS_MAX + 1];
	struct http_fields all = { fields, 0 };
	struct source found;
	struct world w;

	if (size == 0)
		return 0;
	make_world(&w, data[0]);
	text = xasprintf("%.*s", (int)(size - 1), (const char *)data + 1);
	all.count = read_fields(text, fields);
	for (size_t i = 0; i < all.count; i++) {
		if (strcasecmp(fields[i].name, "Cookie") == 0)
			try_cookie(fields[i].value, w.is_tls);
		(void)session_origin_is_ours(NULL, fields[i].value, fields[i].name);
	}
	found = source_find(&w.trust, w.peer, w.is_tls, &all);
	assert(found.addr.family == IP_V4 || found.addr.family == IP_V6);
	if (!is_trusted(&w, w.peer))
		assert(ip_equal(found.addr, w.peer) && found.is_tls == w.is_tls);
	if (!is_trusted(&w, found.addr))
		try_forged(&w, fields, all.count, found);
	return 0;
}
