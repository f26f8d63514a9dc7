#include "controller/call.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "proto/http/fields.h"

json_t *
call_fields_errors(struct call *c, const struct field_table *table, void *object)
{
	json_t *errors = json_array();

	(void)fields_read(table, c->body, object, errors);
	return errors;
}

int
call_fields(struct call *c, const struct field_table *table, void *object)
{
	json_t *errors = json_array();

	if (fields_read(table, c->body, object, errors)) {
		json_decref(errors);
		return 0;
	}
	return call_problem_errors(c, PROBLEM_FIELDS, errors);
}

const char *
call_query(const struct call *c, const char *name)
{
	for (size_t i = 0; i < c->request->query_count; i++) {
		if (strcmp(c->request->query[i].name, name) == 0)
			return c->request->query[i].value;
	}
	return NULL;
}

/* The tag of an object is its revision. */
static void
write_etag(int64_t revision, char etag[32])
{
	(void)snprintf(etag, 32, "\"%" PRId64 "\"", revision);
}

int
call_if_match(struct call *c, int64_t revision)
{
	char etag[32];

	if (c->request->if_match == NULL)
		return call_problem_about(c, PROBLEM_IF_MATCH, "If-Match",
		    "If-Match with the ETag of what was read, or *, says what is to be changed");
	if (!http_etags_are_valid(c->request->if_match))
		return call_problem_parameter(
		    c, "If-Match", "expected the ETag of what was read, in its quotes, or *");
	write_etag(revision, etag);
	if (!http_etag_is_listed(c->request->if_match, etag, false))
		return call_problem_about(c, PROBLEM_CHANGED, "If-Match",
		    "it is at revision %" PRId64 " now", revision);
	return 0;
}

const char *
call_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int64_t
call_revision(const json_t *object)
{
	return json_integer_value(json_object_get(object, "revision"));
}

int
call_unchanged(struct call *c, json_t *object)
{
	return call_answer(c, 200, json_incref(object), call_revision(object));
}

int
call_may_delete(struct call *c, const json_t *object)
{
	return c->request->if_match == NULL ? 0 : call_if_match(c, call_revision(object));
}

int
call_answer(struct call *c, unsigned status, json_t *body, int64_t revision)
{
	struct api_response *r = c->response;

	json_decref(r->body);
	r->status = status;
	r->body = body;
	if (revision == 0)
		return 0;
	write_etag(revision, r->etag);
	if (status == 200 && strcmp(c->request->method, "GET") == 0 &&
	    c->request->if_none_match != NULL &&
	    http_etag_is_listed(c->request->if_none_match, r->etag, true)) {
		r->status = 304;
		json_decref(r->body);
		r->body = NULL;
	}
	return 0;
}

int
call_answer_created(struct call *c, json_t *body, int64_t revision, const char *path)
{
	utf8_format(c->response->location, sizeof(c->response->location), "%s/%s", path,
	    json_string_value(json_object_get(body, "id")));
	return call_answer(c, 201, body, revision);
}

int
call_secret(
    struct call *c, enum token_kind kind, char text[TOKEN_TEXT_SIZE], char hash[TOKEN_HASH_SIZE])
{
	uint8_t secret[TOKEN_SECRET_BYTES];

	if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
		return err_set(c->e, STORE_OTHER, "no random bytes");
	token_write(kind, secret, text);
	token_hash(text, hash);
	explicit_bzero(secret, sizeof(secret));
	return 0;
}
