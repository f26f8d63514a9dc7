/*
 * Where the targets of a catchment are, of which networks, and what they weigh: lines as in the
 * files of `nearcast report`, --places, --asn and --weights, which come with the request for it, or
 * behind it in as many pieces as they take.
 */
#pragma once

#include "controller/call.h"
#include "measure/origins.h"
#include "measure/places.h"
#include "measure/weights.h"

/* Of each, for a catchment: prefixes, and bytes. */
#define CATCHMENT_PLACES_MAX 100000
#define CATCHMENT_PLACES_BYTES_MAX (8u << 20)

/* As they were sent: arrays of lines; NULL: none. */
struct catchment_places_sent {
	json_t *places, *asns, *weights;
};
bool catchment_places_is_any(const struct catchment_places_sent *sent);

/* The rows of all in a table of fields whose struct has a catchment_places_sent in `member`. */
#define CATCHMENT_PLACES_LINES_MAX 20000 /* a body of BODY_BYTES_MAX has no room for more */
#define CATCHMENT_PLACES_FIELD(name, type_, member)                                                \
	{                                                                                          \
		.key = #name, .type = FIELD_LONG_LINES, .offset = offsetof(type_, member.name),    \
		.max = CATCHMENT_PLACES_LINES_MAX                                                  \
	}

/* Adds them to what there is. CALL_REFUSED: a line is wrong, or they are too many. */
int catchment_places_add(struct call *c, const char *id, const struct catchment_places_sent *sent);

/* What there is, as it is looked up. Initialise with { 0 }; NULL: nothing is known. */
struct catchment_places {
	struct places *places;   /* owned */
	struct origins *origins; /* owned */
	struct weights *weights; /* owned */
};
int catchment_places_read(struct call *c, const char *id, struct catchment_places *ret);
void catchment_places_done(struct catchment_places *p);
