/*
 * Answers who it is, at each Global IP that this host has: site, host and service
 * (proto/identity/identity.h, docs/identity.md).
 *
 * One UDP socket for each address, so that nothing is heard on any other; it is there as long as
 * the address is on an interface, whatever the service's stage: whoever reaches it is told the
 * truth. When the loop has anything else to do, questions wait, and the kernel drops what is too
 * much.
 */
#pragma once

#include "base/err.h"
#include "io/handover.h"

struct agent;
struct identity_sockets;

/* What became of questions. */
enum identity_result {
	IDENTITY_ANSWERED,
	IDENTITY_REFUSED,   /* more than the rate allows */
	IDENTITY_MALFORMED, /* none, or of another version */
	IDENTITY_RESULTS,
};

/* Opens nothing yet. */
struct identity_sockets *identity_sockets_new(struct agent *a);
void identity_sockets_free(struct identity_sockets *s); /* NULL is fine */

/*
 * Opens or closes the socket of the address at the place, as its presence and the configuration
 * say. One that cannot be opened is logged, and tried again at the next look. fd: of the program
 * before, taken over; -1: none.
 */
void identity_look(struct identity_sockets *s, size_t place, int fd);
/* Each of them, and closes those of another port. */
void identity_look_again(struct identity_sockets *s);
/* Nobody has the address any more. */
void identity_close(struct identity_sockets *s, size_t place);
/* The socket at the place, to be handed over; -1: none. Borrowed. */
int identity_fd(const struct identity_sockets *s, size_t place);
