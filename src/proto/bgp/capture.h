/*
 * What a packet capture shows of BGP: the prefixes of UPDATEs in the payload of a TCP connection,
 * without a session. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

typedef void (*bgp_prefix_fn)(void *userdata, bool announced, struct prefix prefix);

/*
 * Walks TCP payload that starts with a BGP message and calls fn for each prefix withdrawn or
 * announced in its UPDATEs, withdrawn ones of a message first. Returns the bytes of whole messages
 * seen (the rest is the start of another), or -EBADMSG where it is not BGP; malformed UPDATEs are
 * skipped.
 */
long bgp_capture_each_prefix(const uint8_t *bytes, size_t len, bgp_prefix_fn fn, void *userdata);
