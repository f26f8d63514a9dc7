#include "controller/call.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "controller/cursor.h"
#include "proto/http/fields.h"

#define PAGE_USUAL 100
#define PAGE_MAX 1000

int
call_problem_fields(struct call *c, enum problem problem, json_t *errors, const char *detail)
{
	struct api_response *r = c->response;

	json_decref(r->body);
	r->status = problem_status(problem);
	r->is_problem = true;
	r->body = problem_document(problem, detail, errors);
	if (problem == PROBLEM_STORE || problem == PROBLEM_OUTCOME_UNKNOWN)
		r->retry_after = 1;
	return CALL_REFUSED;
}

int
call_problem(struct call *c, enum problem problem, const char *fmt, ...)
{
	char detail[512];
	va_list ap;

	va_start(ap, fmt);
	utf8_vformat(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	return call_problem_fields(c, problem, NULL, detail);
}

int
call_problem_field(struct call *c, const char *pointer, const char *fmt, ...)
{
	json_t *errors = json_array();
	char detail[512];
	va_list ap;

	va_start(ap, fmt);
	utf8_vformat(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	field_error(errors, pointer, "%s", detail);
	return call_problem_fields(c, PROBLEM_FIELDS, errors, detail);
}

int
call_not_found(struct call *c, const char *what, const char *name)
{
	return call_problem(c, PROBLEM_NOT_FOUND, "there is no %s \"%.80s\"", what, name);
}

/* "/legs: expected 2 to 8", and how many more. */
static char *
summary_of(const json_t *errors)
{
	const json_t *first = json_array_get(errors, 0);
	const char *field = json_string_value(json_object_get(first, "field"));
	const char *detail = json_string_value(json_object_get(first, "detail"));
	size_t more = json_array_size(errors) - 1;

	if (more > 0)
		return xasprintf("%s%s%s; and %zu more", field, *field ? ": " : "", detail, more);
	return xasprintf("%s%s%s", field, *field ? ": " : "", detail);
}

int
call_problem_errors(struct call *c, json_t *errors)
{
	_cleanup_(freep) char *detail = summary_of(errors);

	return call_problem_fields(c, PROBLEM_FIELDS, errors, detail);
}

int
call_fields(struct call *c, const struct field_table *table, void *object)
{
	json_t *errors = json_array();

	if (fields_read(table, c->body, object, errors)) {
		json_decref(errors);
		return 0;
	}
	return call_problem_errors(c, errors);
}

const char *
call_query(const struct call *c, const char *name)
{
	for (size_t i = 0; i < c->request->query_count; i++) {
		if (strcmp(c->request->query[i].name, name) == 0)
			return c->request->query[i].value;
	}
	return NULL;
}

/* The tag of an object is its revision. */
static void
write_etag(int64_t revision, char etag[32])
{
	(void)snprintf(etag, 32, "\"%" PRId64 "\"", revision);
}

int
call_if_match(struct call *c, int64_t revision)
{
	char etag[32];

	if (c->request->if_match == NULL)
		return call_problem(c, PROBLEM_IF_MATCH,
		    "If-Match with the ETag of what was read, or *, says what is to be changed");
	write_etag(revision, etag);
	if (!http_etag_is_listed(c->request->if_match, etag, false))
		return call_problem(
		    c, PROBLEM_CHANGED, "it is at revision %" PRId64 " now", revision);
	return 0;
}

const char *
call_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int64_t
call_revision(const json_t *object)
{
	return json_integer_value(json_object_get(object, "revision"));
}

int
call_may_delete(struct call *c, const json_t *object)
{
	return c->request->if_match == NULL ? 0 : call_if_match(c, call_revision(object));
}

int
call_answer(struct call *c, unsigned status, json_t *body, int64_t revision)
{
	struct api_response *r = c->response;

	json_decref(r->body);
	r->status = status;
	r->body = body;
	if (revision == 0)
		return 0;
	write_etag(revision, r->etag);
	if (status == 200 && strcmp(c->request->method, "GET") == 0 &&
	    c->request->if_none_match != NULL &&
	    http_etag_is_listed(c->request->if_none_match, r->etag, true)) {
		r->status = 304;
		json_decref(r->body);
		r->body = NULL;
	}
	return 0;
}

int
call_answer_created(struct call *c, json_t *body, int64_t revision, const char *path)
{
	utf8_format(c->response->location, sizeof(c->response->location), "%s/%s", path,
	    json_string_value(json_object_get(body, "id")));
	return call_answer(c, 201, body, revision);
}

/* ---- lists ---- */

static int
read_limit(struct call *c, int64_t *ret)
{
	const char *text = call_query(c, "limit");
	uint32_t n;

	*ret = PAGE_USUAL;
	if (text == NULL)
		return 0;
	if (parse_u32(text, PAGE_MAX, &n) < 0 || n == 0)
		return call_problem(c, PROBLEM_QUERY, "limit: expected 1 to %d", PAGE_MAX);
	*ret = n;
	return 0;
}

static int
read_cursor(struct call *c, const char *first, char key[CURSOR_KEY_MAX + 1])
{
	const char *text = call_query(c, "cursor");

	(void)snprintf(key, CURSOR_KEY_MAX + 1, "%s", first);
	if (text != NULL && !cursor_read(text, key))
		return call_problem(
		    c, PROBLEM_QUERY, "cursor: expected the \"next\" of a page before");
	return 0;
}

int
call_list(struct call *c, const struct call_list *list, const struct store_value *values, size_t n)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct store_value all[8];
	char key[CURSOR_KEY_MAX + 1], cursor[CURSOR_SIZE] = "";
	json_auto_t *items = json_array();
	int64_t limit;
	int r;

	r = read_limit(c, &limit);
	if (r == 0)
		r = read_cursor(c, list->first != NULL ? list->first : "", key);
	if (r < 0)
		return r;
	all[0] = SQL_TEXT(key);
	all[1] = SQL_INT(limit + 1);
	for (size_t i = 0; i < n; i++)
		all[2 + i] = values[i];
	r = store_query_values(c->store, &rows, c->e, list->sql, all, n + 2);
	while (r >= 0 && store_next(&rows)) {
		json_t *item;

		if ((int64_t)json_array_size(items) == limit) {
			cursor_write(key, cursor);
			break;
		}
		(void)snprintf(key, sizeof(key), "%s", store_text(&rows, 0));
		item = columns_json(&rows, list->columns, list->column_count);
		(void)json_array_append_new(items, item);
		if (list->finish != NULL)
			r = list->finish(c, item);
	}
	if (r < 0)
		return r;
	return call_answer(c, 200,
	    json_pack("{s:O, s:s?}", "items", items, "next", cursor[0] != '\0' ? cursor : NULL), 0);
}

int
call_object(struct call *c, const struct column *columns, size_t column_count, json_t **ret,
    const char *sql, const struct store_value *values, size_t n)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query_values(c->store, &rows, c->e, sql, values, n);

	*ret = r >= 0 && store_next(&rows) ? columns_json(&rows, columns, column_count) : NULL;
	return r < 0 ? r : 0;
}

