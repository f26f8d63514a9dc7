/*
 * One agent for each Global IP: a lock that others in the same network namespace see.
 *
 * Each address is the name of an abstract Unix socket. Such names belong to the network namespace,
 * like the address itself, need no file system, and are free again the moment that their holder is
 * gone, however it ended. Any user may take such a name: one who takes that of a Global IP keeps
 * its agent from starting, and is named in the error.
 */
#pragma once

#include "base/err.h"
#include "base/ip.h"

/*
 * Takes the lock of an address: a descriptor that holds it until it is closed. -EADDRINUSE, with
 * the address and the holder's process in the error: somebody has it.
 */
int address_lock(struct ip address, int *ret_fd, struct err *e);
