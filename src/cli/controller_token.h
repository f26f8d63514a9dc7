/* The token that a controller is asked with. */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

/*
 * Adds the text of the token in the file (NULL: nearcast/token in $XDG_CONFIG_HOME, or in
 * ~/.config) to ret, for the caller to wipe. -EACCES when others can read the file; -EBADMSG when
 * no token stands there; or what opening it says.
 */
int controller_token(const char *file, struct strbuf *ret, struct err *e) _must_use_;
