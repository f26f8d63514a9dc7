/*
 * From options to what the API reads, and from what it says to text for people. Pure.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/table.h"

/* What an option is in JSON; what was not given is left out. */
enum object_type {
	OBJECT_TEXT,    /* const char *; NULL: not given */
	OBJECT_TEXTS,   /* struct cli_strings */
	OBJECT_COUNT,   /* uint32_t; OBJECT_NOT_GIVEN */
	OBJECT_SECONDS, /* struct duration, of a CLI_SECONDS; OBJECT_NO_TIME */
	OBJECT_NUMBER,  /* const char *, a number with or without a fraction */
	OBJECT_CHOICE,  /* int, an index into names; -1: not given */
	OBJECT_YES,     /* int, 0 or 1; -1: not given */
	OBJECT_FILE,    /* const char *, a file of YAML or JSON: object.c reads it */
};

#define OBJECT_NOT_GIVEN UINT32_MAX
#define OBJECT_NO_TIME DURATION_NS(-1)

struct object_field {
	const char *name; /* in the API */
	enum object_type type;
	size_t offset; /* into the command's options */
	const char *const *names;
};

/* Adds those fields that were given to the object. -EINVAL: a number is none, or a text not UTF-8.
 * fields ends with a NULL name. */
int object_add_fields(
    json_t *object, const struct object_field *fields, const void *options, struct err *e);

struct object_column {
	const char *head, *key;
	enum table_align align;
	unsigned worth; /* where there is little room; 0: it is never left out */
};

/* The columns of a list, of these items; columns end with a NULL head; what is empty has a "-".
 * Where that does not fit, times are of minutes, of a list there is the first item, and columns are
 * left out (table_may_leave_out()). */
void object_list_text(const json_t *items, const struct object_column *columns,
    struct table_look look, struct strbuf *out);
/* Every member of an object, one a line; what is empty has a "-", seconds are a duration. */
void object_text(const json_t *object, struct strbuf *out);
/* One value: a list has blanks between its items, an object is JSON. */
void object_value_text(const json_t *value, struct strbuf *out);
