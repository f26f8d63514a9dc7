/*
 * Doing without root: when a lab needs a user namespace, how it becomes root there, and what to tell
 * someone whose machine forbids it.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* Whether the calling process lacks what it takes to make namespaces and interfaces by itself. */
bool userns_is_needed(void);

/*
 * In the first process of a new user namespace: maps its user and group to root. uid and gid are those
 * that the process had outside.
 */
int userns_map_root(uid_t uid, gid_t gid, struct err *err) _must_use_;

/*
 * Fills err for a failure to make the namespaces: which setting of this machine forbids it and what to
 * do. Gives code.
 */
int userns_explain(int code, bool with_userns, struct err *err);
