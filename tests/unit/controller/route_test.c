#include "controller/routes.h"

#include <stdlib.h>

#include "tap.h"

TEST(each_route_is_found_and_only_once)
{
	for (size_t i = 0; i < routes_count; i++) {
		char *params[CALL_PARAMS_MAX] = { 0 };
		char allow[64], path[128];
		const char *segments[8];
		struct api_request request = { .method = routes[i].method, .segments = segments };

		(void)snprintf(path, sizeof(path), "%s", routes[i].path);
		for (char *at = path; *at == '/'; at += strcspn(at, "/")) {
			*at++ = '\0';
			segments[request.segment_count++] = at;
		}
		CHECK(route_find(&request, params, allow, sizeof(allow)) == &routes[i]);
		for (size_t k = 0; k < CALL_PARAMS_MAX; k++)
			free(params[k]);
	}
}

TEST(what_changes_something_says_so)
{
	for (size_t i = 0; i < routes_count; i++) {
		bool reads = strcmp(routes[i].method, "GET") == 0;

		CHECK_INT(!(routes[i].flags & ROUTE_WRITES), reads);
		CHECK(!reads || !(routes[i].flags & ROUTE_BODY));
		/* nobody changes what only needs to be seen */
		CHECK(reads ||
		      (routes[i].action != ACTION_SEE && routes[i].action != ACTION_SEE_PLACES &&
			  routes[i].action != ACTION_SEE_AUDIT));
	}
}
