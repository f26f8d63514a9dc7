/* One request to a controller and what it answers; a POST until it is known whether it was done. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "cli/controller.h"
#include "cli/controller_problem.h"
#include "cli/controller_try.h"

#define PATIENCE DURATION_S(60)
/* To be there at all, and to begin to answer: what takes longer hangs. */
#define FIRST_WORD DURATION_S(9)
#define ANSWER_MAX ((size_t)64 << 20)
#define KEY_BYTES 16
#define HEADERS_MAX 6

void
controller_answer_done(struct controller_answer *a)
{
	json_decref(a->body);
}

/* A request, and what became of it. */
struct asking {
	const struct controller *c;
	const char *method, *path, *if_match;
	const json_t *body;
	char key[CONTROLLER_KEY_MAX + 1]; /* of a POST */
	bool is_unknown;                  /* whether it was done */
};

static bool
is_post(const struct asking *q)
{
	return strcmp(q->method, "POST") == 0;
}

static void
set_key(struct asking *q)
{
	unsigned char random[KEY_BYTES];

	if (q->c->key != NULL) {
		(void)snprintf(q->key, sizeof(q->key), "%s", q->c->key);
		return;
	}
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		abort();
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(q->key + 2 * i, sizeof(q->key) - 2 * i, "%02x", random[i]);
}

static void
say_unknown(const struct asking *q)
{
	if (is_post(q) && cli_has_option("key"))
		(void)fprintf(stderr,
		    "It is not known whether it was done. The same command with --key %s does it "
		    "once at most.\n",
		    q->key);
	else
		(void)fprintf(stderr, "It is not known whether it was done; look first.\n");
}

static int
finish(const struct asking *q, int r, const struct controller_answer *answer, const struct err *e)
{
	long status = answer->status;

	if (r >= 0 && status >= 200 && status < 300 &&
	    (json_is_object(answer->body) || status == 204))
		return EXIT_SUCCESS;
	if (r < 0)
		cli_say_error("%s", e->message);
	else
		controller_say_problem(q->c->url, status, answer->body, q->body);
	if (q->is_unknown)
		say_unknown(q);
	return EXIT_FAILURE;
}

/* Those that the request needs, borrowed; NULL behind them. */
static void
add_headers(const struct asking *q, const char *match, const char *key, const char **headers)
{
	size_t n = 0;

	headers[n++] = "Accept: application/json";
	if (q->c->authorization != NULL)
		headers[n++] = q->c->authorization;
	if (q->body != NULL) {
		headers[n++] = "Content-Type: application/json";
		headers[n++] = "Expect:"; /* no second round trip */
	}
	if (q->if_match != NULL)
		headers[n++] = match;
	if (is_post(q))
		headers[n++] = key;
	headers[n] = NULL;
}

/* One request, repeated when it has to be. Gives what http_call() gives. */
static int
ask(struct asking *q, struct controller_answer *ret, struct err *e)
{
	_cleanup_(freep) char *text = q->body != NULL ? json_dumps(q->body, JSON_COMPACT) : NULL;
	_cleanup_(freep) char *url = controller_address(q->c, q->path), *key = NULL;
	_cleanup_(freep) char *match =
	    xasprintf("If-Match: %s", q->if_match != NULL ? q->if_match : "");
	const char *headers[HEADERS_MAX + 1];
	struct http_call call = { .method = q->method,
		.url = url,
		.headers = headers,
		.body = text,
		.ca_file = q->c->ca_file,
		.timeout = PATIENCE,
		.first_word = FIRST_WORD,
		.max = ANSWER_MAX };
	int r;

	if (is_post(q))
		set_key(q);
	key = xasprintf("Idempotency-Key: %s", q->key);
	add_headers(q, match, key, headers);
	r = controller_try(&call, ret, e);
	q->is_unknown = strcmp(q->method, "GET") != 0 && controller_is_unknown(false, r, ret->body);
	if (q->is_unknown && is_post(q) && r != -ETIMEDOUT) {
		r = controller_try_again(&call, q->key, r, ret, e);
		q->is_unknown = controller_is_unknown(true, r, ret->body);
	}
	return r;
}

int
controller_ask(const struct controller *c, const char *method, const char *path, json_t *body,
    const char *if_match, struct controller_answer *ret)
{
	json_auto_t *owned = body;
	struct asking q = {
		.c = c, .method = method, .path = path, .if_match = if_match, .body = owned
	};
	struct err e = { 0 };
	int r = ask(&q, ret, &e);

	return finish(&q, r, ret, &e);
}

int
controller_peek(
    const struct controller *c, const char *path, struct controller_answer *ret, struct err *e)
{
	struct asking q = { .c = c, .method = "GET", .path = path };

	return ask(&q, ret, e);
}

int
controller_judge(
    const struct controller *c, int r, const struct controller_answer *answer, const struct err *e)
{
	return finish(&(struct asking){ .c = c, .method = "GET" }, r, answer, e);
}

int
controller_look(const struct controller *c, const char *path, struct controller_answer *ret)
{
	struct err e = { 0 };
	int r = controller_peek(c, path, ret, &e);

	if (r < 0 || ret->status != 404)
		return controller_judge(c, r, ret, &e);
	json_decref(ret->body);
	ret->body = NULL;
	return EXIT_SUCCESS;
}
