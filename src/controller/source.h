/*
 * Where a request comes from, when proxies stand between: pure.
 *
 * A proxy adds the address that it was asked from to a header, behind what is there already. So
 * that header is read from its end, and only as long as those who wrote it are trusted: the last
 * address that is none of a trusted proxy is the client's. What stands before it was written by
 * anybody, and counts for nothing; so does all of it when the connection itself is no trusted
 * proxy's. Only one header is read, the one that the proxies are known to write: what a client
 * writes into the other one goes through them untouched.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "proto/http/fields.h"

enum source_header {
	SOURCE_X_FORWARDED_FOR, /* and X-Forwarded-Proto */
	SOURCE_FORWARDED,       /* RFC 7239 */
};

struct source_trust {
	const struct prefix *proxies;
	size_t count;
	enum source_header header;
};

struct source {
	struct ip addr;
	bool is_tls; /* between the client and the first trusted proxy that says so */
};

struct source source_find(const struct source_trust *trust, struct ip peer, bool is_tls,
    const struct http_fields *fields);
