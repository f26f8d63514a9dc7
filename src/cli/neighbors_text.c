#include "cli/neighbors_text.h"

#include <string.h>

#include "cli/fields.h"

static enum style
state_style(const char *state)
{
	return strcmp(state, "Established") == 0 || strcmp(state, "Up") == 0 ? STYLE_GOOD
									     : STYLE_BAD;
}

static bool
any_has(const json_t *neighbors, const char *key)
{
	const json_t *n;
	size_t i;

	json_array_foreach (neighbors, i, n) {
		if (json_is_object(json_object_get(n, key)))
			return true;
	}
	return false;
}

void
neighbors_text_kept(const json_t *n, struct strbuf *out)
{
	const json_t *kept = json_object_get(n, "kept");
	long long routes = field_int(kept, "routes"), withdrawn = field_int(kept, "withdrawn");
	const char *until = field_text(kept, "until");

	if (!json_is_object(kept))
		return;
	strbuf_addf(out, "may keep %lld %s", routes, routes == 1 ? "route" : "routes");
	if (withdrawn > 0)
		strbuf_addf(out, " (%lld withdrawn)", withdrawn);
	/* of "2026-11-23T04:05:06Z" the time of day */
	if (strlen(until) > 11)
		strbuf_addf(out, " until %s", until + 11);
	else
		strbuf_add(out, " until there is a new session");
}

/*
 * What keeps the session down; of one that is up the errors are old, and stand in the detail.
 * Before it, what the neighbor may keep against our will: of all the rest that is what somebody has
 * to act on.
 */
static void
add_why_down(struct table *t, const json_t *n)
{
	_cleanup_(strbuf_done) struct strbuf why = { 0 };

	if (strcmp(field_text(n, "state"), "Established") != 0) {
		if (field_int(json_object_get(n, "kept"), "withdrawn") > 0)
			neighbors_text_kept(n, &why);
		strbuf_addf(&why, "%s%s", why.len > 0 ? "; " : "",
		    json_is_true(json_object_get(n, "waits_for_bfd"))
			? "waits for BFD to come up"
			: field_text(n, "last_error"));
	}
	table_add_cell(t, strbuf_get(&why));
}

void
neighbors_text(const json_t *neighbors, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "neighbor", "address", "as", "state", "up/down",
		"announced", NULL };
	struct table *t = fields_table(heads);
	bool bfd = any_has(neighbors, "bfd");
	char age[DURATION_STR_MAX];
	const json_t *n;
	size_t i;

	if (bfd)
		table_add_column(t, "bfd", TABLE_LEFT);
	table_add_column(t, "last error", TABLE_LEFT);
	json_array_foreach (neighbors, i, n) {
		const char *state = field_text(n, "state"), *since;

		table_add_row(t);
		table_add_cell(t, field_text(n, "name"));
		table_add_cell(t, field_text(n, "address"));
		table_add_cellf(t, "%lld", field_int(n, "peer_as"));
		table_add_styled(t, state_style(state), "%s", state);
		since = field_age(n, "down_since_ms", age);
		table_add_cell(t, *since != '\0' ? since : field_age(n, "since_ms", age));
		table_add_cellf(t, "%lld", field_int(n, "announced"));
		if (bfd) {
			state = field_text(json_object_get(n, "bfd"), "state");
			table_add_styled(t, state_style(state), "%s", state);
		}
		add_why_down(t, n);
	}
	if (json_array_size(neighbors) > 0)
		table_format(t, look, out);
	table_free(t);
}
