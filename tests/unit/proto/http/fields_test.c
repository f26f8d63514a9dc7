/* Header fields: where a request ends, and what their values mean. */
#include "proto/http/fields.h"

#include "base/attr.h"
#include "tap.h"

#define FIELDS 8

/* From "Name:value" texts; a request of HTTP/1.0 when is_old. */
static unsigned
framing(bool is_old, const char *const *texts, uint64_t *ret_len, const char **ret_field,
    struct err *e)
{
	static char names[FIELDS][100];
	static struct http_field items[FIELDS];
	struct http_fields f = { items, 0 };

	for (; texts[f.count] != NULL; f.count++) {
		char *name = names[f.count], *colon;

		(void)snprintf(name, sizeof(names[0]), "%s", texts[f.count]);
		colon = strchr(name, ':');
		*colon = '\0';
		items[f.count] = (struct http_field){ name, colon + 1 };
	}
	return http_framing_check(&f, is_old, ret_len, ret_field, e);
}

static const struct framing_case {
	const char *fields[FIELDS];
	unsigned status, status_old;
	uint64_t len;
} cases[] = {
	{ { "Host:a" }, 0, 0, 0 },
	{ { NULL }, 400, 0, 0 },
	{ { "Host:a", "host:a" }, 400, 400, 0 },
	{ { "Host:a b" }, 400, 400, 0 },
	{ { "Host:[2001:db8::1]:8080" }, 0, 0, 0 },
	{ { "Host:a", "Content-Length:0" }, 0, 0, 0 },
	{ { "Host:a", "content-length:12" }, 0, 0, 12 },
	{ { "Host:a", "Content-Length:12", "Content-Length:12" }, 400, 400, 0 },
	{ { "Host:a", "Content-Length:12, 12" }, 400, 400, 0 },
	{ { "Host:a", "Content-Length:+12" }, 400, 400, 0 },
	{ { "Host:a", "Content-Length:-1" }, 400, 400, 0 },
	{ { "Host:a", "Content-Length:0x10" }, 400, 400, 0 },
	{ { "Host:a", "Content-Length:" }, 400, 400, 0 },
	{ { "Host:a", "Content-Length:99999999999999999999" }, 400, 400, 0 },
	{ { "Host:a", "Content-Length:5", "Transfer-Encoding:chunked" }, 400, 400, 0 },
	{ { "Host:a", "Transfer-Encoding:chunked" }, 411, 400, 0 },
	{ { "Host:a", "Transfer-Encoding:Chunked" }, 411, 400, 0 },
	{ { "Host:a", "Transfer-Encoding:chunked", "Transfer-Encoding:chunked" }, 501, 400, 0 },
	{ { "Host:a", "Transfer-Encoding:gzip, chunked" }, 501, 400, 0 },
	{ { "Host:a", "Transfer-Encoding:identity" }, 501, 400, 0 },
	{ { "Host:a", "Transfer-Encoding:\vchunked" }, 400, 400, 0 },
	{ { "Host:a", "Transfer-Encoding :chunked" }, 400, 400, 0 },
	{ { "Host:a", "Content-Length :5" }, 400, 400, 0 },
	{ { "Host:a", "Content Length:5" }, 400, 400, 0 },
	{ { "Host:a", ":5" }, 400, 400, 0 },
	{ { "Host:a", "X:a\rContent-Length: 5" }, 400, 400, 0 },
	{ { "Host:a", "X:\x7f" }, 400, 400, 0 },
	{ { "Host:a", "X:a\tb" }, 0, 0, 0 },
	{ { "Host:a", "Expect:100-Continue" }, 0, 0, 0 },
	{ { "Host:a", "Expect:200-ok" }, 417, 417, 0 },
	{ { "Host:a", "If-Match:*", "if-match:*" }, 400, 400, 0 },
	{ { "Host:a", "Idempotency-Key:a", "Idempotency-Key:b" }, 400, 400, 0 },
	{ { "Host:a", "If-None-Match:*", "If-None-Match:*" }, 0, 0, 0 }, /* a list may be in parts */
};

static const char *
wrong_field(const char *const *texts)
{
	const char *field = NULL;
	struct err e = { 0 };
	uint64_t len;

	(void)framing(false, texts, &len, &field, &e);
	return field;
}

TEST(which_header_is_wrong)
{
#define WRONG(...) wrong_field((const char *const[]){ __VA_ARGS__, NULL })
	CHECK_STR(WRONG("Host:a", "Host:b"), "Host");
	CHECK_STR(WRONG("Host:a", "content-length:x"), "Content-Length");
	CHECK_STR(WRONG("Host:a", "Transfer-Encoding:chunked"), "Content-Length");
	CHECK_STR(WRONG("Host:a", "Transfer-Encoding:gzip"), "Transfer-Encoding");
	CHECK_STR(WRONG("Host:a", "Expect:x"), "Expect");
	CHECK_STR(WRONG("Host:a", "X:\x7f"), "X");
	CHECK_STR(WRONG("Host:a", "X Y:a"), "headers");
	CHECK_STR(WRONG("Host:a", "AUTHORIZATION:a", "Authorization:b"), "Authorization");
#undef WRONG
}

