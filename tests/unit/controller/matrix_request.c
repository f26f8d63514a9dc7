/* What is asked: addresses with objects in them, bodies from the document. */
#include "matrix.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#define ABSENT_ID "xx_00000000000000000000000000"

unsigned
matrix_ask(struct matrix *m, const struct matrix_caller *who, const struct route *route,
    const char *path, const char *body)
{
	m->a.token = who->token[0] != '\0' ? who->token : NULL;
	m->a.if_match = strcmp(route->method, "GET") != 0 ? "*" : NULL;
	return ask(&m->a, NOBODY, route->method, path, body);
}

/* The id of the first object of the list that is the project's, or else nobody's; NULL: there is no
 * such list, or none in it. */
static char *
id_in_list(struct matrix *m, const char *list, const char *project)
{
	bool of_project = strstr(list, "/projects/") != NULL;
	_cleanup_(freep) char *at = xasprintf("/api/v1/projects/%s", project), *own_id = NULL;
	const char *found = NULL;
	json_t *item;
	size_t i;

	/* the audit log has ids, which last */
	(void)ask(&m->a, ADMIN, "GET", at, NULL);
	own_id = xstrdup(said(&m->a, "id"));
	if (ask(&m->a, ADMIN, "GET", list, NULL) != 200)
		return NULL;
	json_array_foreach (json_object_get(m->a.response.body, "items"), i, item) {
		const char *its = json_string_value(json_object_get(item, "project"));
		const char *id = json_string_value(json_object_get(item, "id"));

		if (its != NULL && (strcmp(its, project) == 0 || strcmp(its, own_id) == 0))
			return xstrdup(id);
		/* what is nobody's is not foreign; in a project's list it is the administrator's */
		if (found == NULL && its == NULL &&
		    (of_project ? json_object_get(item, "project") == NULL
				: strcmp(project, "alpha") == 0))
			found = id;
	}
	return found != NULL ? xstrdup(found) : NULL;
}

/* What the provider calls otherwise. */
static char *
list_of(const char *path)
{
	const char *tail = strstr(path, "/ips/");

	if (strcmp(path, "/ips/") == 0)
		return xstrdup("/api/v1/global-ips/");
	if (tail == NULL)
		return xstrdup(path);
	return xasprintf("/api/v1%.*s/global-ips", (int)(tail - path), path);
}

/* The slash at the end of the path so far is not the list's. */
static char *
object_in_path(struct matrix *m, const struct strbuf *path, enum matrix_object object)
{
	bool is_own = object == OBJECT_OWN;
	_cleanup_(freep) char *list =
	    strcmp(strbuf_get(path), "/agent/v1/catchments/") == 0
		? xasprintf("/api/v1/projects/%s/catchments/", is_own ? "alpha" : "beta")
		: list_of(strbuf_get(path));

	list[strlen(list) - (list[strlen(list) - 1] == '/')] = '\0';
	if (object == OBJECT_ABSENT || object == OBJECT_ABSENT_INSIDE)
		return xstrdup(ABSENT_ID);
	return id_in_list(m, list, object == OBJECT_OWN ? "alpha" : "beta");
}

static const char *
project_in_path(enum matrix_object object)
{
	if (object == OBJECT_FOREIGN)
		return "beta";
	return object == OBJECT_ABSENT ? "nosuch" : "alpha";
}

char *
matrix_path(struct matrix *m, const struct route *route, enum matrix_object object, char **named)
{
	bool inside = object == OBJECT_FOREIGN_INSIDE || object == OBJECT_ABSENT_INSIDE;
	const char *rest = route->path;
	struct strbuf path = { 0 }, real = { 0 }; /* real: where the lists are */

	*named = NULL;
	while (*rest != '\0') {
		size_t n = strcspn(rest, "{");

		strbuf_add_mem(&path, rest, n);
		strbuf_add_mem(&real, rest, n);
		rest += n;
		if (*rest == '\0')
			break;
		free(*named);
		if (str_starts_with(rest, "{project}")) {
			*named = xstrdup(project_in_path(object));
			strbuf_add(&real, object == OBJECT_FOREIGN_INSIDE ? "beta" : *named);
			inside = inside && strchr(rest + 1, '{') == NULL;
		} else {
			*named = object_in_path(m, &real, object);
			inside = inside && strstr(route->path, "{project}") == NULL;
			if (*named != NULL)
				strbuf_add(&real, *named);
		}
		if (*named == NULL || inside)
			break;
		strbuf_add(&path, *named);
		rest += strcspn(rest, "}") + 1;
	}
	strbuf_done(&real);
	if (*rest == '\0' && (*named != NULL || object == OBJECT_OWN))
		return strbuf_take(&path);
	strbuf_done(&path);
	free(*named);
	*named = NULL;
	return NULL;
}

/* ---- bodies ---- */

static const json_t *
resolve(const struct matrix *m, const json_t *schema)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));
	const json_t *components = json_object_get(m->document, "components");

	if (ref == NULL)
		return schema;
	return json_object_get(json_object_get(components, "schemas"), strrchr(ref, '/') + 1);
}

