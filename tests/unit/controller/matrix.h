/*
 * A world of two projects for tests that walk over all routes: alpha, whose callers ask, and beta,
 * of which they may learn nothing. What is beta's is called so.
 */
#pragma once

#include "ask.h"
#include "controller/routes.h"

/* One who asks: a token, and what it is. */
struct matrix_caller {
	const char *name;
	char token[64]; /* "": none */
	enum role role;
	const char *project; /* "alpha", "beta"; "": all, or none */
	bool is_valid;
};
#define MATRIX_CALLERS 11

/* Which object a request is about. */
enum matrix_object {
	OBJECT_OWN,            /* alpha's */
	OBJECT_FOREIGN,        /* beta's, at beta's address */
	OBJECT_ABSENT,         /* at the address of a project that does not exist */
	OBJECT_FOREIGN_INSIDE, /* beta's, at alpha's address */
	OBJECT_ABSENT_INSIDE,
	OBJECT_COUNT,
};

struct matrix {
	struct asker a;
	struct store *watcher; /* of the same file: whether something was changed */
	struct matrix_caller callers[MATRIX_CALLERS];
	json_t *document; /* OpenAPI; owned */
	json_t *secrets;  /* texts that only beta may read; owned */
};

/* False: the test has failed. */
bool matrix_init(struct matrix *m);
void matrix_done(struct matrix *m);
/* Takes back all that was changed since matrix_init(). */
void matrix_reset(struct matrix *m);
/* Whether something was committed since the last call. */
bool matrix_has_changed(struct matrix *m);
/* Asks with the caller's token, and If-Match: *; body: JSON, or NULL. */
unsigned matrix_ask(struct matrix *m, const struct matrix_caller *caller, const struct route *route,
    const char *path, const char *body);
/*
 * The path of the route with an object of that kind in it, and in *named what stands for it; both
 * owned by the caller. NULL: the route has none of that kind.
 */
char *matrix_path(
    struct matrix *m, const struct route *route, enum matrix_object object, char **named);
/*
 * A body that the document allows, as text: what has to be in it, or all that this world knows.
 * NULL: the route has none. Owned by the caller.
 */
char *matrix_body(struct matrix *m, const struct route *route, const char *project, bool all);
/* An object of the project in each list that has none. */
void matrix_make_rest(struct matrix *m, const char *project);
/* What the last answer says there is beta's alone. */
void matrix_keep_secret(struct matrix *m, const char *key);
