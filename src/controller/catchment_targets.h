/* Whom a catchment asks: lists of addresses and prefixes, looked at line by line. */
#pragma once

#include "base/ip.h"
#include "base/strbuf.h"
#include "controller/call.h"

/* The first three are given; the others become. Free with catchment_targets_done(). */
struct catchment_targets {
	enum ip_family family; /* of the Global IP */
	uint8_t block_length;
	bool lab;                      /* special-purpose addresses may be asked */
	struct strbuf lines, excluded; /* owned; one each */
	uint64_t count;                /* of addresses, as the host that sends will read them */
};

/* Arrays of texts; exclude may be NULL. CALL_REFUSED: some of them are wrong, or too many. */
int catchment_targets_read(
    struct call *c, struct catchment_targets *t, const json_t *targets, const json_t *exclude);
void catchment_targets_done(struct catchment_targets *t);
