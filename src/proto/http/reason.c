#include "proto/http/reason.h"

#include <stddef.h>

#include "base/attr.h"

#define TYPE(name) "urn:nearcast:problem:" name

static const struct {
	unsigned status;
	const char *text, *type; /* NULL: no server of ours gives it by its status alone */
} reasons[] = {
	{ 200, "OK", NULL },
	{ 201, "Created", NULL },
	{ 202, "Accepted", NULL },
	{ 204, "No Content", NULL },
	{ 304, "Not Modified", NULL },
	{ 400, "Bad Request", TYPE("malformed") },
	{ 401, "Unauthorized", TYPE("unknown-caller") },
	{ 403, "Forbidden", NULL },
	{ 404, "Not Found", TYPE("not-found") },
	{ 405, "Method Not Allowed", TYPE("method") },
	{ 406, "Not Acceptable", NULL },
	{ 408, "Request Timeout", NULL },
	{ 409, "Conflict", NULL },
	{ 410, "Gone", NULL },
	{ 411, "Length Required", TYPE("length") },
	{ 412, "Precondition Failed", NULL },
	{ 413, "Content Too Large", TYPE("too-large") },
	{ 414, "URI Too Long", NULL },
	{ 415, "Unsupported Media Type", NULL },
	{ 417, "Expectation Failed", TYPE("expectation") },
	{ 421, "Misdirected Request", NULL },
	{ 422, "Unprocessable Content", NULL },
	{ 428, "Precondition Required", NULL },
	{ 429, "Too Many Requests", NULL },
	{ 431, "Request Header Fields Too Large", TYPE("headers-too-large") },
	{ 500, "Internal Server Error", NULL },
	{ 501, "Not Implemented", TYPE("transfer-coding") },
	{ 503, "Service Unavailable", TYPE("busy") },
	{ 507, "Insufficient Storage", NULL },
};

const char *
http_reason(unsigned status)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].status == status)
			return reasons[i].text;
	}
	return "Error";
}

const char *
http_problem_type(unsigned status)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].status == status && reasons[i].type != NULL)
			return reasons[i].type;
	}
	return "about:blank";
}
