/*
 * An error for a machine and for a person: a negative errno, and one sentence.
 *
 * A function that can fail returns the negative errno and, when given a struct err, fills the sentence.
 * Each caller may put what it was doing in front ("load labs/x.yaml: line 3: bad prefix"), so the
 * message reads from the outside in. Library code never logs: the one who decides logs, once.
 * Passing NULL for the struct err is allowed everywhere. A sentence is always well-formed UTF-8, whatever
 * was put into it and wherever it was cut.
 */
#pragma once

#include <stdarg.h>

#include "base/attr.h"

#define ERR_MESSAGE_MAX 1024

struct err {
	int code; /* negative errno, 0 when unset */
	char message[ERR_MESSAGE_MAX];
};

/* Sets the sentence; returns code (a negative errno), so that `return err_set(e, -EINVAL, ...)` works. */
int err_set(struct err *e, int code, const char *fmt, ...) _printf_(3, 4);

/* As err_set(), and adds ": <strerror>" of code. */
int err_errno(struct err *e, int code, const char *fmt, ...) _printf_(3, 4);

/* Puts "text: " in front of the sentence that is there; returns e->code (or 0 for NULL). */
int err_prefix(struct err *e, const char *fmt, ...) _printf_(2, 3);

#ifdef __clang_analyzer__
/* clang-tidy, which looks at one file at a time: that an error is below 0 it would not know. */
static inline int
err_below_0(int code)
{
	if (code >= 0)
		__builtin_unreachable();
	return code;
}
#define err_set(e, code, ...) ((void)(err_set)(e, code, __VA_ARGS__), err_below_0(code))
#define err_errno(e, code, ...) ((void)(err_errno)(e, code, __VA_ARGS__), err_below_0(code))
#endif
