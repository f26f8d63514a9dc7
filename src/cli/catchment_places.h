/*
 * Where the targets of a controller's catchment are, of which networks, and what they weigh: of
 * files for the whole world, the lines that its targets need, in pieces that fit into a request.
 */
#pragma once

#include "cli/object.h"
#include "measure/selection.h"

/* Of each a path; NULL: none. */
struct catchment_places_files {
	const char *places, *asn, *weights;
};

/* Lines that are still to be sent. Initialise with { 0 }. */
struct catchment_places {
	json_t *places, *asns, *weights; /* owned: arrays; NULL: none */
	size_t next_place, next_asn, next_weight;
};

/* An address or a prefix; what is none is left to the controller, who says so. */
void catchment_places_target(struct selection *s, const char *text);
/* EXIT_SUCCESS, or it was said what is wrong. */
int catchment_places_read(const struct catchment_places_files *files, const struct selection *s,
    struct catchment_places *ret);
void catchment_places_done(struct catchment_places *p);

/* Adds as many of them to a body as fit into so many bytes. False: there was none left. */
bool catchment_places_add(struct catchment_places *p, json_t *body, size_t room);
/* Tells the catchment what is left. EXIT_SUCCESS, or it was said why not. */
int catchment_places_send(
    struct catchment_places *p, const struct object_options *o, const char *id);
