/*
 * The controller's API without sockets, over a store that is made once and taken back after each
 * change.
 *
 * Input: "METHOD PATH?QUERY", lines "header: value" ("who" chooses the caller), an empty line, the
 * body. "@0" to "@9" in path and body stand for ids of this world. Never: a crash, an answer of 500
 * and more, a problem that is not documented, a change by what only reads or was refused, something
 * of beta in an answer to alpha.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/controller/matrix.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "proto/http/target.h"
#include "tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define IDS 10

int tap_failures;

static struct matrix world;
static char *ids[IDS];

void
tap_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fprintf(stderr, "%s:%d: ", file, line);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	abort();
}

bool
tap_check_int(const char *file, int line, const char *expr, int64_t got, int64_t want)
{
	if (got != want)
		tap_fail(file, line, "%s", expr);
	return true;
}

static void
find_ids(void)
{
	static const char *const lists[] = { "/api/v1/projects/alpha/global-ips",
		"/api/v1/projects/alpha/services", "/api/v1/pools", "/api/v1/hosts",
		"/api/v1/tokens", "/api/v1/join-tokens", "/api/v1/sites", "/api/v1/projects",
		"/api/v1/projects/alpha/orders", "/api/v1/projects/alpha/audit" };

	for (size_t i = 0; i < IDS; i++) {
		(void)ask(&world.a, ADMIN, "GET", lists[i], NULL);
		ids[i] = xstrdup(said(&world.a, "items.0.id"));
	}
}

static void
clean_up(void)
{
	for (size_t i = 0; i < IDS; i++)
		free(ids[i]);
	matrix_done(&world);
}

static void
make_world(void)
{
	static bool is_made;

	if (is_made)
		return;
	is_made = true;
	if (!matrix_init(&world))
		abort();
	find_ids();
	(void)atexit(clean_up);
}

/* With "@3" replaced; owned by the caller. */
static char *
with_ids(const char *text, size_t len)
{
	struct strbuf out = { 0 };

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '@' && i + 1 < len && ascii_is_digit(text[i + 1]))
			strbuf_add(&out, ids[text[++i] - '0']);
		else
			strbuf_add_char(&out, text[i]);
	}
	return strbuf_take(&out);
}

static const struct matrix_caller *
caller_of(const char *number)
{
	return &world.callers[(unsigned)(number != NULL ? *number : '7') % MATRIX_CALLERS];
}

/* What of an input becomes a request; texts are owned. */
struct input {
	char *method, *target, *authorization, *who, *if_match, *if_none_match, *key, *type, *body;
};

static void
take_header(struct input *in, const char *line, size_t len)
{
	const struct {
		const char *name;
		char **to;
	} headers[] = {
		{ "who: ", &in->who },
		{ "authorization: ", &in->authorization },
		{ "if-match: ", &in->if_match },
		{ "if-none-match: ", &in->if_none_match },
		{ "idempotency-key: ", &in->key },
		{ "content-type: ", &in->type },
	};

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		size_t n = strlen(headers[i].name);

		if (len >= n && memcmp(line, headers[i].name, n) == 0 && *headers[i].to == NULL)
			*headers[i].to = with_ids(line + n, len - n);
	}
}

static void
take_input(struct input *in, const char *text, size_t len)
{
	const char *end = text + len;

	for (size_t number = 0; text < end; number++) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl != NULL ? nl : end) - text);
		const char *blank = memchr(text, ' ', n);

		if (number == 0 && blank != NULL) {
			in->method = with_ids(text, (size_t)(blank - text));
			in->target = with_ids(blank + 1, n - (size_t)(blank + 1 - text));
		} else if (n > 0) {
			take_header(in, text, n);
		}
		text += n + (nl != NULL);
		if (n == 0)
			break;
	}
	in->body = with_ids(text, (size_t)(end - text));
}

static void
input_done(struct input *in)
{
	char *texts[] = { in->method, in->target, in->authorization, in->who, in->if_match,
		in->if_none_match, in->key, in->type, in->body };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(texts[i]);
}

/* ---- what has to be true ---- */

static void
check_problem(const struct api_response *r)
{
	const char *type = json_string_value(json_object_get(r->body, "type"));
	bool found = false;

	for (int p = 0; p < PROBLEM_COUNT; p++)
		found = found || (type != NULL && strcmp(problem_type((enum problem)p), type) == 0);
	assert(found && r->is_problem);
	assert(json_integer_value(json_object_get(r->body, "status")) == (json_int_t)r->status);
	assert(json_string_length(json_object_get(r->body, "detail")) > 0);
}

static void
check_response(const struct api_request *q, const struct matrix_caller *who)
{
	const struct api_response *r = &world.a.response;
	_cleanup_(freep) char *text = json_dumps(r->body, JSON_COMPACT);
	bool changed = matrix_has_changed(&world);
	char *path_params[CALL_PARAMS_MAX] = { NULL }, allow[64];
	const struct route *route = route_find(q, path_params, allow, sizeof(allow));

	assert(r->status >= 200 && r->status < 500 && !r->failed);
	assert(r->body == NULL || text != NULL);
	if (r->status >= 400)
		check_problem(r);
	if (changed) {
		assert(r->status < 300 && route != NULL && (route->flags & ROUTE_WRITES));
		matrix_reset(&world);
	}
	for (size_t i = 0; i < CALL_PARAMS_MAX; i++)
		free(path_params[i]);
	if (text == NULL || strcmp(who->project, "alpha") != 0 || r->status >= 400)
		return;
	for (size_t i = 0; i < json_array_size(world.secrets); i++) {
		const char *secret = json_string_value(json_array_get(world.secrets, i));

		/* an id, which nobody can guess */
		assert(strchr(secret, '_') == NULL || strstr(text, secret) == NULL);
	}
}

static void
try_request(const struct input *in, const struct http_target *target)
{
	const struct matrix_caller *who = caller_of(in->who);
	_cleanup_(freep) char *bearer = xasprintf("Bearer %s", who->token);
	struct api_pair query[32];
	struct api_request q = { .method = in->method,
		.path = target->path,
		.segments = target->segments,
		.segment_count = target->segment_count,
		.query = query,
		.authorization = in->authorization != NULL ? in->authorization
				 : who->token[0] != '\0'   ? bearer
							   : NULL,
		.if_match = in->if_match,
		.if_none_match = in->if_none_match,
		.idempotency_key = in->key,
		.content_type = in->type != NULL ? in->type : "application/json",
		.body = in->body,
		.body_len = strlen(in->body),
		.now = world.a.now };

	for (; q.query_count < target->param_count && q.query_count < ARRAY_SIZE(query);
	     q.query_count++)
		query[q.query_count] = (struct api_pair){ target->params[q.query_count].name,
			target->params[q.query_count].value };
	world.a.now += 1000000;
	api_response_done(&world.a.response);
	api_answer(world.a.store, &q, &world.a.response);
	check_response(&q, who);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct http_target target;
	struct input in = { 0 };
	struct err e = { 0 };

	make_world();
	take_input(&in, (const char *)data, size);
	if (in.target != NULL && http_target_parse(in.target, arena, &target, &e) == 0)
		try_request(&in, &target);
	input_done(&in);
	return 0;
}
