/*
 * That this host belongs to a controller, as it is kept in the state directory: where the
 * controller is, who we are to it, and the credential that says so.
 *
 * `nearcast join` writes it and nearcastd reads it; the credential stands nowhere else, and no log
 * and no status shows it. Pure.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* The name in the state directory (mode 0600), and how large it can be. */
#define MEMBERSHIP_NAME "controller.json"
#define MEMBERSHIP_MAX 16384

struct membership {
	char *url;     /* owned, as all of them; without a slash at its end */
	char *host_id; /* the controller's name for this host, never another host's */
	char *host;    /* the host's name there */
	char *site;
	char *credential; /* a secret */
	char *ca_file;    /* absolute; NULL: the system's authorities */
};

/* One text that membership_read() takes; free() it, and wipe it. */
char *membership_write(const struct membership *m);
/* -EINVAL with a sentence, which has no secret: it is not one. */
int membership_read(const char *text, size_t len, struct membership *ret, struct err *e) _must_use_;
void membership_done(struct membership *m); /* wipes it; zeroed is fine */
