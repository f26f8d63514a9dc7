/* Signing in to the console, and out: sessions in the store. The rules are session.h's. */
#include "controller/session.h"

#include <string.h>

#include "controller/handlers.h"
#include "controller/routes.h"

struct sign_in {
	uint64_t given;
	const char *token;
};

#define AT(field) .offset = offsetof(struct sign_in, field)
static const struct field fields[] = {
	{ .key = "token", .type = FIELD_TEXT, AT(token), .min = 1, .flags = FIELD_REQUIRED },
};
#undef AT
static const struct field_table table = FIELD_TABLE("a session", struct sign_in, fields);

/* ---- who asks ---- */

int
call_check_origin(struct call *c)
{
	const struct api_request *q = c->request;

	if (session_origin_is_ours(q->fetch_site, q->origin, q->host))
		return 0;
	return call_problem_about(c, PROBLEM_OTHER_PAGE,
	    session_origin_is_ours(q->fetch_site, NULL, NULL) ? "Origin" : "Sec-Fetch-Site",
	    "the browser says that another site's page sends this (Sec-Fetch-Site, Origin)");
}

/* The hash of its token, when it goes on; else "". */
static int
find_session(struct call *c, const char *hash, char token[TOKEN_HASH_SIZE])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT tokens.token_hash, sessions.expires_at, sessions.seen_at FROM sessions"
	    " JOIN tokens ON tokens.id = sessions.token WHERE sessions.session_hash = $1",
	    SQL_TEXT(hash));

	token[0] = '\0';
	if (r >= 0 && store_next(&rows) &&
	    session_goes_on(store_int(&rows, 1), store_int(&rows, 2), c->request->now))
		(void)snprintf(token, TOKEN_HASH_SIZE, "%s", store_text(&rows, 0));
	return r;
}

/* What a page of another site could have sent. */
static int
check_change(struct call *c, const char *text)
{
	int r;

	if (strcmp(c->request->method, "GET") == 0)
		return 0;
	r = call_check_origin(c);
	if (r < 0 || session_csrf_is(text, c->request->csrf))
		return r;
	return call_problem_about(c, PROBLEM_OTHER_PAGE, "X-Nearcast-Csrf",
	    "a change by the console needs X-Nearcast-Csrf with what GET /api/v1/session gives");
}

int
call_find_session(struct call *c)
{
	char text[TOKEN_TEXT_SIZE], hash[TOKEN_HASH_SIZE], token[TOKEN_HASH_SIZE];
	int r;

	if (c->route->handle == api_session_begin ||
	    !session_read_cookie(c->request->cookie, c->request->is_tls, text))
		return 0;
	token_hash(text, hash);
	r = find_session(c, hash, token);
	if (r >= 0 && token[0] != '\0')
		r = call_find_person(c, token);
	if (r >= 0 && c->caller.role != ROLE_NONE) {
		(void)snprintf(c->caller.session, sizeof(c->caller.session), "%s", hash);
		r = check_change(c, text);
	}
	explicit_bzero(text, sizeof(text));
	return r;
}

/* ---- handlers ---- */

/* Answers with who has signed in, and what his page needs. */
static int
answer(struct call *c, const char *text, int64_t expires_at)
{
	char csrf[SESSION_CSRF_SIZE], time[TIME_TEXT_SIZE];
	json_t *body;
	int r = call_caller_json(c, &body);

	if (r < 0)
		return r;
	session_csrf(text, csrf);
	(void)json_object_set_new(body, "csrf", json_string(csrf));
	(void)json_object_set_new(body, "expires_at", json_string(time_text(expires_at, time)));
	c->response->secret_key = "csrf";
	return call_answer(c, 200, body, 0);
}

static int
audit(struct call *c, const char *action)
{
	json_auto_t *token = json_pack("{s:s, s:s}", "id", c->caller.id, "name", c->caller.name);

	return call_audit_of(c, action, "session", token, NULL, NULL);
}

