/*
 * What a loader has to hold, whatever it is given: what is refused comes with a text that ends with a
 * newline, and what is loaded prints to something that loads and prints the same.
 */
#pragma once

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

/* Gives what was loaded, or NULL when it was refused. The caller frees it. */
static inline struct conf *
round_trip(const struct conf_schema *schema, const uint8_t *data, size_t size)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(strbuf_done) struct strbuf printed = { 0 };
	_cleanup_(strbuf_done) struct strbuf again = { 0 };
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(conf_freep) struct conf *copy = NULL;

	if (conf_load_text("x.yaml", (const char *)data, size, schema, &c, &errors) < 0) {
		assert(c == NULL && errors.len > 0 && errors.text[errors.len - 1] == '\n');
		return NULL;
	}
	assert(errors.len == 0);
	conf_print(schema, conf_root(c), &printed);
	if (conf_load_text("again.yaml", printed.text, printed.len, schema, &copy, &errors) < 0) {
		(void)fprintf(stderr, "%s%s", printed.text, errors.text);
		abort();
	}
	conf_print(schema, conf_root(copy), &again);
	if (strcmp(printed.text, again.text) != 0) {
		(void)fprintf(stderr, "%s----\n%s", printed.text, again.text);
		abort();
	}
	return TAKE(c);
}
