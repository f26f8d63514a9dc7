/*
 * Which hosts take part in a catchment: all that have its service, each with a row of its own; of
 * the site that asks, the first that is there sends, and where each site measures, the first of
 * each.
 */
#pragma once

#include "controller/call.h"

/* Ids, and names for what is said. */
struct catchment_whose {
	const char *catchment, *service, *service_name;
	const char *site, *site_name; /* that sends */
	bool best;                    /* sites measure */
};

/* CALL_REFUSED: there is nobody to send. */
int catchment_parts_add(struct call *c, const struct catchment_whose *w);
