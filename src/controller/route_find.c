#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/routes.h"

static void
free_params(char *params[CALL_PARAMS_MAX])
{
	for (size_t i = 0; i < CALL_PARAMS_MAX; i++) {
		free(params[i]);
		params[i] = NULL;
	}
}

/* Segment by segment; an open one takes any that is not empty. */
static bool
matches(const char *pattern, const struct api_request *request, char *params[CALL_PARAMS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < request->segment_count; i++) {
		const char *segment = request->segments[i];
		size_t len;

		if (*pattern++ != '/')
			return false;
		len = strcspn(pattern, "/");
		if (pattern[0] == '{' && *segment != '\0')
			params[n++] = xstrdup(segment);
		else if (strlen(segment) != len || memcmp(pattern, segment, len) != 0)
			return false;
		pattern += len;
	}
	return *pattern == '\0';
}

const struct route *
route_find(const struct api_request *request, char *params[CALL_PARAMS_MAX], char *allow,
    size_t allow_size)
{
	allow[0] = '\0';
	for (size_t i = 0; i < routes_count; i++) {
		if (matches(routes[i].path, request, params)) {
			size_t len = strlen(allow);

			if (strcmp(routes[i].method, request->method) == 0)
				return &routes[i];
			(void)snprintf(allow + len, allow_size - len, "%s%s", len > 0 ? ", " : "",
			    routes[i].method);
		}
		free_params(params);
	}
	return NULL;
}
