/* A token that stands in a file: one word of plain ASCII, which may go into a header. */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

/*
 * Adds the text of the token to ret, for the caller to wipe. -EACCES when everybody can read the
 * file; -EBADMSG when no token stands there; or what opening it says.
 */
int token_file_read(const char *path, struct strbuf *ret, struct err *e) _must_use_;
/* Cuts what is blank off the end of a token; -EBADMSG when it is none. name stands for it. */
int token_check(const char *name, struct strbuf *token, struct err *e) _must_use_;
