/*
 * What a change of intent may do by itself: pure.
 *
 * A shared list of sites that is wrong once is wrong everywhere (agents.md 4.3: Google 2016,
 * Cloudflare 2025). So a change that would leave a service that is placed with no site, with fewer
 * than its min_sites, or without more than a share of those it has, is refused, unless whoever
 * makes it says that he means it, and why. Sites that are drained or down already are not counted
 * on; but to take the last that is meant to have it is refused though it seems to be down, since what
 * is down comes back, and an order stays.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intent {
	size_t before, after;        /* sites where the service stands */
	size_t lost;                 /* of before, that are not among after */
	uint32_t min_sites;          /* of the service */
	uint32_t max_change_percent; /* of all its sites, that may be without it */
	size_t down;                 /* sites that have it, but did not stand before either */
	size_t wanted_before, wanted_after; /* sites that are meant to have it, whether up or down */
};

/* What reaches a service wherever it is: it takes no site away, and may break all of them. */
struct reach {
	size_t sites;                /* where the service stands */
	size_t touched;              /* of them, at once */
	uint32_t max_change_percent; /* that may be touched at once */
};

#define INTENT_WHY_MAX 256

/* Whether it may be done without a word; else why not. */
bool intent_is_safe(const struct intent *intent, char why[INTENT_WHY_MAX]);
/* Likewise. Where it stands at one site only, there is nothing to go through site by site. */
bool reach_is_safe(const struct reach *reach, char why[INTENT_WHY_MAX]);
/* Of so many sites, how many may be touched at once: one always, as there is no smaller step. */
size_t reach_most(size_t sites, uint32_t max_change_percent);
