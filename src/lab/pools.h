/*
 * The pools that the controller of a lab cuts Global IPs from, and what hosts may announce
 * therefore.
 *
 * Each block of the scenario is a pool of its own, so that an order out of it gives just that
 * block. Beside them there is one for each family, "ipv4" and "ipv6", for whoever plays: a part
 * that nothing has of the /24 (IPv6: the /48) of a Global IP. Where all of it is used, there is
 * none.
 */
#pragma once

#include "base/alloc.h"
#include "lab/scenario.h"

struct lab_pool {
	const char *name;
	struct prefix prefix;
	const struct scenario_global_ip *of; /* NULL: for whoever plays */
};

/* Of the families that the lab has, the scenario's first; in the arena. */
struct lab_pool *lab_pools(const struct scenario *s, struct arena *arena, size_t *ret_count);
