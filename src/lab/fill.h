/*
 * What the controller of a lab is told at first, so that its console shows what the scenario has:
 * the project "lab", the pools (lab/pools.h), the sites where they are, the Global IPs and the
 * services. Pure: requests of its API in their order; somebody else sends them.
 */
#pragma once

#include <jansson.h>

#include "lab/scenario.h"

#define LAB_PROJECT "lab"

struct fill_request {
	const char *path; /* of a POST */
	json_t *body;     /* owned */
	const char *as;   /* what stands for the id of the answer in later bodies; NULL: nothing */
};

struct fill {
	struct fill_request *items; /* owned */
	size_t count, cap;
	struct arena *arena; /* owned */
};

/* Initialises *ret, for fill_done(). */
void lab_fill(const struct scenario *s, struct fill *ret);
void fill_done(struct fill *f);

/*
 * The body as it is sent: ids says which id each name of `as` stands for. The caller decrefs it.
 */
json_t *fill_body(const struct fill_request *r, const json_t *ids);
