/*
 * A host's network, read from a request and put into the store: its addresses and its BGP neighbors,
 * both whole. What it may be is in network_rules.h; here are the shape, the store, and what can be
 * seen of a whole only: a thing that stands there twice, and an address that another host has.
 */
#pragma once

#include "controller/call.h"

/*
 * Puts c->body in the place of what the host, an id, had. A password that is not given again stays.
 * 0; CALL_REFUSED, with every field that is wrong, after which the transaction has to end; or an
 * error of the store.
 */
int network_write(struct call *c, const char *id) _must_use_;
