/*
 * Joining: an administrator makes a token that works once, for a site; whoever has it becomes a
 * host of that site and gets a credential of its own. A token that names a host that is there lets
 * that one join (again): its old credential ends.
 */
#include <string.h>

#include "controller/api_hosts.h"
#include "controller/handlers.h"

#define NS INT64_C(1000000000)

#define SELECT                                                                                     \
	"SELECT j.id, sites.name, projects.name, j.host_name, j.created_at, j.expires_at,"         \
	" j.used_at, hosts.name FROM join_tokens j JOIN sites ON sites.id = j.site"                \
	" LEFT JOIN projects ON projects.id = j.project LEFT JOIN hosts ON hosts.id = j.used_by"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "site", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "host", COLUMN_TEXT },
	{ "created_at", COLUMN_TIME },
	{ "expires_at", COLUMN_TIME },
	{ "used_at", COLUMN_TIME },
	{ "used_by", COLUMN_TEXT },
};

struct join_token {
	uint64_t given;
	const char *site, *project, *host;
	uint32_t expires_in;
};

#define AT(field) .offset = offsetof(struct join_token, field)
static const struct field create_fields[] = {
	{ .key = "site", .type = FIELD_NAME, AT(site), .flags = FIELD_REQUIRED },
	{ .key = "project", .type = FIELD_NAME, AT(project), .flags = FIELD_NULLABLE },
	{ .key = "host", .type = FIELD_NAME, AT(host), .flags = FIELD_NULLABLE },
	{ .key = "expires_in_seconds",
	    .type = FIELD_U32,
	    AT(expires_in),
	    .min = 60,
	    .max = INT64_C(30) * 86400 },
};
#undef AT
static const struct field_table create_table =
    FIELD_TABLE("a join token", struct join_token, create_fields);

struct join {
	uint64_t given;
	const char *token, *name, *version;
};

#define AT(field) .offset = offsetof(struct join, field)
static const struct field join_fields[] = {
	{ .key = "token", .type = FIELD_TEXT, AT(token), .max = 100, .flags = FIELD_REQUIRED },
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED },
	{ .key = "agent_version", .type = FIELD_TEXT, AT(version), .flags = FIELD_PASSED_ON, .max = 50 },
};
#undef AT
static const struct field_table join_table =
    FIELD_TABLE("a host that joins", struct join, join_fields);

static int
find(struct call *c, const char *id, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret, SELECT " WHERE j.id = $1",
	    VALUES(SQL_TEXT(id)), 1);

	if (r >= 0 && *ret == NULL)
		r = call_not_found(c, "join token", id);
	return r;
}

int
api_join_tokens_list(struct call *c)
{
	static const struct call_list list = { .sql =
						   SELECT " WHERE j.id > $1 ORDER BY j.id LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns) };

	return call_list(c, &list, NULL, 0);
}

/* "alpha", or "none" of a host that is every project's. */
static const char *
name_or_none(const struct store_rows *rows, size_t column)
{
	return store_is_null(rows, column) ? "none" : store_text(rows, column);
}

/*
 * A token for a host that is there is for it as it is: anything else could never be used. name: of
 * the host, which may be given by its id. site, project: ids; "": any.
 */
static int
check_host(struct call *c, const struct join_token *t, const char *site, const char *project,
    char name[NAME_MAX_BYTES + 1])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT h.name, h.site, sites.name, h.project, projects.name FROM hosts h"
	    " JOIN sites ON sites.id = h.site LEFT JOIN projects ON projects.id = h.project"
	    " WHERE h.name = $1 OR h.id = $1",
	    SQL_TEXT(t->host));

	(void)snprintf(name, NAME_MAX_BYTES + 1, "%s", t->host);
	if (r < 0 || !store_next(&rows))
		return r;
	(void)snprintf(name, NAME_MAX_BYTES + 1, "%s", store_text(&rows, 0));
	if (strcmp(site, store_text(&rows, 1)) != 0)
		return call_problem_field(c, "/site",
		    "is not the site of host %s, which is %s: the token could never be used", name,
		    store_text(&rows, 2));
	if (*project != '\0' &&
	    (store_is_null(&rows, 3) || strcmp(project, store_text(&rows, 3)) != 0))
		return call_problem_field(c, "/project",
		    "is not the project of host %s, which is %s: the token could never be used",
		    name, name_or_none(&rows, 4));
	return 0;
}

int
api_join_tokens_create(struct call *c)
{
	char id[STORE_ID_MAX], site[STORE_ID_MAX], project[STORE_ID_MAX] = "";
	char text[TOKEN_TEXT_SIZE], hash[TOKEN_HASH_SIZE], host[NAME_MAX_BYTES + 1] = "";
	struct join_token t = { .expires_in = 3600 };
	json_auto_t *after = NULL;
	int r = call_fields(c, &create_table, &t);

	if (r >= 0)
		r = call_site_id(c, "/site", t.site, site);
	if (r >= 0 && t.project != NULL)
		r = call_project_id(c, "/project", t.project, project);
	if (r >= 0 && t.host != NULL)
		r = check_host(c, &t, site, project, host);
	if (r >= 0)
		r = call_secret(c, TOKEN_JOIN, text, hash);
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO join_tokens (id, token_hash, site, project, host_name, created_by,"
		    " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		    SQL_TEXT(store_id("jn", c->request->now, id)), SQL_TEXT(hash), SQL_TEXT(site),
		    SQL_TEXT(call_id_or_null(project)), SQL_TEXT(call_id_or_null(host)),
		    SQL_TEXT(c->caller.id), SQL_INT(c->request->now),
		    SQL_INT(c->request->now + t.expires_in * NS));
	if (r >= 0)
		r = find(c, id, &after);
	if (r >= 0)
		r = call_audit(c, "create", "join-token", NULL, NULL, after);
	if (r < 0)
		return r;
	(void)json_object_set_new(after, "token", json_string(text));
	c->response->secret_key = "token";
	explicit_bzero(text, sizeof(text));
	return call_answer_created(c, json_incref(after), 0, "/api/v1/join-tokens");
}

