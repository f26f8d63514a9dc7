/* Targets of requests, good and bad. */
#include "proto/http/target.h"

#include "base/strbuf.h"
#include "tap.h"

static char wrong[40]; /* of the last one that was refused */

/* "[a][b] x=1 y=" or "! sentence" */
static const char *
taken_apart(const char *text)
{
	static char shown[400];
	struct arena *arena = arena_new();
	struct strbuf out = { 0 };
	struct http_target t;
	struct err e = { 0 };

	if (http_target_parse(text, arena, &t, &e) < 0) {
		strbuf_addf(&out, "! %s", e.message);
		(void)snprintf(wrong, sizeof(wrong), "%s", t.wrong);
	} else {
		strbuf_add(&out, t.path);
		for (size_t i = 0; i < t.segment_count; i++)
			strbuf_addf(&out, " [%s]", t.segments[i]);
		for (size_t i = 0; i < t.param_count; i++)
			strbuf_addf(&out, " %s=%s", t.params[i].name, t.params[i].value);
	}
	(void)snprintf(shown, sizeof(shown), "%s", strbuf_get(&out));
	strbuf_done(&out);
	arena_free(arena);
	return shown;
}

TEST(paths)
{
	CHECK_STR(taken_apart("/"), "/ []");
	CHECK_STR(taken_apart("/a/b"), "/a/b [a] [b]");
	CHECK_STR(taken_apart("/a/"), "/a/ [a] []");
	CHECK_STR(taken_apart("//a"), "//a [] [a]");
	CHECK_STR(taken_apart("/a%2Fb/c%2fd"), "/a%2Fb/c%2fd [a/b] [c/d]");
	CHECK_STR(taken_apart("/../%2e%2E/."), "/../%2e%2E/. [..] [..] [.]");
	CHECK_STR(taken_apart("/a+b"), "/a+b [a+b]");
	CHECK_STR(taken_apart("/caf%C3%A9"), "/caf%C3%A9 [café]");
	CHECK_STR(taken_apart("/%25%32%46"), "/%25%32%46 [%2F]"); /* decoded once */
	CHECK_STR(taken_apart("*"), "*");
}

TEST(whole_urls)
{
	CHECK_STR(taken_apart("http://host:80/a?b=c"), "/a [a] b=c");
	CHECK_STR(taken_apart("HTTPS://user@host"), "/ []");
	CHECK_STR(taken_apart("http://host?b"), "/ [] b=");
}

TEST(queries)
{
	CHECK_STR(taken_apart("/?a=1&b=&c&=d&&a=2"), "/ [] a=1 b= c= =d a=2");
	CHECK_STR(taken_apart("/?"), "/ []");
	CHECK_STR(taken_apart("/?a=b+c%2Bd%26e%3D"), "/ [] a=b c+d&e=");
	CHECK_STR(taken_apart("/?a=b=c?d/e"), "/ [] a=b=c?d/e");
	CHECK_STR(taken_apart("/?%61=b"), "/ [] a=b");
}

TEST(a_parameter_by_name)
{
	struct arena *arena = arena_new();
	struct http_target t;

	CHECK_INT(http_target_parse("/?a=1&b=2&a=3", arena, &t, NULL), 0);
	CHECK_STR(http_target_param(&t, "a"), "1");
	CHECK_STR(http_target_param(&t, "b"), "2");
	CHECK(http_target_param(&t, "A") == NULL);
	arena_free(arena);
}

/* What is wrong with it. */
static const char *
wrong_of(const char *text)
{
	wrong[0] = '\0';
	(void)taken_apart(text);
	return wrong;
}

TEST(what_is_wrong)
{
	CHECK_STR(wrong_of("a"), "path");
	CHECK_STR(wrong_of("/%zz?a=%"), "path");
	CHECK_STR(wrong_of("/?a=1&limit=%ff"), "limit");
	CHECK_STR(wrong_of("/?a=1&%=1"), "query");
	CHECK_STR(wrong_of("/?a%00=1"), "query");
	CHECK_STR(wrong_of("/?=%"), "query"); /* it has no name */
}

TEST(what_is_refused)
{
	static const char slash[] = "! the request's target does not begin with \"/\"";
	static const char percent[] = "! the path has a \"%\" without two hexadecimal digits";
	static const char utf8[] = "! the path is not UTF-8";
	static const char control[] = "! the path has a control character";
	static const char plain[] = "! the path has a character that must be percent-encoded";

	CHECK_STR(taken_apart(""), slash);
	CHECK_STR(taken_apart("a"), slash);
	CHECK_STR(taken_apart("host:443"), slash);
	CHECK_STR(taken_apart("?a"), slash);
	CHECK_STR(taken_apart("**"), slash);
	CHECK_STR(taken_apart("ftp://host/"), slash);
	CHECK_STR(taken_apart("/%"), percent);
	CHECK_STR(taken_apart("/%4"), percent);
	CHECK_STR(taken_apart("/%4/1"), percent);
	CHECK_STR(taken_apart("/%zz"), percent);
	CHECK_STR(taken_apart("/% 1"), percent);
	CHECK_STR(taken_apart("/%u0041"), percent);
	CHECK_STR(taken_apart("/%00"), control);
	CHECK_STR(taken_apart("/a%0d%0aB:c"), control);
	CHECK_STR(taken_apart("/%7f"), control);
	CHECK_STR(taken_apart("/%c0%af"), utf8);       /* an overlong slash */
	CHECK_STR(taken_apart("/%e0%80%af"), utf8);    /* likewise */
	CHECK_STR(taken_apart("/%ed%a0%80"), utf8);    /* a surrogate */
	CHECK_STR(taken_apart("/%f4%90%80%80"), utf8); /* above U+10FFFF */
	CHECK_STR(taken_apart("/%ff"), utf8);
	CHECK_STR(taken_apart("/%c3/%a9"), utf8); /* in two segments */
	CHECK_STR(taken_apart("/a b"), plain);
	CHECK_STR(taken_apart("/caf\xc3\xa9"), plain);
	CHECK_STR(taken_apart("/a#b"), plain);
	CHECK_STR(taken_apart("/a\\b"), plain);
	CHECK_STR(taken_apart("/<script>"), plain);
	CHECK_STR(taken_apart("/a\tb"), plain);
	CHECK_STR(taken_apart("/?a=%"), "! the query has a \"%\" without two hexadecimal digits");
	CHECK_STR(taken_apart("/?%00=a"), "! the query has a control character");
	CHECK_STR(taken_apart("/?a=%c0%80"), "! the query is not UTF-8");
	CHECK_STR(
	    taken_apart("/?a={b}"), "! the query has a character that must be percent-encoded");
}
