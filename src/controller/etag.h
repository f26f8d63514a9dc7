/*
 * ETags and If-Match (RFC 9110 sections 8.8.3, 13.1.1): a change is made to what its author has
 * seen.
 *
 * The tag of an object is its revision, which every change raises. If-Match compares strongly: a
 * weak tag matches nothing.
 */
#pragma once

#include <stdint.h>

#define ETAG_SIZE 32

enum etag_match {
	ETAG_ABSENT, /* no such header */
	ETAG_MATCHES,
	ETAG_DIFFERS,
	ETAG_MALFORMED,
};

/* "\"7\"" */
char *etag_write(uint64_t revision, char etag[ETAG_SIZE]);
/* header: the value of If-Match, or NULL. "*" matches whatever is there. */
enum etag_match etag_match(const char *header, uint64_t revision);
/* Likewise of If-None-Match, which compares weakly: W/"7" is as good as "7". */
enum etag_match etag_none_match(const char *header, uint64_t revision);
