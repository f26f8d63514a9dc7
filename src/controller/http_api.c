#include "controller/http_api.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "io/loop.h"

static void
add_headers(struct http_answer *a, const struct api_response *r)
{
	char seconds[16];

	if (r->etag[0] != '\0')
		http_answer_add(a, "ETag", r->etag);
	if (r->location[0] != '\0')
		http_answer_add(a, "Location", r->location);
	if (r->allow[0] != '\0')
		http_answer_add(a, "Allow", r->allow);
	if (r->set_cookie[0] != '\0')
		http_answer_add(a, "Set-Cookie", r->set_cookie);
	if (r->status == 401)
		http_answer_add(a, "WWW-Authenticate", "Bearer");
	if (r->retry_after > 0) {
		(void)snprintf(seconds, sizeof(seconds), "%u", r->retry_after);
		http_answer_add(a, "Retry-After", seconds);
	}
	/* JSON is data: nothing of it is to be shown as a page, or run */
	http_answer_add(a, "X-Content-Type-Options", "nosniff");
	http_answer_add(a, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

void
http_api_answer(struct http_answer *a, const struct api_response *r)
{
	/* 34.05, and not the 34.049999999999997 that is nearest to it */
	_cleanup_(freep) char *text = r->body != NULL ? json_dumps(r->body, API_JSON) : NULL;
	const char *all = text != NULL ? text : r->made_text != NULL ? r->made_text : r->text;

	a->status = r->status;
	add_headers(a, r);
	if (all == NULL)
		return;
	a->content_type = r->is_problem          ? "application/problem+json"
			  : r->text_type != NULL ? r->text_type
						 : "application/json";
	strbuf_add(&a->text, all);
	if (r->text_type == NULL)
		strbuf_add_char(&a->text, '\n');
}

/* Only what may be asked as often as one likes is waited with. */
static uint32_t
wait_of(const struct http_request *h)
{
	const char *prefer = http_fields_get(&h->fields, "Prefer");

	return prefer != NULL && strcmp(h->method, "GET") == 0 ? http_prefer_wait(prefer) : 0;
}

struct api_request
http_api_request(const struct http_request *h, const struct source *source,
    struct api_pair query[static HTTP_API_QUERY_MAX])
{
	struct api_request q = { .method = h->method,
		.path = h->target.path,
		.segments = h->target.segments,
		.segment_count = h->target.segment_count,
		.query = query,
		.authorization = http_fields_get(&h->fields, "Authorization"),
		.auth_token = http_fields_get(&h->fields, "X-Auth-Token"),
		.if_match = http_fields_get(&h->fields, "If-Match"),
		.if_none_match = http_fields_get(&h->fields, "If-None-Match"),
		.idempotency_key = http_fields_get(&h->fields, "Idempotency-Key"),
		.content_type = http_fields_get(&h->fields, "Content-Type"),
		.wait = wait_of(h),
		.cookie = http_fields_get(&h->fields, "Cookie"),
		.csrf = http_fields_get(&h->fields, "X-Nearcast-Csrf"),
		.origin = http_fields_get(&h->fields, "Origin"),
		.fetch_site = http_fields_get(&h->fields, "Sec-Fetch-Site"),
		.host = http_fields_get(&h->fields, "Host"),
		.last_event_id = http_fields_get(&h->fields, "Last-Event-ID"),
		.is_tls = source->is_tls,
		.body = h->body,
		.body_len = h->body_len,
		.peer = source->addr,
		.now = clock_wall_ns() };

	for (; q.query_count < h->target.param_count && q.query_count < HTTP_API_QUERY_MAX;
	     q.query_count++)
		query[q.query_count] = (struct api_pair){ h->target.params[q.query_count].name,
			h->target.params[q.query_count].value };
	return q;
}

bool
http_api_is_sign_in(const struct http_request *h)
{
	return strcmp(h->method, "POST") == 0 && strcmp(h->target.path, "/api/v1/session") == 0;
}
