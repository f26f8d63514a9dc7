#include "cli/routes_text.h"

#include <string.h>

#include "cli/fields.h"

/* Columns that only some routes have something in. */
struct optional {
	bool med, local_pref, communities, waits_for;
};

static const char *const community_keys[] = { "communities", "ext_communities",
	"large_communities" };

static void
add_communities(const json_t *route, struct strbuf *out)
{
	for (size_t k = 0; k < ARRAY_SIZE(community_keys); k++) {
		const json_t *list = json_object_get(route, community_keys[k]), *c;
		size_t i;

		json_array_foreach (list, i, c) {
			const char *text = json_string_value(c);

			strbuf_addf(
			    out, "%s%s", out->len > 0 ? " " : "", text != NULL ? text : "?");
		}
	}
}

static struct optional
look_for(const json_t *routes)
{
	struct optional any = { 0 };
	const json_t *r;
	size_t i;

	json_array_foreach (routes, i, r) {
		any.med |= json_is_integer(json_object_get(r, "med"));
		any.local_pref |= json_is_integer(json_object_get(r, "local_pref"));
		any.waits_for |= json_is_string(json_object_get(r, "waits_for"));
		for (size_t k = 0; k < ARRAY_SIZE(community_keys); k++)
			any.communities |=
			    json_array_size(json_object_get(r, community_keys[k])) > 0;
	}
	return any;
}

static void
add_number(struct table *t, const json_t *route, const char *key)
{
	if (json_is_integer(json_object_get(route, key)))
		table_add_cellf(t, "%lld", field_int(route, key));
	else
		table_add_cell(t, "");
}

static void
add_route(struct table *t, const json_t *route, const char *prefix, struct optional any)
{
	_cleanup_(strbuf_done) struct strbuf path = { 0 }, communities = { 0 };
	bool told = json_is_true(json_object_get(route, "told"));

	field_path(route, "as_path", &path);
	add_communities(route, &communities);
	table_add_row(t);
	table_add_cell(t, prefix);
	table_add_cell(t, field_text(route, "neighbor"));
	table_add_styled(t, told ? STYLE_GOOD : STYLE_BAD, "%s", told ? "yes" : "no");
	if (any.waits_for)
		table_add_cell(t, field_text(route, "waits_for"));
	table_add_cell(t, field_text(route, "next_hop"));
	table_add_cell(t, strbuf_get(&path));
	table_add_cell(t, field_text(route, "origin"));
	if (any.med)
		add_number(t, route, "med");
	if (any.local_pref)
		add_number(t, route, "local_pref");
	if (any.communities)
		table_add_cell(t, strbuf_get(&communities));
}

void
routes_text(const json_t *routes, bool colour, struct strbuf *out)
{
	static const char *const heads[] = { "prefix", "neighbor", "told", NULL };
	struct optional any = look_for(routes);
	struct table *t = fields_table(heads);
	const char *last = "";
	const json_t *r;
	size_t i;

	if (any.waits_for)
		table_add_column(t, "why not", TABLE_LEFT);
	table_add_column(t, "next hop", TABLE_LEFT);
	table_add_column(t, "as path", TABLE_LEFT);
	table_add_column(t, "origin", TABLE_LEFT);
	if (any.med)
		table_add_column(t, "med", TABLE_LEFT);
	if (any.local_pref)
		table_add_column(t, "local pref", TABLE_LEFT);
	if (any.communities)
		table_add_column(t, "communities", TABLE_LEFT);
	json_array_foreach (routes, i, r) {
		const char *prefix = field_text(r, "prefix");

		add_route(t, r, strcmp(prefix, last) == 0 ? "" : prefix, any);
		last = prefix;
	}
	if (json_array_size(routes) > 0)
		table_format(t, (struct table_look){ .colour = colour }, out);
	table_free(t);
}

void
routes_watched_text(const json_t *watched, bool colour, struct strbuf *out)
{
	static const char *const heads[] = { "seen from elsewhere", "by neighbor", "since",
		"origin as", "as path", NULL };
	struct table *t = fields_table(heads);
	char age[DURATION_STR_MAX];
	const json_t *w, *s;
	bool any = false;
	size_t i, k;

	json_array_foreach (watched, i, w) {
		json_array_foreach (json_object_get(w, "seen_from"), k, s) {
			_cleanup_(strbuf_done) struct strbuf path = { 0 };

			any = true;
			field_path(s, "as_path", &path);
			table_add_row(t);
			table_add_cell(t, k == 0 ? field_text(w, "prefix") : "");
			table_add_cell(t, field_text(s, "neighbor"));
			table_add_cell(t, field_age(s, "since_ms", age));
			add_number(t, s, "origin_as");
			table_add_cell(t, strbuf_get(&path));
		}
	}
	if (!any && json_array_size(watched) > 0)
		strbuf_addf(
		    out, "%sno Global IP is seen from elsewhere\n", out->len > 0 ? "\n" : "");
	fields_table_end(t, any, (struct table_look){ .colour = colour }, out);
}
