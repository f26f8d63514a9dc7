/* Rows of the store as JSON, through a table of their columns. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "store/store.h"

enum column_type {
	COLUMN_TEXT, /* NULL becomes null */
	COLUMN_INT,
	COLUMN_BOOL,
	COLUMN_TIME,    /* ns since 1970 to RFC 3339, "2026-11-29T16:42:57.123Z" */
	COLUMN_SECONDS, /* a duration in ns to whole seconds */
	COLUMN_DEGREES, /* millionths to degrees */
	COLUMN_FAMILY,  /* 4 and 6 to "ipv4" and "ipv6" */
	COLUMN_JSON,    /* text that is JSON */
};

/* In the order of the SELECT. */
struct column {
	const char *key;
	enum column_type type;
};

json_t *columns_json(const struct store_rows *rows, const struct column *columns, size_t count);
/* Of the columns of the SELECT from the first one on, counted from 0. */
json_t *columns_json_from(
    const struct store_rows *rows, size_t first, const struct column *columns, size_t count);

#define TIME_TEXT_SIZE 32
/* UTC with milliseconds. */
char *time_text(int64_t ns, char text[TIME_TEXT_SIZE]);
/* Of RFC 3339, between 1970 and 2200. False: it is none. */
bool time_parse(const char *text, int64_t *ret);
