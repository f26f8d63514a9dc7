/*
 * One request on its way: what handlers get, and the few things that all of them do.
 *
 * A handler gives 0 (commit, and answer), CALL_REFUSED (roll back, and answer with the problem that
 * stands in the response), or an error of the store.
 */
#pragma once

#include "controller/api.h"
#include "controller/columns.h"
#include "controller/fields.h"
#include "controller/problem.h"
#include "controller/role.h"
#include "controller/token.h"
#include "store/id.h"

#define CALL_REFUSED (-ECANCELED)
#define CALL_PARAMS_MAX 3

struct route;

struct caller {
	enum role role;
	char id[STORE_ID_MAX]; /* of the token or host; "": nobody */
	char name[NAME_MAX_BYTES + 1];
	char project[STORE_ID_MAX]; /* that the token is for; "": all */
};

struct call {
	const struct api_request *request;
	struct api_response *response;
	struct store *store;
	struct err *e;
	const struct route *route;
	char *params[CALL_PARAMS_MAX]; /* the parts of the path that the pattern leaves open */
	struct caller caller;
	char project[STORE_ID_MAX]; /* that the path names; "": none */
	json_t *body;               /* NULL: the route has none */
};

typedef int (*call_fn)(struct call *c);

/* Answers with the problem; gives CALL_REFUSED. */
int call_problem(struct call *c, enum problem problem, const char *fmt, ...) _printf_(3, 4);
/* Likewise, with errors that name fields; takes them over. */
int call_problem_fields(struct call *c, enum problem problem, json_t *errors, const char *detail);
/* Likewise, with what errors says first as the detail. */
int call_problem_errors(struct call *c, json_t *errors);
/* One field that is wrong for a reason that the table of fields cannot know. */
int call_problem_field(struct call *c, const char *pointer, const char *fmt, ...) _printf_(3, 4);
int call_not_found(struct call *c, const char *what, const char *name);

/* The body into the struct, through its table: 0 or CALL_REFUSED. */
int call_fields(struct call *c, const struct field_table *table, void *object);
/* A parameter of the query; NULL: it is not there. */
const char *call_query(const struct call *c, const char *name);
/* Whether If-Match allows a change of this revision: 0 or CALL_REFUSED. */
int call_if_match(struct call *c, int64_t revision);

/* Of an object's JSON: a text (NULL: null, or absent), its revision. */
const char *call_text(const json_t *object, const char *key);
int64_t call_revision(const json_t *object);
/* If-Match may be absent when something is deleted. */
int call_may_delete(struct call *c, const json_t *object);

/* Answers. body is taken over; revision 0: no ETag. */
int call_answer(struct call *c, unsigned status, json_t *body, int64_t revision);
int call_answer_created(struct call *c, json_t *body, int64_t revision, const char *path);

/*
 * A page of a list. sql gives the columns, the first of which is what the list is sorted by; its $1
 * is the last one of the page before ("" at first), $2 the number of rows; then come the values.
 * Each item is given to finish, if there is one, to be completed.
 */
struct call_list {
	const char *sql;
	const struct column *columns;
	size_t column_count;
	const char *first; /* $1 of the first page */
	int (*finish)(struct call *c, json_t *item);
};
#define VALUES(...) ((const struct store_value[]){ __VA_ARGS__ })
int call_list(
    struct call *c, const struct call_list *list, const struct store_value *values, size_t n);

/* Asks for one object; the first row as JSON, NULL when there is none. */
int call_object(struct call *c, const struct column *columns, size_t column_count, json_t **ret,
    const char *sql, const struct store_value *values, size_t n);

/*
 * A row of the audit: what was done to which kind of object. before, after: NULL for what was not
 * there, or is no more; the caller keeps both. project: an id; NULL or "": none.
 */
int call_audit(struct call *c, const char *action, const char *kind, const char *project,
    const json_t *before, const json_t *after);
/* Likewise of a part that has no id and name: those are the object's. */
int call_audit_of(struct call *c, const char *action, const char *kind, const json_t *object,
    const json_t *before, const json_t *after);
/* Likewise of a change in the path's project that was made in spite of a rule; reason: NULL: it was
 * not. */
int call_audit_override(struct call *c, const char *action, const char *kind, const char *reason,
    const json_t *before, const json_t *after);

/* Whether the caller may do so with an object of that project ("": of none): 0 or CALL_REFUSED. */
int call_may(struct call *c, enum action action, const char *project);
/* The id of the project or site that a field names, by its name or id: 0 or CALL_REFUSED. */
int call_project_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX]);
int call_site_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX]);
/* A new secret: its text, and the hash to be stored. */
int call_secret(
    struct call *c, enum token_kind kind, char text[TOKEN_TEXT_SIZE], char hash[TOKEN_HASH_SIZE]);

/* auth.c: who asks. 0 (nobody is a caller, too), CALL_REFUSED for a token that is none, or an
 * error. */
int call_authenticate(struct call *c);
/* idempotency.c: 0: go on; CALL_ANSWERED: the response is that of the first request. */
#define CALL_ANSWERED 1
int call_find_answer(struct call *c);
int call_keep_answer(struct call *c);
