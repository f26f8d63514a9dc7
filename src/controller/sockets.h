/*
 * Sockets that somebody else has opened, and passes on: systemd's socket units (sd_listen_fds(3)),
 * or whoever speaks as systemd does. They may be of any network namespace.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

#define SOCKETS_MAX 4096

/*
 * Takes the sockets of this process's environment, each of which listens for TCP: how many there
 * are, 0 when nobody has passed any; *ret is then an array of them, the caller's to free(). -EINVAL
 * with a sentence for what is none, and for an address that needs TLS, when there is none.
 */
int sockets_take(bool has_tls, int **ret, struct err *e) _must_use_;
