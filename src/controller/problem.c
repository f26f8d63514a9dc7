#include "controller/problem.h"

#define TYPE(name) "urn:nearcast:problem:" name

struct row {
	unsigned status;
	const char *type, *title;
};

/* clang-format off */
static const struct row table[PROBLEM_COUNT] = {
	[PROBLEM_FIELDS] = { 422, TYPE("fields"), "The request's fields are not right" },
	[PROBLEM_QUERY] = { 400, TYPE("query"), "The request's parameters or headers are not right" },
	[PROBLEM_UNKNOWN_CALLER] = { 401, TYPE("unknown-caller"), "A valid token is needed" },
	[PROBLEM_FORBIDDEN] = { 403, TYPE("forbidden"), "The token does not allow this" },
	[PROBLEM_OTHER_PAGE] = { 403, TYPE("other-page"), "A page of another site may have sent this" },
	[PROBLEM_NOT_FOUND] = { 404, TYPE("not-found"), "There is no such object" },
	[PROBLEM_METHOD] = { 405, TYPE("method"), "The method does not apply to this address" },
	[PROBLEM_CONFLICT] = { 409, TYPE("conflict"), "It does not go with what is there" },
	[PROBLEM_KEY_REUSED] = { 422, TYPE("key-reused"), "The idempotency key belongs to another request" },
	[PROBLEM_POOL_FULL] = { 409, TYPE("pool-full"), "No pool has such a block free" },
	[PROBLEM_LIMIT] = { 409, TYPE("limit"), "The project's limit is reached" },
	[PROBLEM_LAST_SITE] = { 409, TYPE("last-site"), "It would leave a service with too few sites" },
	[PROBLEM_AWAITED] = { 503, TYPE("awaited"), "Hosts are awaited that have not come back yet" },
	[PROBLEM_AT_ONCE] = { 409, TYPE("at-once"), "It would reach too many sites at once" },
	[PROBLEM_GUARD] = { 409, TYPE("guard"), "It would loosen what guards the service" },
	[PROBLEM_ANNOUNCING] = { 409, TYPE("announcing"), "The host would go on announcing" },
	[PROBLEM_CHANGED] = { 412, TYPE("changed"), "The object was changed since it was read" },
	[PROBLEM_TOO_LARGE] = { 413, TYPE("too-large"), "The request is too large" },
	[PROBLEM_MEDIA_TYPE] = { 415, TYPE("media-type"), "The body has to be application/json" },
	[PROBLEM_IF_MATCH] = { 428, TYPE("if-match"), "If-Match is needed" },
	[PROBLEM_TOO_MANY] = { 429, TYPE("too-many"), "Too many tries; wait" },
	[PROBLEM_STORE] = { 503, TYPE("store"), "The store does not answer" },
	[PROBLEM_STORE_FULL] = { 503, TYPE("store-full"), "The store has no room left" },
	[PROBLEM_OUTCOME_UNKNOWN] = { 503, TYPE("outcome-unknown"), "It is not known whether the change was made" },
	[PROBLEM_INTERNAL] = { 500, TYPE("internal"), "The controller has failed" },
};
/* clang-format on */

unsigned
problem_status(enum problem p)
{
	return table[p].status;
}

const char *
problem_type(enum problem p)
{
	return table[p].type;
}

json_t *
problem_document(enum problem p, const char *detail, json_t *errors)
{
	json_t *o = json_pack("{s:s, s:s, s:i, s:s}", "type", table[p].type, "title",
	    table[p].title, "status", (int)table[p].status, "detail", detail);

	if (errors != NULL)
		(void)json_object_set_new(o, "errors", errors);
	return o;
}
