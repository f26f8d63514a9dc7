/* Between the files that read metadata. */
#pragma once

#include "render/json_get.h"
#include "render/render.h"

/* One element of network.addresses[]. */
struct metadata_address {
	struct json_place place; /* for its gateway, and errors */
	struct ip address;
	uint8_t len; /* cidr; all bits without one */
	bool is_public, management, global;
};

/* What is known while metadata is read. */
struct metadata {
	const struct render_choices *choices;
	struct arena *arena;
	struct json_place neighbors, addresses; /* the objects that have the arrays */
	const char *addresses_key;
	const char *hostname; /* or NULL */
	struct metadata_address *all;
	size_t all_count;
	struct render_neighbor *out; /* what was made so far */
	size_t out_count;
};

/* metadata_addresses.c: reads network.addresses[] into all. */
int metadata_read_addresses(struct metadata *m, struct err *e);
/* The service that has all Global IPs, each address once. */
int metadata_add_service(struct metadata *m, struct render_host *ret, struct err *e);
int metadata_find_router_id(struct metadata *m, struct render_host *ret, struct err *e);
/* local_address of n, and why, given customer_ip; IP_NONE: not said. */
int metadata_find_source(struct metadata *m, enum ip_family family, struct ip customer_ip,
    struct render_neighbor *n, struct err *e);
/* gateway of n, which has its source address. */
int metadata_find_gateway(struct metadata *m, struct render_neighbor *n, struct err *e);
