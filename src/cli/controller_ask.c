/* One request to a controller and what it answers; a POST until it is known whether it was done. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/alloc.h"
#include "cli/controller.h"
#include "cli/controller_again.h"
#include "cli/controller_problem.h"
#include "cli/fields.h"
#include "io/loop.h"

#define PATIENCE DURATION_S(60)
#define ANSWER_MAX ((size_t)64 << 20)
#define TYPE "urn:nearcast:problem:"
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

/*
 * Whether it may have been done, and nobody could tell us. `again`: nobody could before, so an
 * answer that says that nothing was done speaks of the last request alone.
 */
static bool
is_unknown(bool again, int r, const json_t *answer)
{
	const char *type = field_text(answer, "type");

	if (r < 0)
		return again || r == -ECONNRESET || r == -ETIMEDOUT;
	return strcmp(type, TYPE "outcome-unknown") == 0 ||
	       (again && (strcmp(type, TYPE "store") == 0 || strcmp(type, TYPE "store-full") == 0));
}

/* One time. Gives what http_call() gives. */
static int
ask_once(const struct http_call *call, struct controller_answer *ret, struct err *e)
{
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	int r = http_call(call, &reply, e);

	json_decref(ret->body);
	ret->body = NULL;
	if (r < 0)
		return r;
	ret->status = reply.status;
	if (reply.body.len > 0)
		ret->body =
		    json_loadb(reply.body.text, reply.body.len, JSON_REJECT_DUPLICATES, NULL);
	memcpy(ret->etag, reply.etag, sizeof(ret->etag));
	return 0;
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

/* Of a POST that may have been done, until it is known. Gives what http_call() gives. */
static int
ask_again(const struct asking *q, const struct http_call *call, int r,
    struct controller_answer *ret, struct err *e)
{
	struct controller_again again = { 0 };
	struct duration wait;

	while (is_unknown(true, r, ret->body) && controller_again(&again, clock_now(), &wait)) {
		/* the first one is often answered at once */
		if (again.tries == 2)
			(void)fprintf(stderr,
			    "The answer was lost; it is asked for again with the same key, %s.\n",
			    q->key);
		(void)nanosleep(&(struct timespec){ wait.ns / NS_PER_S, wait.ns % NS_PER_S }, NULL);
		r = ask_once(call, ret, e);
	}
	return r;
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
		.max = ANSWER_MAX };
	int r;

	if (is_post(q))
		set_key(q);
	key = xasprintf("Idempotency-Key: %s", q->key);
	add_headers(q, match, key, headers);
	r = ask_once(&call, ret, e);
	q->is_unknown = strcmp(q->method, "GET") != 0 && is_unknown(false, r, ret->body);
	if (q->is_unknown && is_post(q) && r != -ETIMEDOUT) {
		r = ask_again(q, &call, r, ret, e);
		q->is_unknown = is_unknown(true, r, ret->body);
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