int
api_join_token_delete(struct call *c)
{
	json_auto_t *before = NULL;
	int r = find(c, c->params[0], &before);

	if (r >= 0)
		r = call_audit(c, "delete", "join-token", NULL, before, NULL);
	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM join_tokens WHERE id = $1",
		    SQL_TEXT(c->params[0]));
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}

/* ---- a host joins ---- */

/* What a join token allows. */
struct permit {
	char id[STORE_ID_MAX], site[STORE_ID_MAX], project[STORE_ID_MAX];
	char host[NAME_MAX_BYTES + 1]; /* "": any */
};

static int
find_permit(struct call *c, const char *token, struct permit *p)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	char hash[TOKEN_HASH_SIZE];
	int r;

	token_hash(token, hash);
	r = store_query(c->store, &rows, c->e,
	    "SELECT id, site, project, host_name, used_at, expires_at FROM join_tokens"
	    " WHERE token_hash = $1",
	    SQL_TEXT(hash));
	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem_field(c, "/token", "is not known");
	if (!store_is_null(&rows, 4))
		return call_problem_field(c, "/token", "was used already: each works once");
	if (store_int(&rows, 5) <= c->request->now)
		return call_problem_field(c, "/token", "its time is over");
	(void)snprintf(p->id, sizeof(p->id), "%s", store_text(&rows, 0));
	(void)snprintf(p->site, sizeof(p->site), "%s", store_text(&rows, 1));
	(void)snprintf(p->project, sizeof(p->project), "%s",
	    store_is_null(&rows, 2) ? "" : store_text(&rows, 2));
	(void)snprintf(
	    p->host, sizeof(p->host), "%s", store_is_null(&rows, 3) ? "" : store_text(&rows, 3));
	return 0;
}

/* The host that is there already, and may join again; or a new one. */
static int
take_host(struct call *c, const struct permit *p, const char *name, char id[STORE_ID_MAX])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	if (p->host[0] != '\0' && strcmp(p->host, name) != 0)
		return call_problem_field(c, "/name", "the token is for another host");
	r = store_query(c->store, &rows, c->e,
	    "SELECT id, site, project FROM hosts WHERE name = $1", SQL_TEXT(name));
	if (r < 0)
		return r;
	if (!store_next(&rows))
		return hosts_insert(c, store_id("hst", c->request->now, id), name, p->site,
		    p->project[0] != '\0' ? p->project : NULL);
	if (p->host[0] == '\0')
		return call_problem_field(c, "/name",
		    "another host is called so; a token that names it lets it join again");
	if (strcmp(p->site, store_text(&rows, 1)) != 0)
		return call_problem_field(c, "/token", "is for another site than the host's");
	if (p->project[0] != '\0' &&
	    (store_is_null(&rows, 2) || strcmp(p->project, store_text(&rows, 2)) != 0))
		return call_problem_field(
		    c, "/token", "is for another project than the host's");
	(void)snprintf(id, STORE_ID_MAX, "%s", store_text(&rows, 0));
	return 0;
}

static int
give_credential(struct call *c, const struct permit *p, const struct join *j, const char *host,
    const char *hash)
{
	int r = store_do(c->store, c->e,
	    "UPDATE hosts SET credential_hash = $2, former_credential_hash = NULL,"
	    " former_credential_until = NULL, joined_at = $3, agent_version = $4,"
	    " revision = revision + 1 WHERE id = $1",
	    SQL_TEXT(host), SQL_TEXT(hash), SQL_INT(c->request->now), SQL_TEXT(j->version));

	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE join_tokens SET used_at = $2, used_by = $3 WHERE id = $1",
		    SQL_TEXT(p->id), SQL_INT(c->request->now), SQL_TEXT(host));
	return r < 0 ? r : 0;
}

int
api_join(struct call *c)
{
	char id[STORE_ID_MAX], text[TOKEN_TEXT_SIZE], hash[TOKEN_HASH_SIZE];
	json_auto_t *host = NULL;
	struct permit permit = { 0 };
	struct join j = { 0 };
	int r = call_fields(c, &join_table, &j);

	if (r >= 0)
		r = find_permit(c, j.token, &permit);
	if (r >= 0)
		r = take_host(c, &permit, j.name, id);
	if (r >= 0)
		r = call_secret(c, TOKEN_HOST, text, hash);
	if (r >= 0)
		r = give_credential(c, &permit, &j, id, hash);
	if (r >= 0)
		r = hosts_find(c, id, &host);
	if (r < 0)
		return r;
	/* from here on it is the host that acts */
	c->caller = (struct caller){ .role = ROLE_HOST };
	(void)snprintf(c->caller.id, sizeof(c->caller.id), "%s", id);
	(void)snprintf(c->caller.name, sizeof(c->caller.name), "%s", j.name);
	r = call_audit(c, "join", "host", NULL, NULL, host);
	if (r < 0)
		return r;
	r = call_answer(c, 201,
	    json_pack("{s:s, s:s, s:O, s:s}", "id", id, "name", j.name, "site",
		json_object_get(host, "site"), "credential", text),
	    0);
	c->response->secret_key = "credential";
	explicit_bzero(text, sizeof(text));
	return r;
}
