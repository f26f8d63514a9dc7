/*
 * Addresses with a purpose of their own: what RFC 6890 and the registries that it set up at IANA
 * ("IPv4/IPv6 Special-Purpose Address Registry") say is not to be reached globally, and multicast.
 * No client is behind them, so nothing is measured by asking them. Pure.
 */
#pragma once

#include "base/ip.h"

struct special {
	struct prefix prefix;
	const char *purpose; /* "documentation" */
	const char *rfc;
};

/* What the whole prefix is part of; NULL: none. */
const struct special *special_find(struct prefix p);
