/*
 * HTTP and HTTPS: one request on a fresh connection; its status, and what its body holds, are
 * compared with what is expected.
 *
 * No redirects are followed, and no more than BODY_MAX of a body is read: a check looks at this
 * very answer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "io/curl_check.h"
#include "proto/check/match.h"

struct http_check {
	struct curl_check curl;
	struct curl_slist *headers; /* owned */
	struct match match;
	struct strbuf body; /* as much as is matched */
	size_t seen;        /* bytes of the body */
};

#define BODY_MAX (256u << 10)

static struct http_check *
http_of(struct curl_check *curl)
{
	return container_of(curl, struct http_check, curl);
}

static size_t
on_body(char *data, size_t size, size_t count, void *userdata)
{
	struct http_check *c = userdata;
	size_t n = size * count;

	if (match_is_wanted(&c->match))
		strbuf_add_mem(&c->body, data, MIN(n, MATCH_BYTES_MAX - c->body.len));
	c->seen += n;
	return c->seen > BODY_MAX ? 0 : n; /* 0 ends the transfer */
}

/* Whether the status passes; ends the run when it does not. */
static bool
check_status(struct http_check *c, long status)
{
	const struct check_spec *spec = c->curl.run.spec;
	char expected[64];

	if (http_status_is_in(spec->statuses, spec->expect_status.count, status))
		return true;
	http_status_format(spec->statuses, spec->expect_status.count, expected, sizeof(expected));
	check_run_end(&c->curl.run, CHECK_RUN_FAILED, "status %ld, expected %s", status, expected);
	return false;
}

static bool
check_version(struct http_check *c)
{
	long version = 0;

	if (c->curl.run.spec->http_version != CHECK_HTTP_2)
		return true;
	(void)curl_easy_getinfo(c->curl.easy, CURLINFO_HTTP_VERSION, &version);
	if (version == CURL_HTTP_VERSION_2_0)
		return true;
	check_run_end(&c->curl.run, CHECK_RUN_FAILED, "the server does not speak HTTP/2");
	return false;
}

static bool
check_body(struct http_check *c)
{
	char why[CHECK_RUN_WHY_MAX];

	if (!match_is_wanted(&c->match) || match_test(&c->match, c->body.text, c->body.len))
		return true;
	match_explain(&c->match, "the body", c->body.text, c->body.len, why, sizeof(why));
	check_run_end(&c->curl.run, CHECK_RUN_FAILED, "%s", why);
	return false;
}

static void
on_ended(struct curl_check *curl, CURLcode code)
{
	struct http_check *c = http_of(curl);
	long status = 0, days;

	/* enough of the body was seen to know that one comes */
	if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && c->seen > BODY_MAX)) {
		curl_check_fail(curl, code);
		return;
	}
	(void)curl_easy_getinfo(curl->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!check_status(c, status) || !check_version(c) || !check_body(c) ||
	    !curl_check_certificate(curl, &days))
		return;
	if (days >= 0)
		check_run_end(&curl->run, CHECK_RUN_PASSED,
		    "status %ld, certificate good for %ld days", status, days);
	else
		check_run_end(&curl->run, CHECK_RUN_PASSED, "status %ld", status);
}

static void
set_request(struct http_check *c)
{
	const struct check_spec *spec = c->curl.run.spec;
	CURL *easy = c->curl.easy;

	(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, check_method_names[spec->method]);
	if (spec->method == CHECK_METHOD_HEAD)
		(void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (spec->body) /* makes it a POST, which the method overrides */
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, spec->body);
	for (size_t i = 0; i < spec->request_header_count; i++)
		c->headers = curl_slist_append(c->headers, spec->request_headers[i]);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers);
}

static void
prepare(struct curl_check *curl)
{
	struct http_check *c = http_of(curl);
	const struct check_spec *spec = curl->run.spec;
	bool https = strncasecmp(spec->url, "https:", 6) == 0;
	long version = CURL_HTTP_VERSION_1_1;

	if (spec->http_version == CHECK_HTTP_2)
		version = https ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
	curl_check_set_url(curl);
	set_request(c);
	(void)curl_easy_setopt(curl->easy, CURLOPT_HTTP_VERSION, version);
	(void)curl_easy_setopt(curl->easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(curl->easy, CURLOPT_WRITEDATA, c);
}

static void
http_open(struct check_run *run)
{
	struct http_check *c = container_of(run, struct http_check, curl.run);

	c->curl.prepare = prepare;
	c->curl.ended = on_ended;
	/* the configuration was refused if it is no expression */
	if (match_init(&c->match, run->spec->expect_text, run->spec->expect_regex, NULL) < 0)
		abort();
}

static void
http_start(struct check_run *run)
{
	struct http_check *c = container_of(run, struct http_check, curl.run);

	c->seen = 0;
	curl_check_start(&c->curl);
}

static void
http_stop(struct check_run *run)
{
	struct http_check *c = container_of(run, struct http_check, curl.run);

	curl_check_stop(&c->curl);
	strbuf_done(&c->body);
}

static void
http_close(struct check_run *run)
{
	struct http_check *c = container_of(run, struct http_check, curl.run);

	curl_check_close(&c->curl);
	curl_slist_free_all(c->headers);
	match_done(&c->match);
}

const struct check_kind http_check_kind = {
	.size = sizeof(struct http_check),
	.able = curl_check_able,
	.open = http_open,
	.start = http_start,
	.stop = http_stop,
	.close = http_close,
	.late = curl_check_late,
};
