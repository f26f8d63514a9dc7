/* What may be asked of a catchment: the fields of its request, each looked at, and together. */
#pragma once

#include "controller/call.h"
#include "controller/catchment_places.h"
#include "proto/catch/catch.h"

struct catchment_request {
	uint64_t given; /* of the table of its fields */
	const char *global_ip, *site, *suffix, *contact, *description;
	json_t *targets, *exclude; /* borrowed, as the texts */
	struct catchment_places_sent known;
	enum catch_method method;
	uint32_t pps, rounds, wait, seed, block, port;
	bool best, lab;
};

/* Those that were not given are what they usually are. CALL_REFUSED: some are wrong. */
int catchment_request_read(struct call *c, struct catchment_request *ret);
/* Whether they go together, for a Global IP of a family. CALL_REFUSED: they do not. */
int catchment_request_check(
    struct call *c, const struct catchment_request *q, enum ip_family family);
bool catchment_request_has_seed(const struct catchment_request *q);
/* "icmp", "dns" */
const char *catchment_method_name(enum catch_method method);
