/*
 * One value of a request's JSON into its place, as the row of its table says (fields.h):
 * field_read.c has the single ones, field_read_array.c the lists.
 */
#pragma once

#include "controller/fields.h"

struct field_place {
	const struct field *field;
	const json_t *value;
	void *at;            /* in the struct */
	const char *pointer; /* of the value, for what is said of it */
	json_t *errors;
};

/* Reads it, or adds to errors what is wrong. */
void field_read(const struct field_place *p);

void field_read_array(const struct field_place *p);
void field_read_lines(const struct field_place *p);
void field_read_ips(const struct field_place *p);
/* An array of min to max distinct strings: tags, or with FIELD_NAMES names. */
void field_read_strings(const struct field_place *p, size_t min, size_t max);

/* "an array", "null": as people call a value of JSON. */
const char *field_kind_of(const json_t *value);
void field_refuse_kind(const struct field_place *p, const char *expected);
void field_refuse_name(json_t *errors, const char *pointer, size_t max);
