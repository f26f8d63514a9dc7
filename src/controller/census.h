/*
 * How many there are of everything, for the metrics: read from the store now and then, in one read,
 * so that a scrape costs the store nothing, and is answered while it is away.
 */
#pragma once

#include "store/store.h"

/* Services that are named; the others are counted with all. */
#define CENSUS_NAMED 1000

enum census_standing {
	CENSUS_WELL,
	CENSUS_AT_MINIMUM, /* one site less would be too few */
	CENSUS_BELOW_MINIMUM,
	CENSUS_NOWHERE,
	CENSUS_UNPLACED, /* on no host that has joined */
	CENSUS_STANDINGS,
};

const char *census_standing_name(enum census_standing s);
/* Pure. sites: that announce it; hosts: that shall have it, and have joined. */
enum census_standing census_standing(int64_t sites, int64_t min_sites, int64_t hosts);

struct census_service {
	char project[64], name[64];
	int64_t sites, min_sites;
};

/* Zeroed, nothing was read yet. Owns services: census_done(). */
struct census {
	int64_t at; /* wall clock, ns */
	int64_t hosts_present, hosts_silent, hosts_not_joined, hosts_behind;
	int64_t leases, drains, holds, event_number;
	struct {
		int64_t active, quarantined;
	} addresses[2]; /* IPv4, IPv6 */
	uint64_t services[CENSUS_STANDINGS];
	struct census_service *named; /* those that are placed, by project and name */
	size_t named_count, named_cap;
};

void census_done(struct census *c);
/* Reads it all, as of now, into a census that is zeroed: 0, or an error of the store. */
int census_read(struct store *store, int64_t now, struct census *ret, struct err *e) _must_use_;
