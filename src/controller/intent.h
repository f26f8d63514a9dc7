/*
 * What a change of intent may do by itself: pure.
 *
 * A shared list of sites that is wrong once is wrong everywhere (agents.md 4.3: Google 2016,
 * Cloudflare 2025). So a change that would leave a service that is placed with no site, with fewer
 * than its min_sites, or without more than a share of those it has, is refused, unless whoever
 * makes it says that he means it, and why.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intent {
	size_t before, after;        /* sites with a host that has the service */
	size_t lost;                 /* of before, that are not among after */
	uint32_t min_sites;          /* of the service */
	uint32_t max_change_percent; /* of before, that may be lost */
};

#define INTENT_WHY_MAX 256

/* Whether it may be done without a word; else why not. */
bool intent_is_safe(const struct intent *intent, char why[INTENT_WHY_MAX]);
