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
	char session[TOKEN_HASH_SIZE]; /* the hash of the session that says so; "": a token does */
	struct caller_host {           /* of a ROUTE_DESIRED, asked together with who it is */
		char site[STORE_ID_MAX];
		int64_t revision; /* of what it is to do */
		int64_t number;   /* scope.h */
	} host;
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
	const char *rollout;        /* the id of the one that does it; NULL: none */
	const char *undo_of;        /* the row of the audit log that is being undone; NULL: none */
};

typedef int (*call_fn)(struct call *c);

/* call_problem.c: answers with the problem; gives CALL_REFUSED. */
int call_problem(struct call *c, enum problem problem, const char *fmt, ...) _printf_(3, 4);
/* Likewise, with errors that name fields; takes them over. */
int call_problem_fields(struct call *c, enum problem problem, json_t *errors, const char *detail);
/* Likewise, with what errors says first as the detail. */
int call_problem_errors(struct call *c, enum problem problem, json_t *errors);
/* One field that is wrong for a reason that the table of fields cannot know. */
int call_problem_field(struct call *c, const char *pointer, const char *fmt, ...) _printf_(3, 4);
/* One parameter of the query, or header, that is wrong. */
int call_problem_parameter(struct call *c, const char *name, const char *fmt, ...) _printf_(3, 4);
/*
 * A problem that is about one thing of the request: a header, a parameter, "path", "method", or a
 * JSON pointer; field: NULL: about none.
 */
int call_problem_about(struct call *c, enum problem problem, const char *field, const char *fmt,
    ...) _printf_(4, 5);
/* There is no such `what`; name is an open part of the path, which is named, or comes from
 * elsewhere. */
int call_not_found(struct call *c, const char *what, const char *name);
/* Likewise of the first open part. */
int call_not_found_first(struct call *c, const char *what);

/* The body into the struct, through its table: 0 or CALL_REFUSED. */
int call_fields(struct call *c, const struct field_table *table, void *object);
/* Likewise, but what is wrong is given, for more to be added: an array of the caller's. Fields that
 * are wrong are left as they were in the struct. */
json_t *call_fields_errors(struct call *c, const struct field_table *table, void *object);
/* A parameter of the query; NULL: it is not there. */
const char *call_query(const struct call *c, const char *name);
/* Whether If-Match allows a change of this revision: 0 or CALL_REFUSED. */
int call_if_match(struct call *c, int64_t revision);

/* As a parameter of SQL: "" is NULL. */
static inline const char *
call_id_or_null(const char *id)
{
	return *id != '\0' ? id : NULL;
}

/* Of an object's JSON: a text (NULL: null, or absent), its revision. */
const char *call_text(const json_t *object, const char *key);
int64_t call_revision(const json_t *object);
/* A change of nothing: answers with what is there. */
static inline bool
call_changes_nothing(const struct call *c)
{
	return json_object_size(c->body) == 0;
}
int call_unchanged(struct call *c, json_t *object);
/* If-Match may be absent when something is deleted. */
int call_may_delete(struct call *c, const json_t *object);

/* Who asks, as a new object. */
int call_caller_json(struct call *c, json_t **ret);

/* Answers. body is taken over; revision 0: no ETag. */
int call_answer(struct call *c, unsigned status, json_t *body, int64_t revision);
int call_answer_created(struct call *c, json_t *body, int64_t revision, const char *path);

/*
 * call_list.c: a page of a list. sql gives the columns, the first of which is what the list is
 * sorted by; its $1 is the last one of the page before ("" at first), $2 the number of rows; then
 * come the values (call_filter.h). Each item is given to finish, if there is one, to be completed.
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
 * call_audit.c: a row of the audit: what was done to which kind of object. before, after: NULL for
 * what was not there, or is no more; the caller keeps both. project: an id; NULL or "": none.
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

/* call_ring.c: to be rung once this is committed, a topic of bell.h. Rows of the audit ring by
 * themselves. */
void call_ring(struct call *c, const char *topic);
/* Likewise "host:ID": what it is to do was changed. */
void call_ring_host(struct call *c, const char *id);
/* Nothing is new for the host that asks: if it waits, that will ring. */
void call_wait_host(struct call *c);

/* call_may.c: what the path names is not there, or not for the caller, who cannot tell:
 * CALL_REFUSED. */
int call_hidden(struct call *c);
/* Whether the caller may do so with an object of that project ("": of none): 0 or CALL_REFUSED. */
int call_may(struct call *c, enum action action, const char *project);
/* call_find.c: the id of what a field names, by its name or id; a service is one of the call's
 * project. 0 or CALL_REFUSED. */
int call_project_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX]);
int call_site_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX]);
int call_host_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX]);
int call_service_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX]);
/* A new secret: its text, and the hash to be stored. */
int call_secret(
    struct call *c, enum token_kind kind, char text[TOKEN_TEXT_SIZE], char hash[TOKEN_HASH_SIZE]);

/*
 * Another request within this one, in its transaction and by its caller: as if it came by itself,
 * with all that its route asks for, and the response stands in this call's. body: borrowed, or
 * NULL. undo_of: the row of the audit log that it undoes, or NULL. As a handler gives it.
 */
int api_do_within(
    struct call *c, const struct api_request *request, json_t *body, const char *undo_of);

/*
 * session.c: who has signed in, by the cookie of the request: 0 (c->caller is filled, or stays
 * nobody), CALL_REFUSED for a change that another page may have sent, or an error.
 */
int call_find_session(struct call *c);
/* Whether the request comes from a page of ours, or of nobody: 0 or CALL_REFUSED. */
int call_check_origin(struct call *c);
/* The person whose token has that hash, in c->caller; nobody, if there is none. */
int call_find_person(struct call *c, const char *hash);
/* auth.c: who asks. 0 (nobody is a caller, too), CALL_REFUSED for a token that is none, or an
 * error. */
int call_authenticate(struct call *c);
/* idempotency.c: 0: go on; CALL_ANSWERED: the response is that of the first request. */
#define CALL_ANSWERED 1
int call_find_answer(struct call *c);
int call_keep_answer(struct call *c);
