/*
 * A reload that waits to be confirmed, as it is kept in the state directory: so that an agent that
 * is started meanwhile, after a crash or a boot, still knows what to go back to.
 *
 * Pure. It is kept also after it was taken back, since the file on disk still says what nobody has
 * confirmed; it is of no more use when the file says something else.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/time.h"

/* The name in the state directory, and how large it can be: two configurations as JSON. */
#define UNCONFIRMED_NAME "unconfirmed"
#define UNCONFIRMED_MAX (16u << 20)

struct unconfirmed {
	int64_t until_wall_ns; /* when it is taken back */
	char *good;            /* owned; the text of the configuration before it */
	char *tried;           /* owned; its own */
};

/* One text that unconfirmed_read() takes (free() it). */
char *unconfirmed_write(const struct unconfirmed *u);
/* -EINVAL: it is not one. */
int unconfirmed_read(const char *text, size_t len, struct unconfirmed *ret, struct err *e);
void unconfirmed_done(struct unconfirmed *u);

/* What an agent that starts with the text of a file does about it. */
enum unconfirmed_fate {
	UNCONFIRMED_STALE,   /* the file says something else: start with it */
	UNCONFIRMED_WAITS,   /* start with the file, for the rest of the time */
	UNCONFIRMED_EXPIRED, /* start with what was good */
};

/* *ret_left: the rest of the time, when it waits; never more than max. */
enum unconfirmed_fate unconfirmed_at_start(const struct unconfirmed *u, const char *file,
    int64_t now_wall_ns, struct duration max, struct duration *ret_left);
