/*
 * What was expected and what was seen: the list behind the summary and the exit status of a run.
 * Pure.
 *
 * Every row belongs to a step and says in words what was expected and what was seen instead or in
 * fulfilment, so that the summary alone tells the story. A run holds when it has rows and all held:
 * a step that could not look adds a row that did not hold, and never nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/attr.h"

struct expect {
	char *step;     /* owned, as all of these */
	char *expected; /* "edinburgh is answered by am6" */
	char *seen;     /* "am6, 5 of 5 answers" */
	bool held;
};

struct expect_list {
	struct expect *items; /* owned, in the order they were added */
	size_t count, cap;
};

void expect_list_done(struct expect_list *l);

/* Copies all texts. `seen` is the format. */
void expect_add(struct expect_list *l, const char *step, bool held, const char *expected,
    const char *seen, ...) _printf_(5, 6);
size_t expect_broken(const struct expect_list *l);
bool expect_all_held(const struct expect_list *l); /* false for an empty list */
/* An array of {step, expected, seen, held}; owned by the caller. */
json_t *expect_to_json(const struct expect_list *l);
