/* Names of a controller's objects, for the shell's completion. */
#pragma once

#include "base/strbuf.h"

/*
 * Adds the names of a kind ("POOL", "PROJECT", "SITE", "HOST", "SERVICE", "GLOBAL-IP"), one a line;
 * nothing for another kind, or without a token. What goes wrong is said as ever: the shell throws
 * it away, and sees to the time.
 */
void words_add_controller(const char *kind, struct strbuf *out);
