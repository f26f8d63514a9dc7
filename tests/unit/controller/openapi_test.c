/* The OpenAPI document and the table of routes say the same. */
#include "controller/openapi.h"

#include <stdlib.h>

#include "base/attr.h"
#include "controller/problem.h"
#include "controller/routes.h"
#include "tap.h"

static const json_t *
operation_of(const json_t *document, const struct route *route)
{
	const json_t *path = json_object_get(json_object_get(document, "paths"), route->path);
	char method[16] = "";

	for (size_t i = 0; route->method[i] != '\0'; i++)
		method[i] = (char)(route->method[i] - 'A' + 'a');
	return json_object_get(path, method);
}

/* A parameter that is written there, or elsewhere and named. */
static const json_t *
parameter_of(const json_t *document, const json_t *parameter)
{
	const char *ref = json_string_value(json_object_get(parameter, "$ref"));
	const json_t *components = json_object_get(document, "components");

	if (ref == NULL)
		return parameter;
	return json_object_get(json_object_get(components, "parameters"), strrchr(ref, '/') + 1);
}

/* The names of an operation's parameters of the query, as a route has them. */
static void
query_of(const json_t *document, const json_t *operation, char *buf, size_t size)
{
	json_t *one;
	size_t i;

	buf[0] = '\0';
	json_array_foreach (json_object_get(operation, "parameters"), i, one) {
		const json_t *p = parameter_of(document, one);
		size_t len = strlen(buf);

		if (strcmp(json_string_value(json_object_get(p, "in")), "query") == 0)
			(void)snprintf(buf + len, size - len, "%s%s", len > 0 ? " " : "",
			    json_string_value(json_object_get(p, "name")));
	}
}

TEST(each_type_of_problem_is_described)
{
	json_auto_t *document = json_loads(openapi_document, JSON_REJECT_DUPLICATES, NULL);
	const json_t *components = json_object_get(document, "components");
	const json_t *problem = json_object_get(json_object_get(components, "schemas"), "Problem");
	const json_t *type = json_object_get(json_object_get(problem, "properties"), "type");
	const json_t *one, *types = json_object_get(type, "enum");
	size_t k;

	REQUIRE(json_is_array(types));
	for (int p = 0; p < PROBLEM_COUNT; p++) {
		bool found = false;

		json_array_foreach (types, k, one)
			found = found || strcmp(json_string_value(one), problem_type(p)) == 0;
		if (!found)
			tap_fail(__FILE__, __LINE__, "%s is not described", problem_type(p));
	}
}

TEST(each_route_is_described)
{
	json_auto_t *document = json_loads(openapi_document, JSON_REJECT_DUPLICATES, NULL);
	char query[200];

	REQUIRE(document != NULL);
	for (size_t i = 0; i < routes_count; i++) {
		const json_t *operation = operation_of(document, &routes[i]);

		if (operation == NULL) {
			tap_fail(__FILE__, __LINE__, "not described: %s %s", routes[i].method,
			    routes[i].path);
			continue;
		}
		CHECK_INT(json_object_get(operation, "requestBody") != NULL,
		    (routes[i].flags & ROUTE_BODY) != 0);
		CHECK_INT(json_object_get(operation, "security") != NULL,
		    routes[i].action == ACTION_BE_WELL);
		query_of(document, operation, query, sizeof(query));
		CHECK_STR(query, routes[i].query != NULL ? routes[i].query : "");
	}
}

TEST(nothing_else_is_described)
{
	json_auto_t *document = json_loads(openapi_document, 0, NULL);
	size_t operations = 0;
	const char *path;
	json_t *methods;

	json_object_foreach (json_object_get(document, "paths"), path, methods)
		operations += json_object_size(methods);
	CHECK_INT(operations, routes_count);
}

/* What is named is there, in all of the document. */
static void
check_references(const json_t *document, const json_t *value)
{
	const char *ref = json_string_value(json_object_get(value, "$ref"));
	const char *key;
	json_t *one;
	size_t i;

	if (ref != NULL) {
		char group[32] = "", name[64] = "";

		CHECK_INT(sscanf(ref, "#/components/%31[a-zA-Z]/%63[^/]", group, name), 2);
		CHECK(
		    json_object_get(json_object_get(json_object_get(document, "components"), group),
			name) != NULL);
	}
	json_object_foreach ((json_t *)(uintptr_t)value, key, one)
		check_references(document, one);
	json_array_foreach (value, i, one)
		check_references(document, one);
}

TEST(what_it_refers_to_is_there)
{
	json_auto_t *document = json_loads(openapi_document, 0, NULL);

	check_references(document, document);
}
