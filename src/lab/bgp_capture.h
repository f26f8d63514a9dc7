/*
 * Captures the BGP packets of a node with the kernel's timestamps, and feeds them to a bgp_watch.
 *
 * A packet socket in the node's network, on all its interfaces. A packet that leaves is stamped
 * (wall clock) when it is handed to the interface, one that arrives when it comes from it: the
 * earlier of both ends of a session is the sender's, so capture there. Open it before what is to be
 * seen.
 */
#pragma once

#include "base/err.h"
#include "lab/bgp_watch.h"
#include "lab/lab.h"

struct bgp_capture {
	int fd; /* readable when packets wait; owned */
	struct bgp_watch watch;
};

/* Sees every packet of the node from now on; needs no process there. */
int bgp_capture_open(
    struct bgp_capture *c, struct lab *lab, const char *node, struct err *err) _must_use_;
/* Reads what waits; never blocks. 0, or a negative errno of the socket. */
int bgp_capture_read(struct bgp_capture *c, struct err *err) _must_use_;
void bgp_capture_done(struct bgp_capture *c); /* after bgp_capture_open(), also when that failed */
