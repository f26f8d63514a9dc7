/* Whose token it is. Nobody is asked for a token here: what nobody may do, is the route's affair.
 */
#include <string.h>

#include "controller/call.h"
#include "controller/routes.h"
#include "controller/scope.h"
#include "proto/http/fields.h"

/* The token of the request's headers; NULL: there is none. X-Auth-Token is the provider's way. */
static const char *
token_of(const struct api_request *request)
{
	const char *text;

	if (request->authorization == NULL)
		return request->auth_token;
	text = http_bearer_token(request->authorization);
	return text != NULL ? text : "";
}

static void
copy(char *to, size_t size, const char *text)
{
	(void)snprintf(to, size, "%s", text != NULL ? text : "");
}

int
call_find_person(struct call *c, const char *hash)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT id, name, role, project FROM tokens WHERE token_hash = $1"
	    " AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
	    SQL_TEXT(hash), SQL_INT(c->request->now));

	if (r < 0 || !store_next(&rows))
		return r;
	copy(c->caller.id, sizeof(c->caller.id), store_text(&rows, 0));
	copy(c->caller.name, sizeof(c->caller.name), store_text(&rows, 1));
	copy(c->caller.project, sizeof(c->caller.project), store_text(&rows, 3));
	(void)role_parse(store_text(&rows, 2), &c->caller.role);
	return 0;
}

#define OF_CREDENTIAL                                                                              \
	" FROM hosts h WHERE h.credential_hash = $1"                                               \
	" OR (h.former_credential_hash = $1 AND h.former_credential_until > $2)"

/* Transactions that write do not ask for the latter: they would collide with who changes that. */
static const char host_sql[] = "SELECT h.id, h.name, h.project" OF_CREDENTIAL;
static const char host_desired_sql[] =
    "SELECT h.id, h.name, h.project, h.site, h.desired_revision, " SCOPE_NUMBER OF_CREDENTIAL;

static void
take_desired(struct caller_host *host, const struct store_rows *rows)
{
	copy(host->site, sizeof(host->site), store_text(rows, 3));
	host->revision = store_int(rows, 4);
	host->number = store_int(rows, 5);
}

static int
find_host(struct call *c, const char *hash)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	bool desired = c->route->flags & ROUTE_DESIRED;
	int r = store_query(c->store, &rows, c->e, desired ? host_desired_sql : host_sql,
	    SQL_TEXT(hash), SQL_INT(c->request->now));

	if (r < 0 || !store_next(&rows))
		return r;
	copy(c->caller.id, sizeof(c->caller.id), store_text(&rows, 0));
	copy(c->caller.name, sizeof(c->caller.name), store_text(&rows, 1));
	copy(c->caller.project, sizeof(c->caller.project), store_text(&rows, 2));
	c->caller.role = ROLE_HOST;
	if (desired)
		take_desired(&c->caller.host, &rows);
	return 0;
}

int
call_authenticate(struct call *c)
{
	const char *text = token_of(c->request);
	char hash[TOKEN_HASH_SIZE];
	enum token_kind kind;
	int r = 0;

	c->caller = (struct caller){ .role = ROLE_NONE };
	if (c->request->is_own) {
		c->caller.role = ROLE_ADMINISTRATOR;
		copy(c->caller.name, sizeof(c->caller.name), "nearcast-controller");
		return 0;
	}
	if (text == NULL)
		return c->request->cookie != NULL ? call_find_session(c) : 0;
	if (token_read(text, &kind)) {
		token_hash(text, hash);
		if (kind == TOKEN_PERSON)
			r = call_find_person(c, hash);
		else if (kind == TOKEN_HOST)
			r = find_host(c, hash);
	}
	if (r < 0)
		return r;
	if (c->caller.role == ROLE_NONE)
		return call_problem_about(c, PROBLEM_UNKNOWN_CALLER,
		    c->request->authorization != NULL ? "Authorization" : "X-Auth-Token",
		    "the token is not known, or revoked, or its time is over");
	return 0;
}
