/*
 * A file that stands beside the control socket while nearcastd runs, and stays when it ends without
 * a farewell: the next one then knows that routers may still have our routes (RFC 4724). /run is
 * empty after a boot, and so is what the routers had reason to keep.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct run_mark;

/*
 * control: the socket's path. Sets the mark; *ret_was_there: nobody has taken the last one away.
 * Freed at once, it leaves things as they were.
 */
int run_mark_new(
    const char *control, bool *ret_was_there, struct run_mark **ret, struct err *e);
/* From now on something is announced: it stays, also after run_mark_free() ... */
void run_mark_keep(struct run_mark *m);
/* ... unless the farewell was said. */
void run_mark_clear(struct run_mark *m);
void run_mark_free(struct run_mark *m); /* NULL is fine */
