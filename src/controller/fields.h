/*
 * The fields of a request's JSON, through one table for each object: to a struct, or to errors that
 * name the field.
 *
 * What config/ is for files, for bodies: a row has the key, the type, where it goes and its limits;
 * unknown keys are refused, every error is collected, and each names its field as a JSON pointer
 * (RFC 6901). Text is text: well-formed, printable, within its length; what it means to a page, a
 * query or a header is their concern, who escape.
 *
 * Strings, and values of FIELD_OBJECT and FIELD_TAGS, are borrowed from the body.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/attr.h"
#include "base/ip.h"

enum field_type {
	FIELD_TEXT,   /* const char *: min..max bytes that field_text_refusal() lets pass */
	FIELD_NAME,   /* const char *: letters, digits, "-", "_", "."; a letter or digit first */
	FIELD_U32,    /* uint32_t: min..max */
	FIELD_BOOL,   /* bool */
	FIELD_ENUM,   /* int: index into names */
	FIELD_MICRO,  /* int64_t: a number in millionths, min..max */
	FIELD_PREFIX, /* struct prefix, without host bits */
	FIELD_IP,     /* struct ip */
	FIELD_TIME,   /* int64_t: a time of RFC 3339, in ns since 1970 */
	FIELD_TAGS,   /* json_t *: array of at most TAGS_MAX distinct texts of 1..TAG_MAX bytes */
	FIELD_NAMES,  /* json_t *: array of min..max distinct names */
	FIELD_IPS,    /* json_t *: array of min..max addresses as text */
	FIELD_LINES,  /* json_t *: array of min..max texts of 1..TAG_MAX bytes, maybe the same */
	FIELD_LONG_LINES, /* likewise, of 1..LONG_LINE_MAX bytes, with tabs: lines of a file */
	FIELD_OBJECT,     /* json_t *: an object, not looked into */
	FIELD_ARRAY,      /* json_t *: array of min..max objects, each for fields_read_at() */
};

#define TAGS_MAX 32
#define TAG_MAX 63
#define LONG_LINE_MAX 1024
#define NAME_MAX_BYTES 63

enum field_flags {
	FIELD_REQUIRED = 1 << 0,
	FIELD_NULLABLE = 1 << 1, /* null: given, and left as it was in the struct */
	/* FIELD_TEXT that a machine passes on, from wherever it has it: without control characters
	 * is enough, since all of what it says is lost when it is refused; who shows it, cleans it */
	FIELD_PASSED_ON = 1 << 2,
};

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	unsigned flags;
	int64_t min, max;         /* see enum field_type; max 0 of FIELD_TEXT: 255 */
	const char *const *names; /* FIELD_ENUM; ends with NULL */
};

struct field_table {
	const char *what; /* "a pool", for "unknown field of a pool" */
	const struct field *fields;
	size_t count; /* at most 64 */
	size_t given; /* offset of a uint64_t: which fields were given, a bit for each row */
	const struct field_table *made; /* of what it is made with, and keeps; NULL: none */
};

#define FIELD_TABLE(what_, type_, fields_, ...)                                                    \
	{                                                                                          \
		.what = (what_), .fields = (fields_), .count = ARRAY_SIZE(fields_),                \
		.given = offsetof(type_, given), __VA_ARGS__                                       \
	}

/*
 * Reads body into the struct, which has the defaults already. Adds {field, detail} to errors for
 * each thing that is wrong; false: there was one, and the struct is not to be used.
 */
bool fields_read(const struct field_table *table, const json_t *body, void *object, json_t *errors);
/* Likewise of an object inside: at is its JSON pointer. */
bool fields_read_at(const struct field_table *table, const json_t *value, void *object,
    json_t *errors, const char *at);
/* Whether the body had the key. */
bool fields_given(const struct field_table *table, const void *object, const char *key);

/* field_text.c. pointer: a JSON pointer, "" for the whole body. */
void field_error(json_t *errors, const char *pointer, const char *fmt, ...) _printf_(3, 4);

/* The pointer of a key of the object at `at`: escaped, and clipped; the caller frees it. */
char *field_pointer(const char *at, const char *key);
bool field_name_is_valid(const char *text, size_t max);
/* Well-formed UTF-8 without control characters. */
bool field_text_is_valid(const char *text);
/*
 * What a person is to write and others are to read: such text, whose direction nothing turns
 * (embeddings, overrides and isolates of UAX 9), without tag characters, which hide text in it, and
 * of which something can be seen, unless it is empty. A sentence that says what is expected, static;
 * NULL: it is so.
 */
const char *field_text_refusal(const char *text);
/* Likewise, but tabs are fine. */
bool field_line_is_valid(const char *text);