/* ---- audit, rights, secrets ---- */

static char *
dump(const json_t *value)
{
	return value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
}

static const char *
actor_kind(const struct call *c)
{
	if (c->caller.role == ROLE_HOST)
		return "host";
	return c->caller.role == ROLE_NONE ? "controller" : "token";
}

/* What people call it. */
static const char *
name_of(const json_t *object)
{
	static const char *const keys[] = { "name", "prefix", "id" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (call_text(object, keys[i]) != NULL)
			return call_text(object, keys[i]);
	}
	return "";
}

struct audited {
	const char *action, *kind, *project, *reason;
	const json_t *object, *before, *after;
};

static int
audit(struct call *c, const struct audited *a)
{
	_cleanup_(freep) char *before = dump(a->before), *after = dump(a->after);
	char id[STORE_ID_MAX], peer[IP_STR_MAX] = "";
	int r;

	if (c->request->peer.family != IP_NONE)
		(void)ip_format(c->request->peer, peer);
	r = store_do(c->store, c->e,
	    "INSERT INTO audit (id, at, actor_kind, actor, actor_name, source_address, project, "
	    "action,"
	    " object_kind, object, object_name, value_before, value_after, override_reason)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
	    SQL_TEXT(store_id("aud", c->request->now, id)), SQL_INT(c->request->now),
	    SQL_TEXT(actor_kind(c)), SQL_TEXT(c->caller.id[0] != '\0' ? c->caller.id : NULL),
	    SQL_TEXT(c->caller.name), SQL_TEXT(peer[0] != '\0' ? peer : NULL),
	    SQL_TEXT(a->project != NULL && *a->project != '\0' ? a->project : NULL),
	    SQL_TEXT(a->action), SQL_TEXT(a->kind), SQL_TEXT(call_text(a->object, "id")),
	    SQL_TEXT(name_of(a->object)), SQL_TEXT(before), SQL_TEXT(after), SQL_TEXT(a->reason));
	return r < 0 ? r : 0;
}

