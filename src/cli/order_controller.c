/* Drains and holds through a controller: for a service everywhere, at a site or host, or all of
 * one. */
#include <stdlib.h>
#include <string.h>

#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/order.h"

const struct object_kind order_of_project = {
	.what = "order", .path = "orders", .place = OBJECT_OF_PROJECT
};
const struct object_kind order_of_all = {
	.what = "order", .path = "orders", .place = OBJECT_OF_ALL
};

bool
order_is_remote(const struct order_options *o)
{
	return o->site != NULL || o->host != NULL || o->base.project != NULL ||
	       o->base.controller.url != NULL;
}

int
order_check_local(const struct order_options *o, const char *service)
{
	if (service == NULL)
		return cli_usage_error("which service? Or name a --site or --host");
	if (o->override != NULL || o->expires.ns > 0 || o->base.controller.key != NULL)
		return cli_usage_error("--override, --expires and --key are for orders through a "
				       "controller: name a --site, --host or --project");
	return EXIT_SUCCESS;
}

/* "web at site am6", "all services at host am6-1", "web everywhere" */
static void
add_what(const struct order_options *o, const char *service, struct strbuf *out)
{
	const char *place = o->site != NULL ? o->site : o->host;

	strbuf_add_printable(out, service != NULL ? service : "all services");
	if (place == NULL) {
		strbuf_add(out, " everywhere");
		return;
	}
	strbuf_add(out, o->site != NULL ? " at site " : " at host ");
	strbuf_add_printable(out, place);
}

static int
print_line(const struct order_options *o, const char *service, const char *what)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	add_what(o, service, &line);
	strbuf_addf(&line, ": %s\n", what);
	return cli_print(strbuf_get(&line));
}

/* NULL: a text is not UTF-8. Takes over parameters. */
static json_t *
body_of(const struct order_options *o, const char *kind, const char *service, json_t *parameters)
{
	json_t *body = json_pack("{s:s, s:s?, s:s?, s:s?, s:o, s:s, s:s*}", "kind", kind, "service",
	    service, "site", o->site, "host", o->host, "parameters", parameters, "reason",
	    o->reason != NULL ? o->reason : "", "override_reason", o->override);

	if (body != NULL && o->expires.ns > 0)
		(void)json_object_set_new(
		    body, "expires_in_seconds", json_integer(o->expires.ns / NS_PER_S));
	return body;
}

int
order_make(const struct order_options *o, const char *kind, const char *service, json_t *parameters,
    struct controller_answer *ret)
{
	const struct object_kind *objects = service != NULL ? &order_of_project : &order_of_all;

	return object_make(objects, &o->base, body_of(o, kind, service, parameters), ret);
}

int
order_give(const struct order_options *o, const char *kind, const char *service, json_t *parameters)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	int status = order_make(o, kind, service, parameters, &answer);

	if (status != EXIT_SUCCESS)
		return status;
	if (o->base.json)
		return object_print(&o->base, answer.body);
	return print_line(o, service, strcmp(kind, "drain") == 0 ? "drains" : "held");
}

static bool
is_same(const json_t *order, const char *key, const char *name)
{
	const char *text = json_string_value(json_object_get(order, key));

	if (text == NULL || name == NULL)
		return text == NULL && name == NULL;
	return strcmp(text, name) == 0;
}

/* The id of the order that says just this; NULL: there is none. */
static const char *
find(const json_t *list, const struct order_options *o, const char *service)
{
	json_t *order;
	size_t i;

	json_array_foreach (json_object_get(list, "items"), i, order) {
		if (is_same(order, "service", service) && is_same(order, "site", o->site) &&
		    is_same(order, "host", o->host))
			return field_text(order, "id");
	}
	return NULL;
}

/* Whether the controller knows no such place; then it was said. */
static bool
is_nowhere(const struct controller *c, const char *kind, const char *name)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 }, shown = { 0 };
	struct err e = { 0 };

	if (name == NULL)
		return false;
	strbuf_addf(&path, "/api/v1/%ss", kind);
	controller_url_add(&path, name);
	if (controller_peek(c, strbuf_get(&path), &answer, &e) < 0 || answer.status != 404)
		return false;
	strbuf_add_printable(&shown, name);
	cli_say_error("there is no %s \"%s\"", kind, strbuf_get(&shown));
	return true;
}

/* What there is instead, for whoever was not exact. */
static int
say_others(const json_t *list, const struct order_options *o, const char *kind, const char *service)
{
	_cleanup_(strbuf_done) struct strbuf what = { 0 };
	json_t *order;
	size_t i;

	add_what(o, service, &what);
	cli_say_error("no %s says just this: %s", kind, strbuf_get(&what));
	json_array_foreach (json_object_get(list, "items"), i, order) {
		struct order_options its = { .site =
						 json_string_value(json_object_get(order, "site")),
			.host = json_string_value(json_object_get(order, "host")) };
		_cleanup_(strbuf_done) struct strbuf line = { 0 };

		add_what(&its, json_string_value(json_object_get(order, "service")), &line);
		(void)fprintf(stderr, "  there is: %s\n", strbuf_get(&line));
	}
	return EXIT_FAILURE;
}

static int
end_in(const struct controller *c, const struct order_options *o, const char *kind,
    const char *service, const char *path)
{
	_cleanup_(controller_answer_done) struct controller_answer list = { 0 }, gone = { 0 };
	_cleanup_(strbuf_done) struct strbuf query = { 0 }, one = { 0 };
	const char *id;
	int status;

	strbuf_add(&query, path);
	controller_url_add_query(&query, "kind", kind);
	controller_url_add_query(&query, "service", service);
	controller_url_add_query(&query, "limit", "1000");
	status = controller_ask(c, "GET", strbuf_get(&query), NULL, NULL, &list);
	if (status != EXIT_SUCCESS)
		return status;
	id = find(list.body, o, service);
	if (id == NULL && (is_nowhere(c, "site", o->site) || is_nowhere(c, "host", o->host)))
		return EXIT_FAILURE;
	if (id == NULL)
		return say_others(list.body, o, kind, service);
	strbuf_add(&one, path);
	controller_url_add(&one, id);
	return controller_ask(c, "DELETE", strbuf_get(&one), NULL, NULL, &gone);
}

int
order_end(const struct order_options *o, const char *kind, const char *service, const char *what)
{
	const struct object_kind *objects = service != NULL ? &order_of_project : &order_of_all;
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = controller_open(&o->base.controller, &c);

	if (status == EXIT_SUCCESS)
		status = object_path(objects, &o->base, &c, NULL, &path);
	if (status == EXIT_SUCCESS)
		status = end_in(&c, o, kind, service, strbuf_get(&path));
	if (status != EXIT_SUCCESS || o->base.json)
		return status;
	return print_line(o, service, what);
}
