/*
 * The guard over all sites: may this host withdraw a Global IP on soft evidence?
 *
 * The question of service/guard.h, answered with what every site announces. A site counts as
 * standing when one of its hosts announces the address, has said so lately, and holds no lease that
 * lets it withdraw. A lease is granted when at least min_sites stand without the host that asks; a
 * lease that was granted counts as a withdraw until it expires or the host announces again, so that
 * sites which ask in the same second cannot all be told yes. What is not known does not stand: a
 * site that has not reported lately is not counted on, and a host that never reported holds nothing
 * up.
 *
 * Definitive evidence and operators do not ask (service/guard.h): the decision is never what keeps
 * a dead service announced.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

/* What one host last said of the address. */
struct lease_report {
	const char *site, *host;
	bool announced;              /* at stage preferred or backup */
	struct instant reported;     /* when it said so */
	struct instant leased_until; /* it may withdraw until then; at or before now: no lease */
};

struct lease_question {
	const char *host; /* that asks; has to be among the reports to be granted anything */
	uint32_t min_sites;
	struct duration fresh; /* a report that is older is not counted on */
	struct duration ttl;   /* of a lease */
	struct duration retry; /* when who was refused may ask again */
};

#define LEASE_WHY_MAX 256

struct lease_answer {
	bool granted;
	struct instant until;    /* of the lease; or when to ask again */
	size_t standing;         /* sites without the host that asks */
	char why[LEASE_WHY_MAX]; /* one sentence */
};

struct lease_answer lease_decide(const struct lease_question *question,
    const struct lease_report *reports, size_t count, struct instant now);
