/* Cookies, what a page has to know, and whose page it is. */
#include "controller/session.h"

#include "base/attr.h"
#include "tap.h"

#define SECRET "ncs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

TEST(a_cookie_comes_back)
{
	char set[200], text[TOKEN_TEXT_SIZE];

	session_write_cookie(SECRET, true, set, sizeof(set));
	CHECK_STR(set,
	    "__Host-nearcast=" SECRET "; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure");
	session_write_cookie("", false, set, sizeof(set));
	CHECK_STR(set, "nearcast=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
	CHECK(session_read_cookie("a=b; nearcast=" SECRET "; c=d", false, text));
	CHECK_STR(text, SECRET);
	CHECK(session_read_cookie("__Host-nearcast=" SECRET, true, text));
}

TEST(what_is_no_cookie_of_ours)
{
	static const char *const headers[] = { "", "nearcast", "nearcast=", "nearcast=x",
		"anearcast=" SECRET, "nearcast=" SECRET "A", "nearcast =" SECRET,
		"__Host-nearcast=" SECRET, "NEARCAST=" SECRET,
		"nearcast=nct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		/* somebody else has set one for a wider path or domain */
		"nearcast=" SECRET "; nearcast=" SECRET };
	char text[TOKEN_TEXT_SIZE];

	CHECK(!session_read_cookie(NULL, false, text));
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		if (session_read_cookie(headers[i], false, text))
			tap_fail(__FILE__, __LINE__, "taken: %s", headers[i]);
	}
	/* one that came in clear may have been set by anybody on the way */
	CHECK(!session_read_cookie("nearcast=" SECRET, true, text));
}

TEST(csrf_follows_from_the_secret)
{
	char csrf[SESSION_CSRF_SIZE], other[SESSION_CSRF_SIZE];

	session_csrf(SECRET, csrf);
	CHECK(session_csrf_is(SECRET, csrf));
	CHECK(!session_csrf_is(SECRET, NULL));
	CHECK(!session_csrf_is(SECRET, ""));
	CHECK(!session_csrf_is(SECRET, SECRET));
	session_csrf("ncs_BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", other);
	CHECK(strcmp(csrf, other) != 0);
	CHECK(!session_csrf_is(SECRET, other));
}

TEST(whose_page_it_is)
{
	CHECK(session_origin_is_ours(NULL, NULL, "c.example"));
	CHECK(session_origin_is_ours("same-origin", "https://c.example", "c.example"));
	CHECK(session_origin_is_ours(NULL, "http://127.0.0.1:8179", "127.0.0.1:8179"));
	CHECK(!session_origin_is_ours("cross-site", NULL, "c.example"));
	CHECK(!session_origin_is_ours("same-site", "https://c.example", "c.example"));
	CHECK(!session_origin_is_ours("none", NULL, "c.example"));
	CHECK(!session_origin_is_ours("same-origin", "https://evil.example", "c.example"));
	CHECK(!session_origin_is_ours(NULL, "https://c.example.evil.example", "c.example"));
	CHECK(!session_origin_is_ours(NULL, "https://c.example:444", "c.example"));
	CHECK(!session_origin_is_ours(NULL, "null", "c.example"));
	CHECK(!session_origin_is_ours(NULL, "https://c.example", NULL));
}

TEST(how_long_it_goes_on)
{
	const int64_t s = NS_PER_S, now = 1000000 * s, life = SESSION_LIFE.ns,
		      idle = SESSION_IDLE.ns;

	CHECK(session_goes_on(now + life, now, now));
	CHECK(session_goes_on(now + s, now - idle + s, now));
	CHECK(!session_goes_on(now, now, now));
	CHECK(!session_goes_on(now + s, now - idle, now));
	/* the clock is set back, by little and by much: nothing lasts for longer than it may */
	CHECK(session_goes_on(now + life, now, now - 299 * s));
	CHECK(!session_goes_on(now + life, now, now - 301 * s));
	CHECK(session_goes_on(now + s, now, now - 301 * s));
	/* and forward */
	CHECK(!session_goes_on(now + life, now, now + idle));
}