int
call_audit(struct call *c, const char *action, const char *kind, const char *project,
    const json_t *before, const json_t *after)
{
	return audit(c, &(struct audited){ .action = action,
			    .kind = kind,
			    .project = project,
			    .object = after != NULL ? after : before,
			    .before = before,
			    .after = after });
}

int
call_audit_of(struct call *c, const char *action, const char *kind, const json_t *object,
    const json_t *before, const json_t *after)
{
	return audit(c, &(struct audited){ .action = action,
			    .kind = kind,
			    .object = object,
			    .before = before,
			    .after = after });
}

int
call_audit_override(struct call *c, const char *action, const char *kind, const char *reason,
    const json_t *before, const json_t *after)
{
	return audit(c, &(struct audited){ .action = action,
			    .kind = kind,
			    .project = c->project,
			    .reason = reason,
			    .object = after != NULL ? after : before,
			    .before = before,
			    .after = after });
}

int
call_may(struct call *c, enum action action, const char *project)
{
	enum belongs belongs = BELONGS_OTHER;

	/* a token for no project in particular is for all */
	if (c->caller.project[0] == '\0' && c->caller.role >= ROLE_VIEWER)
		belongs = BELONGS_OWN;
	else if (*project == '\0')
		belongs = BELONGS_NOBODY;
	else if (strcmp(project, c->caller.project) == 0)
		belongs = BELONGS_OWN;
	switch (role_may(c->caller.role, action, belongs)) {
	case ROLE_ALLOWED:
		return 0;
	case ROLE_UNKNOWN_CALLER:
		return call_problem(
		    c, PROBLEM_UNKNOWN_CALLER, "Authorization: Bearer and a token are needed");
	case ROLE_HIDDEN:
		return call_problem(c, PROBLEM_NOT_FOUND, "there is no such project");
	case ROLE_FORBIDDEN:
		break;
	}
	return call_problem(
	    c, PROBLEM_FORBIDDEN, "role %s does not allow this", role_name(c->caller.role));
}

static int
find_id(struct call *c, const char *sql, const char *what, const char *pointer, const char *name,
    char id[STORE_ID_MAX])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query_values(c->store, &rows, c->e, sql, VALUES(SQL_TEXT(name)), 1);

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem_field(c, pointer, "there is no %s \"%s\"", what, name);
	(void)snprintf(id, STORE_ID_MAX, "%s", store_text(&rows, 0));
	return 0;
}

int
call_project_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX])
{
	return find_id(
	    c, "SELECT id FROM projects WHERE id = $1 OR name = $1", "project", pointer, name, id);
}

int
call_site_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX])
{
	return find_id(
	    c, "SELECT id FROM sites WHERE id = $1 OR name = $1", "site", pointer, name, id);
}

int
call_secret(
    struct call *c, enum token_kind kind, char text[TOKEN_TEXT_SIZE], char hash[TOKEN_HASH_SIZE])
{
	uint8_t secret[TOKEN_SECRET_BYTES];

	if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
		return err_set(c->e, STORE_OTHER, "no random bytes");
	token_write(kind, secret, text);
	token_hash(text, hash);
	explicit_bzero(secret, sizeof(secret));
	return 0;
}
