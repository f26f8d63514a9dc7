/* What a program says before it has a log: what it was asked for, or how it is used. */
#pragma once

#include "base/attr.h"

/* On stdout; gives the exit status, and says on stderr when that could not be written. */
int say_print(const char *program, const char *text);
/* On stderr, with the usage behind it; exits with SAY_EXIT_USAGE. */
_noreturn_ void say_wrong_use(
    const char *program, const char *usage, const char *problem, const char *what);

#define SAY_EXIT_USAGE 2
