/* Signing in and out, and what a session may. */
#include "ask.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/session.h"
#include "tap.h"

#define HOUR (INT64_C(3600) * 1000000000)

static struct asker a;
static char cookie[100], csrf[64];

static void
sign_in(enum who who)
{
	_cleanup_(freep) char *body = xasprintf("{'token': '%s'}", a.tokens[who]);

	ASK(&a, 200, NOBODY, "POST", "/api/v1/session", body);
	(void)snprintf(cookie, sizeof(cookie), "%.*s", (int)strcspn(a.response.set_cookie, ";"),
	    a.response.set_cookie);
	(void)snprintf(csrf, sizeof(csrf), "%s", said(&a, "csrf"));
}

/* Asks as the console does. */
static unsigned
by_session(const char *method, const char *path, const char *body)
{
	a.cookie = cookie;
	a.csrf = csrf;
	return ask(&a, NOBODY, method, path, body);
}

TEST(a_session_is_as_good_as_its_token)
{
	REQUIRE(asker_init(&a));
	sign_in(OPERATOR);
	CHECK_STR(said(&a, "name"), "op");
	CHECK_STR(said(&a, "role"), "operator");
	CHECK_STR(said(&a, "project"), "alpha");
	CHECK(str_starts_with(cookie, "nearcast=ncs_"));
	CHECK_INT(by_session("GET", "/api/v1/session", NULL), 200);
	CHECK_STR(said(&a, "csrf"), csrf);
	CHECK_INT(by_session("GET", "/api/v1/projects/alpha/global-ips", NULL), 200);
	CHECK_INT(strlen(a.response.session), 64); /* whose use is noted */
	CHECK(str_starts_with(a.response.token, "tok_"));
	CHECK_INT(by_session("GET", "/api/v1/projects/beta/global-ips", NULL), 404);
	CHECK_INT(by_session("GET", "/api/v1/tokens", NULL), 403);
	CHECK_INT(by_session("GET", "/api/v1/caller", NULL), 200);
	ASK(&a, 401, NOBODY, "GET", "/api/v1/session", NULL);
	asker_done(&a);
}

TEST(a_change_needs_what_only_our_page_knows)
{
	static const char body[] = "{'name': 'x'}";

	REQUIRE(asker_init(&a));
	sign_in(ADMIN);
	a.cookie = cookie;
	ASK(&a, 403, NOBODY, "POST", "/api/v1/projects", body);
	CHECK(strstr(said(&a, "detail"), "X-Nearcast-Csrf") != NULL);
	a.cookie = cookie;
	a.csrf = "AAAA";
	ASK(&a, 403, NOBODY, "POST", "/api/v1/projects", body);
	a.fetch_site = "cross-site";
	CHECK_INT(by_session("POST", "/api/v1/projects", body), 403);
	a.origin = "https://evil.example";
	CHECK_INT(by_session("POST", "/api/v1/projects", body), 403);
	a.cookie = cookie;
	ASK(&a, 403, NOBODY, "DELETE", "/api/v1/session", NULL);
	a.origin = "http://controller.example";
	a.fetch_site = "same-origin";
	CHECK_INT(by_session("POST", "/api/v1/projects", body), 201);
	/* a token says more than a cookie, and no page can send it by accident */
	a.cookie = cookie;
	ASK(&a, 403, VIEWER, "POST", "/api/v1/projects", body);
	CHECK(strstr(said(&a, "detail"), "role viewer") != NULL);
	asker_done(&a);
}

TEST(who_may_not_sign_in)
{
	REQUIRE(asker_init(&a));
	ASK(&a, 401, NOBODY, "POST", "/api/v1/session",
	    "{'token': 'nct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}");
	CHECK_STR(a.response.set_cookie, "");
	ASK(&a, 401, NOBODY, "POST", "/api/v1/session", "{'token': 'x'}");
	ASK(&a, 422, NOBODY, "POST", "/api/v1/session", "{}");
	CHECK_STR(said(&a, "errors.0.field"), "/token");
	ASK(&a, 422, NOBODY, "POST", "/api/v1/session", "{'token': ''}");
	a.fetch_site = "cross-site";
	ASK(&a, 403, NOBODY, "POST", "/api/v1/session", "{'token': 'x'}");
	asker_done(&a);
}

TEST(it_ends_with_its_token)
{
	_cleanup_(freep) char *path = NULL;

	REQUIRE(asker_init(&a));
	sign_in(OPERATOR);
	path = xasprintf("/api/v1/tokens/%s", said(&a, "id"));
	ASK(&a, 204, ADMIN, "DELETE", path, NULL);
	CHECK_INT(by_session("GET", "/api/v1/session", NULL), 401);
	CHECK_INT(by_session("GET", "/api/v1/projects/alpha/global-ips", NULL), 401);
	asker_done(&a);
}

TEST(it_ends_when_it_is_ended)
{
	REQUIRE(asker_init(&a));
	sign_in(OPERATOR);
	CHECK_INT(by_session("DELETE", "/api/v1/session", NULL), 204);
	CHECK_STR(a.response.set_cookie, "nearcast=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
	CHECK_INT(by_session("GET", "/api/v1/session", NULL), 401);
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=session", NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	CHECK_STR(said(&a, "items.0.action"), "sign-out");
	CHECK_STR(said(&a, "items.1.action"), "sign-in");
	asker_done(&a);
}

TEST(it_ends_when_nobody_uses_it)
{
	REQUIRE(asker_init(&a));
	sign_in(OPERATOR);
	a.now += HOUR - 1000000000;
	CHECK_INT(by_session("GET", "/api/v1/session", NULL), 200);
	/* nobody has written that: uses.c does, once a minute */
	a.now += 2 * INT64_C(1000000000);
	CHECK_INT(by_session("GET", "/api/v1/session", NULL), 401);
	asker_done(&a);
}

TEST(a_token_has_so_many)
{
	char first[sizeof(cookie)];

	REQUIRE(asker_init(&a));
	sign_in(OPERATOR);
	(void)snprintf(first, sizeof(first), "%s", cookie);
	for (int i = 1; i < SESSIONS_MAX; i++)
		sign_in(OPERATOR);
	a.cookie = first;
	ASK(&a, 200, NOBODY, "GET", "/api/v1/session", NULL);
	sign_in(OPERATOR);
	a.cookie = first;
	ASK(&a, 401, NOBODY, "GET", "/api/v1/session", NULL);
	CHECK_INT(by_session("GET", "/api/v1/session", NULL), 200);
	asker_done(&a);
}
