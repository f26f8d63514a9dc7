/* How many file descriptors this process may have (RLIMIT_NOFILE). */
#pragma once

#include <stdint.h>

#include "base/err.h"

/*
 * Raises the soft limit to `want` if it is below; never lowers it. -EMFILE with both numbers: the
 * hard limit is too low.
 */
int fd_limit_raise(uint64_t want, struct err *e) _must_use_;
