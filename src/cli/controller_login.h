/*
 * The controller that somebody has logged in to: nearcast/login.json in $XDG_CONFIG_HOME, or in
 * ~/.config, for its owner alone.
 *
 * The token in it is for that address, and is sent to no other.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct login {
	char *url, *token; /* owned; NULL: nobody has logged in */
	char *ca_file;     /* owned; NULL: the certificates of the system */
};

void login_done(struct login *l);
/* Where it is kept, for the caller to free; NULL: the user has no home. */
char *login_path(void);
/* Gives what is kept; all NULL when nothing is. -EACCES: others can read it; -EBADMSG: it is
 * broken. */
int login_read(struct login *ret, struct err *e) _must_use_;
/* Makes the folder as well. */
int login_write(const struct login *l, struct err *e) _must_use_;
/* Whether a token of it may be sent to this address. */
bool login_is_for(const struct login *l, const char *url);