/* How a body is made: of whose project it speaks, and whether it says all that is known, or what it
 * must. */
struct wish {
	const struct matrix *m;
	const char *project;
	bool all;
};

/* What only this world knows. */
static json_t *
known(const struct wish *w, const char *key)
{
	static const struct {
		const char *key, *text;
	} texts[] = {
		{ "site", "am6" },
		{ "prefix", "100.64.0.0/24" },
		{ "override_reason", "tested" },
		{ "since", "2027-01-15T08:00:00.000Z" },
		{ "at", "2027-01-15T08:00:00.000Z" },
		{ "address", "100.64.0.1" },
	};

	if (strcmp(key, "document") == 0)
		return json_pack("{s:[s]}", "listen", "tcp/443");
	if (strcmp(key, "service") == 0)
		return json_string(strcmp(w->project, "beta") == 0 ? "beta-web" : "web");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (strcmp(texts[i].key, key) == 0)
			return json_string(texts[i].text);
	}
	return NULL;
}

static json_t *example(const struct wish *w, const char *key, const json_t *schema);

static json_t *
example_object(const struct wish *w, const json_t *schema)
{
	json_t *o = json_object(), *one, *properties = json_object_get(schema, "properties");
	const char *name;
	size_t i;

	json_array_foreach (json_object_get(schema, "required"), i, one) {
		name = json_string_value(one);
		(void)json_object_set_new(
		    o, name, example(w, name, json_object_get(properties, name)));
	}
	json_object_foreach (properties, name, one) {
		json_t *value = w->all ? known(w, name) : NULL;

		if (value != NULL)
			(void)json_object_set_new(o, name, value);
	}
	return o;
}

static json_t *
example(const struct wish *w, const char *key, const json_t *schema)
{
	const json_t *choice, *type;
	json_t *o = known(w, key);

	schema = resolve(w->m, schema);
	choice = json_array_get(json_object_get(schema, "enum"), 0);
	type = json_object_get(schema, "type");
	if (json_is_array(type))
		type = json_array_get(type, 0);
	if (o != NULL)
		return o;
	if (choice != NULL)
		return json_deep_copy(choice);
	if (json_object_get(schema, "oneOf") != NULL)
		return example(w, key, json_array_get(json_object_get(schema, "oneOf"), 0));
	if (type == NULL || strcmp(json_string_value(type), "string") == 0)
		return json_string("made");
	if (strcmp(json_string_value(type), "array") == 0)
		return json_array();
	if (strcmp(json_string_value(type), "boolean") == 0)
		return json_false();
	if (strcmp(json_string_value(type), "object") == 0)
		return example_object(w, schema);
	return json_integer(MAX(1, json_integer_value(json_object_get(schema, "minimum"))));
}

char *
matrix_body(struct matrix *m, const struct route *route, const char *project, bool all)
{
	const json_t *at = json_object_get(json_object_get(m->document, "paths"), route->path);
	static const char *const keys[] = { "requestBody", "content", "application/json",
		"schema" };
	struct wish wish = { m, project, all };
	char method[16] = "";
	json_auto_t *body = NULL;

	if (!(route->flags & ROUTE_BODY))
		return NULL;
	for (size_t i = 0; route->method[i] != '\0'; i++)
		method[i] = (char)(route->method[i] - 'A' + 'a');
	at = json_object_get(at, method);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		at = json_object_get(at, keys[i]);
	body = example(&wish, "", at);
	return json_dumps(body, JSON_COMPACT);
}

/* Whether objects are made where this route is, and named below it. */
static bool
makes_objects(const struct route *route)
{
	size_t len = strlen(route->path);

	if (strcmp(route->method, "POST") != 0)
		return false;
	for (size_t i = 0; i < routes_count; i++) {
		if (strncmp(routes[i].path, route->path, len) == 0 &&
		    str_starts_with(routes[i].path + len, "/{"))
			return true;
	}
	return false;
}

void
matrix_make_rest(struct matrix *m, const char *project)
{
	enum matrix_object object = strcmp(project, "beta") == 0 ? OBJECT_FOREIGN : OBJECT_OWN;

	for (size_t i = 0; i < routes_count; i++) {
		_cleanup_(freep) char *named = NULL, *path = NULL, *id = NULL;

		if (!makes_objects(&routes[i]))
			continue;
		path = matrix_path(m, &routes[i], object, &named);
		id = path != NULL ? id_in_list(m, path, project) : NULL;
		for (int all = 0; path != NULL && id == NULL && all < 2; all++) {
			_cleanup_(freep) char *body = matrix_body(m, &routes[i], project, all == 1);

			if (ask(&m->a, ADMIN, "POST", path, body) == 201 &&
			    object == OBJECT_FOREIGN)
				matrix_keep_secret(m, "id");
			id = id_in_list(m, path, project);
		}
	}
}
