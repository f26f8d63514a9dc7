#include "cli/controller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "cli/controller_token.h"
#include "cli/controller_url.h"
#include "cli/fields.h"

#define PATIENCE DURATION_S(60)
#define ANSWER_MAX ((size_t)64 << 20)
#define OUTCOME_UNKNOWN "urn:nearcast:problem:outcome-unknown"
#define KEY_BYTES 16
#define HEADERS_MAX 6

static const char *
option_or(const char *option, const char *variable, const char *otherwise)
{
	const char *set = getenv(variable);

	if (option != NULL)
		return option;
	return set != NULL && *set != '\0' ? set : otherwise;
}

int
controller_open(const struct controller_options *o, struct controller *ret)
{
	struct controller c = { .url = option_or(o->url, "NEARCAST_CONTROLLER", CONTROLLER_URL),
		.ca_file = option_or(o->ca_file, "NEARCAST_CA_FILE", NULL) };
	_cleanup_(strbuf_done) struct strbuf token = { 0 };
	struct err e = { 0 };
	int r = controller_url_check(c.url, &e);

	if (r == -EINVAL || r == -EPERM)
		return cli_usage_error("%s", e.message);
	if (r >= 0)
		r = controller_token(
		    option_or(o->token_file, "NEARCAST_TOKEN_FILE", NULL), &token, &e);
	if (r < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	c.authorization = xasprintf("Authorization: Bearer %s", strbuf_get(&token));
	explicit_bzero(token.text, token.len);
	*ret = c;
	return EXIT_SUCCESS;
}

void
controller_done(struct controller *c)
{
	if (c->authorization != NULL)
		explicit_bzero(c->authorization, strlen(c->authorization));
	free(c->authorization);
}

void
controller_answer_done(struct controller_answer *a)
{
	json_decref(a->body);
}

/* Of texts from outside. */
static void
say_line(const char *indent, const char *one, const char *two)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	strbuf_add_printable(&line, one);
	if (*two != '\0') {
		strbuf_add(&line, *one != '\0' ? ": " : "");
		strbuf_add_printable(&line, two);
	}
	if (indent == NULL)
		cli_say_error("%s", strbuf_get(&line));
	else
		(void)fprintf(stderr, "%s%s\n", indent, strbuf_get(&line));
}

/* A problem document, RFC 9457; what else answers (a proxy) has none. */
static void
say_problem(const struct controller *c, long status, const json_t *problem)
{
	const json_t *errors = json_object_get(problem, "errors"), *error;
	const char *what = field_text(problem, "title");
	size_t i;

	if (*what == '\0') {
		cli_say_error("%s: status %ld, and no word from a controller", c->url, status);
		return;
	}
	if (json_array_size(errors) > 0) {
		say_line(NULL, what, "");
		json_array_foreach (errors, i, error)
			say_line("  ", field_text(error, "field"), field_text(error, "detail"));
		return;
	}
	say_line(NULL, what, field_text(problem, "detail"));
}

static char *
address_of(const struct controller *c, const char *path)
{
	size_t len = strlen(c->url);

	return xasprintf("%.*s%s", (int)(len - (c->url[len - 1] == '/')), c->url, path);
}

static void
make_key(char *header, size_t size)
{
	unsigned char random[KEY_BYTES];
	int n = snprintf(header, size, "Idempotency-Key: ");

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		abort();
	for (size_t i = 0; i < sizeof(random) && n > 0; i++)
		(void)snprintf(header + n + 2 * i, size - (size_t)n - 2 * i, "%02x", random[i]);
}

/* Whether it may have been done, and nobody could tell us. */
static bool
is_unknown(int r, const json_t *answer)
{
	return r == -ECONNRESET ||
	       (r >= 0 && strcmp(field_text(answer, "type"), OUTCOME_UNKNOWN) == 0);
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

static int
finish(const struct controller *c, const char *method, int r,
    const struct controller_answer *answer, const struct err *e)
{
	bool reads = strcmp(method, "GET") == 0;
	long status = answer->status;

	if (r < 0) {
		cli_say_error("%s", e->message);
		if (!reads && (r == -ECONNRESET || r == -ETIMEDOUT))
			(void)fprintf(stderr, "It is not known whether it was done; look first.\n");
		return EXIT_FAILURE;
	}
	if (status >= 200 && status < 300 && (json_is_object(answer->body) || status == 204))
		return EXIT_SUCCESS;
	say_problem(c, status, answer->body);
	return EXIT_FAILURE;
}

/* One request, repeated when it has to be. Gives what http_call() gives. */
static int
ask(const struct controller *c, const char *method, const char *path, json_t *body,
    const char *if_match, struct controller_answer *ret, struct err *e)
{
	_cleanup_(freep) char *text = NULL, *url = address_of(c, path);
	_cleanup_(freep) char *match = xasprintf("If-Match: %s", if_match != NULL ? if_match : "");
	json_auto_t *owned = body;
	char key[2 * KEY_BYTES + sizeof("Idempotency-Key: ")];
	const char *headers[HEADERS_MAX + 1] = { c->authorization, "Accept: application/json" };
	struct http_call call = { .method = method,
		.url = url,
		.headers = headers,
		.ca_file = c->ca_file,
		.timeout = PATIENCE,
		.max = ANSWER_MAX };
	bool repeats = strcmp(method, "POST") == 0;
	size_t n = 2;
	int r;

	if (owned != NULL) {
		call.body = text = json_dumps(owned, JSON_COMPACT);
		headers[n++] = "Content-Type: application/json";
		headers[n++] = "Expect:"; /* no second round trip */
	}
	if (if_match != NULL)
		headers[n++] = match;
	make_key(key, sizeof(key));
	if (repeats)
		headers[n++] = key;
	r = ask_once(&call, ret, e);
	if (repeats && is_unknown(r, ret->body))
		r = ask_once(&call, ret, e);
	return r;
}

int
controller_ask(const struct controller *c, const char *method, const char *path, json_t *body,
    const char *if_match, struct controller_answer *ret)
{
	struct err e = { 0 };
	int r = ask(c, method, path, body, if_match, ret, &e);

	return finish(c, method, r, ret, &e);
}

int
controller_look(const struct controller *c, const char *path, struct controller_answer *ret)
{
	struct err e = { 0 };
	int r = ask(c, "GET", path, NULL, NULL, ret, &e);

	if (r < 0 || ret->status != 404)
		return finish(c, "GET", r, ret, &e);
	json_decref(ret->body);
	ret->body = NULL;
	return EXIT_SUCCESS;
}
