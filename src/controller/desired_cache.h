/*
 * What hosts of a site have in common of what they are to do (desired.h), as text: a change that
 * concerns many hosts is put together once for each site, not once for each host.
 *
 * An entry is what the store said at a number, which every transaction raises that changes anything
 * of it (scope.h), for one audience: a site, the project that a host is for, and the host itself
 * where something is placed on it, or ordered of it, alone. It is used for some seconds only: a
 * database that failed over and lost its last transactions gives their numbers again.
 *
 * Bounded in entries and bytes; what does not fit is forgotten, and made again. Any thread may use
 * it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "store/id.h"

#define DESIRED_CACHE_NS (INT64_C(5) * 1000000000) /* for so long */
#define DESIRED_CACHE_BYTES (32u << 20)            /* of all texts */

struct desired_audience {
	char site[STORE_ID_MAX];
	char project[STORE_ID_MAX]; /* "": all */
	char host[STORE_ID_MAX];    /* "": all that have nothing of their own */
};

struct desired_cache;

struct desired_cache *desired_cache_new(void);
void desired_cache_free(struct desired_cache *c); /* NULL is fine */
/*
 * What was put in for them at that number, as a new text; NULL: nothing that holds at `now` (wall
 * clock).
 */
char *desired_cache_get(
    struct desired_cache *c, const struct desired_audience *a, int64_t number, int64_t now);
/* until: when it holds no more; INT64_MAX: nobody knows. text is copied. */
void desired_cache_put(struct desired_cache *c, const struct desired_audience *a, int64_t number,
    const char *text, int64_t until, int64_t now);
