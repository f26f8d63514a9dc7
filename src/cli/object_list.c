/* Lists: all pages of one, up to the limit, as one document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/object.h"
#include "cli/print_json.h"
#include "io/tty.h"

#define PAGE_MAX 200

/* The filters as a query. */
static int
add_filters(const struct object_kind *kind, const struct object_options *o, struct strbuf *path)
{
	json_auto_t *filters = json_object();
	struct err e = { 0 };
	const char *name;
	json_t *value;

	if (kind->filters == NULL)
		return EXIT_SUCCESS;
	if (object_add_fields(filters, kind->filters, o, &e) < 0)
		return cli_usage_error("%s", e.message);
	json_object_foreach (filters, name, value) {
		_cleanup_(strbuf_done) struct strbuf text = { 0 };

		object_value_text(value, &text);
		controller_url_add_query(path, name, strbuf_get(&text));
	}
	return EXIT_SUCCESS;
}

/* The next page, added to the list. */
static int
add_page(const struct controller *c, const char *path, uint32_t limit, json_t *list)
{
	_cleanup_(controller_answer_done) struct controller_answer page = { 0 };
	_cleanup_(strbuf_done) struct strbuf whole = { 0 };
	const char *cursor = json_string_value(json_object_get(list, "next"));
	json_t *items = json_object_get(list, "items"), *more, *next;
	size_t left = limit > 0 ? limit - json_array_size(items) : PAGE_MAX;
	char count[24];
	int status;

	(void)snprintf(count, sizeof(count), "%zu", MIN(left, (size_t)PAGE_MAX));
	strbuf_add(&whole, path);
	controller_url_add_query(&whole, "limit", count);
	controller_url_add_query(&whole, "cursor", cursor);
	status = controller_ask(c, "GET", strbuf_get(&whole), NULL, NULL, &page);
	if (status != EXIT_SUCCESS)
		return status;
	more = json_object_get(page.body, "items");
	next = json_object_get(page.body, "next");
	if (!json_is_array(more) || (json_is_string(next) && json_array_size(more) == 0)) {
		cli_say_error("%s: the answer is not a page of a list", c->url);
		return EXIT_FAILURE;
	}
	(void)json_array_extend(items, more);
	(void)json_object_set(list, "next", json_is_string(next) ? next : json_null());
	return EXIT_SUCCESS;
}

static int
print(const struct object_kind *kind, const struct object_options *o, bool filtered, json_t *list)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	int status;

	if (o->json)
		return cli_print_json(json_incref(list), JSON_INDENT(2));
	if (json_array_size(json_object_get(list, "items")) == 0)
		cli_say_none("There are no %s%ss.", filtered ? "such " : "", kind->what);
	object_list_text(json_object_get(list, "items"), kind->columns,
	    (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0) },
	    &out);
	status = cli_print(strbuf_get(&out));
	if (json_is_string(json_object_get(list, "next")))
		(void)fprintf(stderr, "There are more; --limit says how many are shown.\n");
	return status;
}

int
object_list(const struct object_kind *kind, const struct object_options *o)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	json_auto_t *list = json_pack("{s:[], s:n}", "items", "next");
	const json_t *items = json_object_get(list, "items");
	int status = controller_open(&o->controller, &c);

	if (status == EXIT_SUCCESS)
		status = object_path(kind, o, &c, NULL, &path);
	if (status == EXIT_SUCCESS)
		status = add_filters(kind, o, &path);
	if (status != EXIT_SUCCESS)
		return status;
	do {
		status = add_page(&c, strbuf_get(&path), o->limit, list);
		if (status != EXIT_SUCCESS)
			return status;
	} while (json_is_string(json_object_get(list, "next")) &&
		 (o->limit == 0 || json_array_size(items) < o->limit));
	return print(kind, o, strchr(strbuf_get(&path), '?') != NULL, list);
}
