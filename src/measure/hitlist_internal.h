/* What the list and its reader share. */
#pragma once

#include "measure/hitlist.h"
#include "measure/prefix_set.h"

struct hitlist {
	struct hitlist_conf conf;
	hitlist_took_fn took; /* NULL: nobody is told */
	void *took_userdata;
	uint8_t *addresses; /* owned; ip_size() bytes each */
	size_t address_count, address_cap;
	struct prefix_set prefixes; /* those that hold several blocks */
	uint64_t *starts;           /* owned; the place of the first target of each prefix */
	struct prefix_set excluded;
	uint64_t targets; /* with those that are there twice, until the list is finished */
};

/* The target in the block that begins there. */
struct ip hitlist_target(struct ip block);
/* How many targets a prefix stands for, if it is not one alone; at most HITLIST_TARGETS_MAX + 1. */
uint64_t hitlist_blocks(const struct hitlist *h, struct prefix p);
void hitlist_add_address(struct hitlist *h, struct ip ip);
