/* Which sites a service had and has, for the rule of intent.h. */
#include <string.h>

#include "controller/api_services.h"
#include "controller/intent.h"

static bool
has(const json_t *array, const char *text)
{
	json_t *one;
	size_t i;

	json_array_foreach (array, i, one) {
		if (strcmp(json_string_value(one), text) == 0)
			return true;
	}
	return false;
}

/* Adds the site of each host that is named by itself. */
static int
add_sites_of_hosts(struct call *c, const json_t *hosts, json_t *sites)
{
	json_t *name;
	size_t i;

	json_array_foreach (hosts, i, name) {
		_cleanup_(store_rows_done) struct store_rows rows = { 0 };
		int r = store_query(c->store, &rows, c->e,
		    "SELECT sites.name FROM hosts JOIN sites ON sites.id = hosts.site"
		    " WHERE hosts.name = $1",
		    SQL_TEXT(json_string_value(name)));

		if (r < 0)
			return r;
		if (store_next(&rows) && !has(sites, store_text(&rows, 0)))
			(void)json_array_append_new(sites, json_string(store_text(&rows, 0)));
	}
	return 0;
}

static int
sites_now(struct call *c, const char *service, json_t *sites)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT DISTINCT sites.name FROM placements p LEFT JOIN hosts ON hosts.id = p.host"
	    " JOIN sites ON sites.id = p.site OR sites.id = hosts.site WHERE p.service = $1",
	    SQL_TEXT(service));

	while (r >= 0 && store_next(&rows))
		(void)json_array_append_new(sites, json_string(store_text(&rows, 0)));
	return r < 0 ? r : 0;
}

int
services_check_intent(struct call *c, const json_t *before, const char *override_reason)
{
	json_auto_t *were = json_copy(json_object_get(before, "sites")), *are = json_array();
	struct intent intent = { 0 };
	char why[INTENT_WHY_MAX];
	json_t *site;
	size_t i;
	int r;

	r = add_sites_of_hosts(c, json_object_get(before, "hosts"), were);
	if (r >= 0)
		r = sites_now(c, call_text(before, "id"), are);
	if (r < 0)
		return r;
	intent.before = json_array_size(were);
	intent.after = json_array_size(are);
	json_array_foreach (were, i, site)
		intent.lost += !has(are, json_string_value(site));
	intent.min_sites = (uint32_t)json_integer_value(json_object_get(before, "min_sites"));
	intent.max_change_percent =
	    (uint32_t)json_integer_value(json_object_get(before, "max_change_percent"));
	if (intent_is_safe(&intent, why) || override_reason != NULL)
		return 0;
	return call_problem(c, PROBLEM_LAST_SITE,
	    "service %s: %s; override_reason says that it is meant, and why",
	    call_text(before, "name"), why);
}
