/*
 * The requests of the control socket: one line of JSON each, an object with "command" and the
 * fields of that command. One row of a table says all about a command; what its row does not have
 * is refused with a sentence that says what was meant. The answer is one document, an error one of
 * the form {"error": "one sentence"}.
 *
 * This file knows no agent: commands.c has the table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/strbuf.h"

#define REQUEST_FIELDS_MAX 8

enum request_type {
	REQUEST_TEXT,   /* not empty */
	REQUEST_NUMBER, /* whole, not negative */
	REQUEST_BOOL,
};

struct request_field {
	const char *name; /* NULL: the end */
	enum request_type type;
	bool required;
	const char *const *words; /* text: one of these, ends with NULL; NULL: any */
};

struct request_command {
	const char *name;
	/*
	 * Gives the answer, owned by the caller; NULL with a sentence in e: it is refused; NULL
	 * without one: it comes later (control_defer()). The request has all required fields and
	 * no unknown one, each of its type.
	 */
	json_t *(*answer)(void *userdata, const json_t *request, struct err *e);
	struct request_field fields[REQUEST_FIELDS_MAX];
};

/* Answers one request with one command of the table (or an error), as one line; reply stays empty
 * when the answer comes later. */
void request_answer(const struct request_command *commands, size_t count, void *userdata,
    const char *text, struct strbuf *reply);
