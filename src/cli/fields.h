/*
 * What a table shows of a JSON object: fields as text. Pure. A field that is missing, null or of
 * another type is empty, so that an older or newer agent can be asked too.
 */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "base/table.h"
#include "base/time.h"

/* Borrowed from the object; "" for none. */
const char *field_text(const json_t *object, const char *key);
long long field_int(const json_t *object, const char *key);
/* Of a number of milliseconds, as exact as somebody wants to read it: "350ms", "12s", "3m12s",
 * "2h5m", "4d7h". */
const char *field_age(const json_t *object, const char *key, char buf[static DURATION_STR_MAX]);

/* The cell added last is a text (NULL: none), and if it is a time, briefly one without its seconds:
 * "2026-11-30T21:00Z". */
void field_add_brief_time(struct table *t, const char *text);

/* The numbers of an array, separated by blanks; nothing for none. */
void field_path(const json_t *object, const char *key, struct strbuf *out);

/* A table with these heads, which end with NULL. */
struct table *fields_table(const char *const *heads);
/* The table, behind a blank line unless it is the first; nothing when it has no rows. Frees it. */
void fields_table_end(struct table *t, bool any, struct table_look look, struct strbuf *out);
