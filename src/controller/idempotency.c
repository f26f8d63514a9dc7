/*
 * Idempotency keys: a request that comes again with its key gets the answer of the first.
 *
 * The key belongs to a token, and to one request: method, path and body. It is written in the
 * transaction of the change, so there is no moment at which one is there without the other; of two
 * that come at once one collides, is begun again, and finds the other's answer. Only what was done
 * is kept: a refusal changes nothing, and may well be otherwise next time.
 */
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/call.h"
#include "controller/routes.h"

#define KEY_MAX 128
#define KEPT_NS (INT64_C(7) * 86400 * 1000000000)

static void
hash_text(struct sha256_ctx *sha, const char *text, size_t len)
{
	/* with its length, so that no two requests run together to the same bytes */
	uint64_t n = len;

	sha256_update(sha, sizeof(n), (const uint8_t *)&n);
	sha256_update(sha, len, (const uint8_t *)text);
}

static void
hash_request(const struct api_request *request, char hash[TOKEN_HASH_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	hash_text(&sha, request->method, strlen(request->method));
	hash_text(&sha, request->path, strlen(request->path));
	hash_text(&sha, request->body != NULL ? request->body : "", request->body_len);
	sha256_digest(&sha, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}

static bool
has_key(const struct call *c)
{
	return c->request->idempotency_key != NULL && c->caller.id[0] != '\0' &&
	       strcmp(c->request->method, "POST") == 0;
}

static int
take_answer(struct call *c, const struct store_rows *rows)
{
	json_auto_t *headers = json_loads(store_text(rows, 2), 0, NULL);
	struct api_response *r = c->response;

	r->status = (unsigned)store_int(rows, 1);
	r->body = json_loads(store_text(rows, 3), 0, NULL);
	(void)snprintf(
	    r->etag, sizeof(r->etag), "%s", json_string_value(json_object_get(headers, "ETag")));
	(void)snprintf(r->location, sizeof(r->location), "%s",
	    json_string_value(json_object_get(headers, "Location")));
	return CALL_ANSWERED;
}

int
call_find_answer(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *key = c->request->idempotency_key;
	char hash[TOKEN_HASH_SIZE];
	int r;

	if (!has_key(c))
		return 0;
	if (*key == '\0' || strlen(key) > KEY_MAX || !field_text_is_valid(key))
		return call_problem_parameter(
		    c, "Idempotency-Key", "expected 1 to %d bytes of text", KEY_MAX);
	r = store_query(c->store, &rows, c->e,
	    "SELECT request_hash, status, headers, body FROM idempotency_keys"
	    " WHERE owner = $1 AND request_key = $2 AND expires_at > $3",
	    SQL_TEXT(c->caller.id), SQL_TEXT(key), SQL_INT(c->request->now));
	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	hash_request(c->request, hash);
	if (strcmp(hash, store_text(&rows, 0)) != 0)
		return call_problem_about(c, PROBLEM_KEY_REUSED, "Idempotency-Key",
		    "this key came before with another method, address or body");
	return take_answer(c, &rows);
}

int
call_keep_answer(struct call *c)
{
	const struct api_response *response = c->response;
	char hash[TOKEN_HASH_SIZE];
	json_auto_t *headers = NULL, *body = NULL;
	_cleanup_(freep) char *headers_text = NULL;
	_cleanup_(freep) char *body_text = NULL;
	int r;

	if (!has_key(c) || response->body == NULL)
		return 0;
	hash_request(c->request, hash);
	headers = json_pack("{s:s, s:s}", "ETag", response->etag, "Location", response->location);
	body = json_copy(response->body);
	if (response->secret_key != NULL)
		(void)json_object_set_new(body, response->secret_key, json_null());
	headers_text = json_dumps(headers, JSON_COMPACT);
	body_text = json_dumps(body, JSON_COMPACT);
	r = store_do(c->store, c->e,
	    "DELETE FROM idempotency_keys WHERE (owner = $1 AND request_key = $2) OR expires_at <= $3",
	    SQL_TEXT(c->caller.id), SQL_TEXT(c->request->idempotency_key), SQL_INT(c->request->now));
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO idempotency_keys (owner, request_key, request_hash, status, "
		    "headers,"
		    " body, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		    SQL_TEXT(c->caller.id), SQL_TEXT(c->request->idempotency_key), SQL_TEXT(hash),
		    SQL_INT((int64_t)response->status), SQL_TEXT(headers_text), SQL_TEXT(body_text),
		    SQL_INT(c->request->now), SQL_INT(c->request->now + KEPT_NS));
	return r < 0 ? r : 0;
}
