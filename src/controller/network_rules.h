/*
 * What the network of a host can be: rules, without a store. What no network has is refused where
 * it is written, and not found out by the host that reads it.
 *
 * A refusal is a sentence for who wrote it, static; NULL: it can be so.
 */
#pragma once

#include "base/ip.h"

/* Of an address that is to be a host's own, or its neighbor's: one of loopback, of nobody, of many
 * is no machine's on a network. Link-local ones are: IPv4 has links that have no other. */
const char *network_address_refusal(struct ip ip);

/* Whether a request from this address can be told to be a certain host's: every machine has those
 * of the loopback, and link-local ones are each link's anew. */
bool network_address_tells(struct ip ip);

/* Of the gateway of an address; len: of the address's prefix, at most ip_bits(). One outside of it
 * cannot be reached, but for a link-local one, and where the address is alone in its prefix. */
const char *network_gateway_refusal(struct ip address, unsigned len, struct ip gateway);

/* Of an AS number that two machines are to have a session with. */
const char *network_as_refusal(uint32_t as);
