/*
 * A struct as records of state.h: a table says which field stands in which record, and both saves
 * and loads it, so that neither can forget what the other does.
 *
 * What loads may be hostile: a number that is too large for its field, a length that is wrong, is
 * refused here, a text that is no UTF-8 mended. Whether the values fit together is for their owner
 * to say.
 *
 * Moments are saved as the time until then, or since: `base` is the saver's now. Who loads gives
 * the moment that it takes for the same.
 */
#pragma once

#include "base/ip.h"
#include "base/time.h"
#include "wire/state.h"

enum state_type {
	STATE_BOOL,
	STATE_NUMBER, /* unsigned, or an enum: of 1, 2, 4 or 8 bytes */
	STATE_DURATION,
	STATE_INSTANT, /* one that is all zero stays so: "not yet" */
	STATE_TEXT,    /* an array of char */
	STATE_IP,      /* IP_NONE, or an address */
	STATE_STRUCT,  /* by its own table */
};

struct state_table;

struct state_field {
	uint16_t tag;
	enum state_type type;
	size_t offset;
	size_t size;  /* of one element; of a text, all of it */
	size_t count; /* elements; fewer in a state leave the rest alone */
	uint64_t max; /* of a number; 0: what its size allows */
	const struct state_table *table;
};

struct state_table {
	const struct state_field *fields;
	size_t count;
};

#define STATE_TABLE(fields_)                                                                       \
	{                                                                                          \
		.fields = (fields_), .count = ARRAY_SIZE(fields_)                                  \
	}

/* clang-format off */
#define STATE_FIELD(tag_, type_, struct_, member_, ...) \
	{ .tag = (tag_), .type = (type_), .offset = offsetof(struct_, member_), \
	    .size = sizeof(((struct_ *)0)->member_), .count = 1, __VA_ARGS__ }
/* An array. */
#define STATE_FIELDS(tag_, type_, struct_, member_, ...) \
	{ .tag = (tag_), .type = (type_), .offset = offsetof(struct_, member_), \
	    .size = sizeof(((struct_ *)0)->member_[0]), \
	    .count = ARRAY_SIZE(((struct_ *)0)->member_), __VA_ARGS__ }
/* clang-format on */

/* Appends the object's records. */
void state_save(struct state_writer *w, const struct state_table *table, const void *object,
    struct instant base);
/* False: something was refused; *object is then filled in part. */
bool state_load(
    const struct state_table *table, struct reader records, struct instant base, void *object);
