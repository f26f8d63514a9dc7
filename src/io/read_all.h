/* What a file or a pipe holds, whole, for programs that may wait. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"

/*
 * Adds all up to the end of fd to ret; name stands for it in errors. -EFBIG for more than max
 * bytes, or what read(2) says.
 */
int read_all(int fd, const char *name, size_t max, struct strbuf *ret, struct err *e) _must_use_;
