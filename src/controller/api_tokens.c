/* Tokens of people and their tools: made, seen without their secret, revoked. */
#include <string.h>

#include "controller/handlers.h"

#define NS INT64_C(1000000000)

#define SELECT                                                                                     \
	"SELECT tokens.id, tokens.name, tokens.role, projects.name, tokens.created_at,"            \
	" tokens.expires_at, tokens.last_used_at, tokens.revoked_at, tokens.revision"              \
	" FROM tokens LEFT JOIN projects ON projects.id = tokens.project"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "role", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "created_at", COLUMN_TIME },
	{ "expires_at", COLUMN_TIME },
	{ "last_used_at", COLUMN_TIME },
	{ "revoked_at", COLUMN_TIME },
	{ "revision", COLUMN_INT },
};

struct token {
	uint64_t given;
	const char *name, *project;
	int role;
	uint32_t expires_in;
};

/* as enum role, from ROLE_VIEWER on */
static const char *const role_names[] = { "viewer", "operator", "administrator", NULL };

#define AT(field) .offset = offsetof(struct token, field)
static const struct field create_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED },
	{ .key = "role",
	    .type = FIELD_ENUM,
	    AT(role),
	    .names = role_names,
	    .flags = FIELD_REQUIRED },
	{ .key = "project", .type = FIELD_NAME, AT(project), .flags = FIELD_NULLABLE },
	{ .key = "expires_in_seconds",
	    .type = FIELD_U32,
	    AT(expires_in),
	    .min = 60,
	    .max = INT64_C(3650) * 86400 },
};
#undef AT
static const struct field_table create_table = FIELD_TABLE("a token", struct token, create_fields);

static int
find(struct call *c, const char *id, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret, SELECT " WHERE tokens.id = $1",
	    VALUES(SQL_TEXT(id)), 1);

	if (r >= 0 && *ret == NULL)
		r = call_not_found(c, "token", id);
	return r;
}

int
api_tokens_list(struct call *c)
{
	static const struct call_list list = { .sql = SELECT
					       " WHERE tokens.id > $1 ORDER BY tokens.id LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns) };

	return call_list(c, &list, NULL, 0);
}

static int
check(struct call *c, const struct token *t, char project[STORE_ID_MAX])
{
	enum role role = ROLE_VIEWER + (enum role)t->role;

	project[0] = '\0';
	if (role == ROLE_OPERATOR && t->project == NULL)
		return call_problem_field(
		    c, "/project", "is missing: an operator works in one project");
	if (role == ROLE_ADMINISTRATOR && t->project != NULL)
		return call_problem_field(c, "/project", "an administrator is of no project");
	return t->project == NULL ? 0 : call_project_id(c, "/project", t->project, project);
}

/*
 * A name is one valid token's of a project, or of none, so that it says which one is meant. In a
 * store of former times some may share theirs: they stay as they are, and are told apart by id.
 */
static int
check_name(struct call *c, const struct token *t, const char *project)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT id FROM tokens WHERE name = $1 AND COALESCE(project, '') = $2"
	    " AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3) LIMIT 1",
	    SQL_TEXT(t->name), SQL_TEXT(project), SQL_INT(c->request->now));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	return call_problem_about(c, PROBLEM_CONFLICT, "/name",
	    "another valid token %s is called so (%s): revoke that one, or take another name",
	    *project != '\0' ? "of the project" : "of no project", store_text(&rows, 0));
}

static int
insert(struct call *c, const struct token *t, const char *project, const char *id, const char *hash)
{
	int64_t now = c->request->now;

	return store_do(c->store, c->e,
	    "INSERT INTO tokens (id, name, token_hash, role, project, created_by, created_at, "
	    "expires_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	    SQL_TEXT(id), SQL_TEXT(t->name), SQL_TEXT(hash), SQL_TEXT(role_names[t->role]),
	    SQL_TEXT(project[0] != '\0' ? project : NULL),
	    SQL_TEXT(c->caller.id[0] != '\0' ? c->caller.id : NULL), SQL_INT(now),
	    t->expires_in > 0 ? SQL_INT(now + t->expires_in * NS) : SQL_INT_NULL);
}

