/* The table of routes, which the OpenAPI document describes and a test compares it with. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "controller/call.h"

enum route_flags {
	ROUTE_WRITES = 1 << 0,   /* its transaction changes something */
	ROUTE_BODY = 1 << 1,     /* it takes a body of JSON */
	ROUTE_NO_STORE = 1 << 2, /* it is answered without a transaction, and for everybody */
	/* who asks and what that host is to do is one statement (caller_host): no transaction */
	ROUTE_DESIRED = 1 << 3,
};

struct route {
	const char *method;
	const char *path; /* "/api/v1/projects/{project}/global-ips"; {project} is looked up, and
			   * checked; so is that of a {ip} */
	enum action action;
	unsigned flags;
	const char *query; /* the parameters that it knows: "limit cursor tag"; NULL: none */
	call_fn handle;
};

extern const struct route routes[];
extern const size_t routes_count;

/*
 * The route, and the open parts of the path as new texts. NULL: there is none; allow then has the
 * methods of that path, "" when there is no such path.
 */
const struct route *route_find(const struct api_request *request, char *params[CALL_PARAMS_MAX],
    char *allow, size_t allow_size);