TEST(where_a_request_ends)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct framing_case *c = &cases[i];
		uint64_t len = 0;
		const char *field = NULL;
		struct err e = { 0 };

		CHECK_INT(framing(false, c->fields, &len, &field, &e), c->status);
		CHECK((e.message[0] != '\0') == (c->status != 0));
		if (c->status == 0)
			CHECK_INT(len, c->len);
		CHECK_INT(framing(true, c->fields, &len, &field, &e), c->status_old);
	}
}

TEST(fields_by_name)
{
	static const struct http_field items[] = { { "A", "1" }, { "b", "2" }, { "a", "3" } };
	const struct http_fields f = { items, ARRAY_SIZE(items) };

	CHECK_STR(http_fields_get(&f, "a"), "1");
	CHECK_STR(http_fields_get(&f, "B"), "2");
	CHECK(http_fields_get(&f, "c") == NULL);
	CHECK_INT(http_fields_count(&f, "A"), 2);
}

TEST(entity_tags)
{
	CHECK(http_etag_is_listed("\"5\"", "\"5\"", false));
	CHECK(http_etags_are_valid("\"5\"") && http_etags_are_valid("*"));
	CHECK(http_etags_are_valid("W/\"4\", \"5\""));
	CHECK(!http_etags_are_valid("junk") && !http_etags_are_valid("") &&
	      !http_etags_are_valid("\"5\" \"6\""));
	CHECK(http_etag_is_listed(" \"4\" ,\t\"5\" ", "\"5\"", false));
	CHECK(http_etag_is_listed("*", "\"5\"", false));
	CHECK(http_etag_is_listed(" * ", "\"5\"", false));
	CHECK(!http_etag_is_listed("\"55\"", "\"5\"", false));
	CHECK(!http_etag_is_listed("\"5\"", "\"55\"", false));
	CHECK(!http_etag_is_listed("W/\"5\"", "\"5\"", false));
	CHECK(http_etag_is_listed("W/\"5\"", "\"5\"", true));
	CHECK(http_etag_is_listed("\"5\"", "\"5\"", true));
	CHECK(!http_etag_is_listed("", "\"5\"", true));
	CHECK(!http_etag_is_listed("5", "\"5\"", true));
	CHECK(!http_etag_is_listed("\"5", "\"5\"", true));
	CHECK(!http_etag_is_listed("\"5\" \"6\"", "\"5\"", true)); /* malformed as a whole */
	CHECK(!http_etag_is_listed("\"5\",", "\"5\"", true));
	CHECK(!http_etag_is_listed("* \"5\"", "\"5\"", true));
	CHECK(!http_etag_is_listed("w/\"5\"", "\"5\"", true));
}

TEST(bearer_tokens)
{
	CHECK_STR(http_bearer_token("Bearer abc.DEF-1_2~3+4/5=="), "abc.DEF-1_2~3+4/5==");
	CHECK_STR(http_bearer_token("bearer   x"), "x");
	CHECK(http_bearer_token("Bearer ") == NULL);
	CHECK(http_bearer_token("Bearer") == NULL);
	CHECK(http_bearer_token("Bearer ==") == NULL);
	CHECK(http_bearer_token("Bearer a b") == NULL);
	CHECK(http_bearer_token("Bearer a, Bearer b") == NULL);
	CHECK(http_bearer_token("Bearer a=b") == NULL);
	CHECK(http_bearer_token("Basic YTpi") == NULL);
}

TEST(how_long_a_client_waits)
{
	CHECK_INT(http_prefer_wait("wait=50"), 50);
	CHECK_INT(http_prefer_wait("respond-async,  Wait = 10 , x=y"), 10);
	CHECK_INT(http_prefer_wait(",,wait=7"), 7);
	CHECK_INT(http_prefer_wait("wait=0"), 0);
	CHECK_INT(http_prefer_wait(""), 0);
	CHECK_INT(http_prefer_wait("wait"), 0);
	CHECK_INT(http_prefer_wait("wait="), 0);
	CHECK_INT(http_prefer_wait("wait=-1"), 0);
	CHECK_INT(http_prefer_wait("wait=1.5"), 0);
	CHECK_INT(http_prefer_wait("wait=99999999999999"), 0);
	CHECK_INT(http_prefer_wait("waiting=5"), 0);
	CHECK_INT(http_prefer_wait("await=5"), 0);
}
