/* The token that a controller is asked with. */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

/*
 * Adds the text of the token in the file (NULL: nearcast/token in $XDG_CONFIG_HOME, or in
 * ~/.config) to ret, for the caller to wipe. Errors are those of token_file_read().
 */
int controller_token(const char *file, struct strbuf *ret, struct err *e) _must_use_;
/* The path of a file of ours in the user's configuration, for the caller to free; NULL: the user
 * has no home. */
char *controller_config_path(const char *name);
