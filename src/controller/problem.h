/*
 * Problem documents (RFC 9457): what went wrong, for a program (type, status), for a person (title,
 * detail), and for whoever filled in the form (errors: [{field, detail}]).
 */
#pragma once

#include <jansson.h>

enum problem {
	PROBLEM_FIELDS,         /* 422: errors names the fields */
	PROBLEM_QUERY,          /* 400: likewise, of the query or a header */
	PROBLEM_UNKNOWN_CALLER, /* 401 */
	PROBLEM_FORBIDDEN,      /* 403 */
	PROBLEM_OTHER_PAGE,     /* 403: a page of another site may have sent it */
	PROBLEM_NOT_FOUND,      /* 404 */
	PROBLEM_METHOD,         /* 405 */
	PROBLEM_CONFLICT,       /* 409: what is there does not go with the change */
	PROBLEM_KEY_REUSED,     /* 422: an idempotency key came with another request */
	PROBLEM_POOL_FULL,      /* 409 */
	PROBLEM_LIMIT,          /* 409: of the project */
	PROBLEM_LAST_SITE,      /* 409: an override is needed */
	PROBLEM_AWAITED,        /* 503: likewise, or a while, until hosts are back; Retry-After */
	PROBLEM_AT_ONCE,        /* 409: likewise, or a rollout */
	PROBLEM_GUARD,          /* 409: a service's; likewise an override */
	PROBLEM_ANNOUNCING,     /* 409: a host; likewise an override */
	PROBLEM_CHANGED,        /* 412: If-Match */
	PROBLEM_TOO_LARGE,      /* 413 */
	PROBLEM_MEDIA_TYPE,     /* 415 */
	PROBLEM_IF_MATCH,       /* 428: it is required */
	PROBLEM_TOO_MANY,       /* 429: tries to sign in; Retry-After */
	PROBLEM_STORE,          /* 503: the store does not answer; Retry-After */
	/*
	 * 503, too: RFC 9110 has nothing nearer, and the 507 of RFC 4918 must not be repeated by
	 * itself, which is just what agents and scripts should do, since nothing was changed
	 */
	PROBLEM_STORE_FULL,
	PROBLEM_OUTCOME_UNKNOWN, /* 503: the connection was lost in a commit; ask with the same key
				  */
	PROBLEM_INTERNAL,        /* 500 */
	PROBLEM_COUNT,
};

unsigned problem_status(enum problem p);
/* "urn:nearcast:problem:pool-full" */
const char *problem_type(enum problem p);
/* The document; errors: an array that is taken over, or NULL. */
json_t *problem_document(enum problem p, const char *detail, json_t *errors);