int
api_tokens_create(struct call *c)
{
	char id[STORE_ID_MAX], project[STORE_ID_MAX], text[TOKEN_TEXT_SIZE], hash[TOKEN_HASH_SIZE];
	json_auto_t *after = NULL;
	struct token t = { 0 };
	int r = call_fields(c, &create_table, &t);

	if (r >= 0)
		r = check(c, &t, project);
	if (r >= 0)
		r = check_name(c, &t, project);
	if (r >= 0)
		r = call_secret(c, TOKEN_PERSON, text, hash);
	if (r >= 0)
		r = insert(c, &t, project, store_id("tok", c->request->now, id), hash);
	if (r >= 0)
		r = find(c, id, &after);
	if (r >= 0)
		r = call_audit(c, "create", "token", NULL, NULL, after);
	if (r < 0)
		return r;
	(void)json_object_set_new(after, "token", json_string(text));
	c->response->secret_key = "token";
	explicit_bzero(text, sizeof(text));
	return call_answer_created(c, json_incref(after), 1, "/api/v1/tokens");
}

int
api_token_get(struct call *c)
{
	json_t *token;
	int r = find(c, c->params[0], &token);

	return r < 0 ? r : call_answer(c, 200, token, call_revision(token));
}

/* Somebody has to be left who can make tokens. */
static int
check_others(struct call *c, const json_t *token)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	if (strcmp(call_text(token, "role"), "administrator") != 0)
		return 0;
	r = store_query(c->store, &rows, c->e,
	    "SELECT 1 FROM tokens WHERE role = 'administrator' AND id <> $1 AND revoked_at IS NULL"
	    " AND expires_at IS NULL LIMIT 1",
	    SQL_TEXT(call_text(token, "id")));
	if (r < 0 || store_next(&rows))
		return r < 0 ? r : 0;
	return call_problem(c, PROBLEM_CONFLICT,
	    "no other administrator's token would be left that does not expire: make one first");
}

int
api_token_revoke(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	int r = find(c, c->params[0], &before);

	if (r >= 0)
		r = call_may_delete(c, before);
	if (r >= 0 && call_text(before, "revoked_at") != NULL)
		return call_answer(c, 204, NULL, 0);
	if (r >= 0)
		r = check_others(c, before);
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE tokens SET revoked_at = $2, revision = revision + 1 WHERE id = $1",
		    SQL_TEXT(c->params[0]), SQL_INT(c->request->now));
	if (r >= 0)
		r = find(c, c->params[0], &after);
	if (r >= 0)
		r = call_audit(c, "revoke", "token", NULL, before, after);
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}

/* ---- without a caller ---- */

struct first {
	struct call call;
	struct api_request request;
	struct api_response response;
	const char *name;
	char *text;
};

static int
make_administrator(struct store *store, void *arg, struct err *e)
{
	struct first *f = arg;
	struct token t = { .name = f->name, .role = ROLE_ADMINISTRATOR - ROLE_VIEWER };
	char id[STORE_ID_MAX], hash[TOKEN_HASH_SIZE];
	json_auto_t *after = NULL;
	int r;

	api_response_done(&f->response);
	f->call = (struct call){
		.request = &f->request, .response = &f->response, .store = store, .e = e
	};
	(void)snprintf(f->call.caller.name, sizeof(f->call.caller.name), "nearcast-controller");
	r = check_name(&f->call, &t, "");
	if (r == CALL_REFUSED)
		return err_set(e, r,
		    "another valid token of no project is called \"%s\": revoke that one, or take "
		    "another name",
		    f->name);
	if (r >= 0)
		r = call_secret(&f->call, TOKEN_PERSON, f->text, hash);
	if (r >= 0)
		r = insert(&f->call, &t, "", store_id("tok", f->request.now, id), hash);
	if (r >= 0)
		r = find(&f->call, id, &after);
	return r < 0 ? r : call_audit(&f->call, "create", "token", NULL, NULL, after);
}

int
api_make_administrator(
    struct store *store, const char *name, int64_t now, char text[static 48], struct err *e)
{
	struct first f = { .request = { .now = now }, .name = name, .text = text };
	int r;

	_Static_assert(TOKEN_TEXT_SIZE == 48, "");
	if (!field_name_is_valid(name, NAME_MAX_BYTES))
		return err_set(e, -EINVAL,
		    "\"%.80s\" is no name of a token; expected 1 to %d letters, digits, \"-\", "
		    "\"_\" and \".\", a letter or digit first",
		    name, NAME_MAX_BYTES);
	r = store_transaction(store, make_administrator, &f, e);
	api_response_done(&f.response);
	return r;
}
