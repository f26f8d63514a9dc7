/*
 * One agent for each Global IP: a lock that others in the same network namespace see.
 *
 * Each address is the name of an abstract Unix socket. Such names belong to the network namespace,
 * like the address itself, need no file system, and are free again the moment that their holder is
 * gone, however it ended. Any user may take such a name: one who takes that of a Global IP keeps
 * its agent from starting, and is named in the error.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/ip.h"

struct address_locks;

/*
 * Takes the locks of all addresses, or none: -EADDRINUSE, with the address and the holder's process
 * in the error, when somebody has one.
 */
int address_locks_new(
    const struct ip *addresses, size_t count, struct address_locks **ret, struct err *e);
void address_locks_free(struct address_locks *locks); /* NULL is fine */