/* What is over, and what the token has too many of. */
static int
forget_old(struct call *c)
{
	int r =
	    store_do(c->store, c->e, "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2",
		SQL_INT(c->request->now), SQL_INT(c->request->now - SESSION_IDLE.ns));

	return r < 0 ? r
		     : store_do(c->store, c->e,
			   "DELETE FROM sessions WHERE session_hash IN"
			   " (SELECT session_hash FROM sessions WHERE token = $1"
			   " ORDER BY created_at DESC, session_hash LIMIT 1000000 OFFSET $2)",
			   SQL_TEXT(c->caller.id), SQL_INT(SESSIONS_MAX - 1));
}

static int
make(struct call *c, char text[TOKEN_TEXT_SIZE], int64_t *expires_at)
{
	char hash[TOKEN_HASH_SIZE];
	int r = forget_old(c);

	*expires_at = c->request->now + SESSION_LIFE.ns;
	if (r >= 0)
		r = call_secret(c, TOKEN_SESSION, text, hash);
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO sessions (session_hash, token, created_at, expires_at, seen_at)"
		    " VALUES ($1, $2, $3, $4, $3)",
		    SQL_TEXT(hash), SQL_TEXT(c->caller.id), SQL_INT(c->request->now),
		    SQL_INT(*expires_at));
	return r;
}

int
api_session_begin(struct call *c)
{
	char text[TOKEN_TEXT_SIZE], hash[TOKEN_HASH_SIZE];
	enum token_kind kind = TOKEN_HOST;
	struct sign_in s = { 0 };
	int64_t expires_at;
	int r = call_check_origin(c);

	if (r >= 0)
		r = call_fields(c, &table, &s);
	if (r < 0)
		return r;
	c->caller = (struct caller){ .role = ROLE_NONE };
	token_hash(s.token, hash);
	if (token_read(s.token, &kind) && kind == TOKEN_PERSON)
		r = call_find_person(c, hash);
	if (r >= 0 && c->caller.role == ROLE_NONE)
		return call_problem_about(c, PROBLEM_UNKNOWN_CALLER, "/token",
		    "the token is not known, or revoked, or its time is over");
	if (r >= 0)
		r = make(c, text, &expires_at);
	if (r >= 0)
		r = audit(c, "sign-in");
	if (r < 0)
		return r;
	session_write_cookie(
	    text, c->request->is_tls, c->response->set_cookie, sizeof(c->response->set_cookie));
	r = answer(c, text, expires_at);
	explicit_bzero(text, sizeof(text));
	return r;
}

/* Who has no session is told to sign in. */
static int
need_session(struct call *c, char text[TOKEN_TEXT_SIZE])
{
	if (c->caller.session[0] != '\0' &&
	    session_read_cookie(c->request->cookie, c->request->is_tls, text))
		return 0;
	return call_problem_about(c, PROBLEM_UNKNOWN_CALLER, "Cookie",
	    "there is no session, or it is over: POST /api/v1/session with a token begins one");
}

int
api_session_get(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	char text[TOKEN_TEXT_SIZE];
	int r = need_session(c, text);

	if (r >= 0)
		r = store_query(c->store, &rows, c->e,
		    "SELECT expires_at FROM sessions WHERE session_hash = $1",
		    SQL_TEXT(c->caller.session));
	if (r < 0 || !store_next(&rows))
		return r;
	r = answer(c, text, store_int(&rows, 0));
	explicit_bzero(text, sizeof(text));
	return r;
}

int
api_session_end(struct call *c)
{
	char text[TOKEN_TEXT_SIZE];
	int r = need_session(c, text);

	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM sessions WHERE session_hash = $1",
		    SQL_TEXT(c->caller.session));
	if (r >= 0)
		r = audit(c, "sign-out");
	if (r < 0)
		return r;
	session_write_cookie(
	    "", c->request->is_tls, c->response->set_cookie, sizeof(c->response->set_cookie));
	return call_answer(c, 204, NULL, 0);
}
