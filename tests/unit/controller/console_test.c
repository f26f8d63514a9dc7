/* What a browser gets of the console's files, and with which rules. */
#include "controller/console.h"

#include "base/attr.h"
#include "tap.h"

static const unsigned char page[] = "<!doctype html>", script[] = "let a", pressed[] = "(small)";

static const struct console_file files[] = {
	{ "/console/app.js", "text/javascript; charset=utf-8", "a1", script, 5, pressed, 7 },
	{ "/console/index.html", "text/html; charset=utf-8", "b2", page, 15, NULL, 0 },
};

/* Asks with one header; an empty name is none. */
static bool
ask(const char *method, const char *path, const char *name, const char *value,
    struct http_answer *answer)
{
	const struct http_field field = { name, value };
	const struct http_request request = { .method = method,
		.target = { .path = path },
		.fields = { &field, *name != '\0' },
		.body = "" };

	*answer = (struct http_answer){ 0 };
	return console_answer_from(files, ARRAY_SIZE(files), &request, answer);
}

static const char *
header(const struct http_answer *a, const char *name)
{
	for (size_t i = 0; i < a->header_count; i++) {
		if (strcmp(a->headers[i].name, name) == 0)
			return a->headers[i].value;
	}
	return "";
}

static void
check_asked(const char *method, const char *path, const char *name, const char *value,
    unsigned status, const char *text)
{
	struct http_answer a;

	REQUIRE(ask(method, path, name, value, &a));
	CHECK_INT(a.status, status);
	if (text != NULL)
		CHECK_STR(strbuf_get(&a.text), text);
	CHECK(strstr(header(&a, "Content-Security-Policy"), "default-src 'none'") != NULL);
	CHECK_STR(header(&a, "X-Content-Type-Options"), "nosniff");
	http_answer_done(&a);
}

TEST(the_api_is_not_the_consoles)
{
	struct http_answer a;

	CHECK(!ask("GET", "/api/v1/pools", "", "", &a));
	CHECK(!ask("GET", "/consoles", "", "", &a));
	CHECK(!ask("OPTIONS", "*", "", "", &a));
}

TEST(a_file_is_what_it_is)
{
	check_asked("GET", "/console/app.js", "", "", 200, "let a");
	check_asked("GET", "/console/app.mjs", "", "", 404, NULL);
	check_asked("GET", "/console/%61pp.js", "", "", 404, NULL);
	check_asked("POST", "/console/app.js", "", "", 405, NULL);
}

TEST(an_address_within_the_page_is_the_page)
{
	check_asked("GET", "/console/", "", "", 200, "<!doctype html>");
	check_asked("GET", "/console/sites/am6", "", "", 200, "<!doctype html>");
	check_asked("GET", "/", "", "", 302, "");
	check_asked("GET", "/console", "", "", 302, "");
}

TEST(gzip_is_for_whoever_takes_it)
{
	static const struct {
		const char *codings;
		bool takes;
	} rows[] = { { "gzip", true }, { "br, gzip, deflate", true }, { "gzip;q=0.5", true },
		{ "br, gzip ; q=1.0", true }, { "gzip;q=0", false }, { "gzip;q=0.000, br", false },
		{ "gzip;q=0, br;q=0.5", false }, { "br", false }, { "", false }, { "gzipped", false } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_asked("GET", "/console/app.js", "Accept-Encoding", rows[i].codings, 200,
		    rows[i].takes ? "(small)" : "let a");
	check_asked("GET", "/console/index.html", "Accept-Encoding", "gzip", 200, "<!doctype html>");
}

TEST(what_the_browser_has_is_not_sent_again)
{
	struct http_answer a;

	check_asked("GET", "/console/app.js", "If-None-Match", "\"a1\"", 304, "");
	check_asked("GET", "/console/app.js", "If-None-Match", "\"a1-gzip\"", 200, "let a");
	REQUIRE(ask("GET", "/console/app.js", "Accept-Encoding", "gzip", &a));
	CHECK_STR(header(&a, "ETag"), "\"a1-gzip\"");
	CHECK_STR(header(&a, "Vary"), "Accept-Encoding");
	CHECK_STR(header(&a, "Content-Encoding"), "gzip");
	CHECK_STR(header(&a, "Cache-Control"), "no-cache");
	http_answer_done(&a);
}

TEST(a_build_without_it_says_so)
{
	const struct http_request request = {
		.method = "GET", .target = { .path = "/" }, .body = ""
	};
	struct http_answer a = { 0 };

	REQUIRE(console_answer_from(files, 0, &request, &a));
	CHECK_INT(a.status, 200);
	CHECK(strstr(strbuf_get(&a.text), "built without its console") != NULL);
	http_answer_done(&a);
}
