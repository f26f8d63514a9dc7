/*
 * The inverse of a change that stands in the audit log: which request undoes it. Pure.
 *
 *   created   delete it, as it was made
 *   changed   change what was changed back, as it has become
 *   deleted   make it again: with its name, and a new id
 *
 * The request has the revision that the change left behind, so whoever changed the object since is
 * not overwritten; and it goes the way of any other request, with the same rules. What cannot be
 * undone has a sentence that says why.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* A row of the audit log; texts are borrowed, "" or NULL: there is none. */
struct undo_row {
	const char *kind, *action, *object;
	const char *project; /* an id */
	const json_t *before, *after;
};

#define UNDO_PATH_MAX 160
#define UNDO_WHY_MAX 256

struct undo_request {
	const char *method;
	char path[UNDO_PATH_MAX];
	json_t *body;        /* owned; NULL: none */
	int64_t revision;    /* that the object has to have; 0: it is made again */
	bool takes_override; /* it knows override_reason: in the body, or the query of a DELETE */
	bool is_release;     /* no request, but: the released block is taken back */
	char why[UNDO_WHY_MAX]; /* it cannot be undone */
};

/* False: it cannot, and says why. Free with undo_request_done(). */
bool undo_inverse(const struct undo_row *row, int64_t now, struct undo_request *ret);
void undo_request_done(struct undo_request *r);
