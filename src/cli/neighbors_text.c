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
add_why_down(const json_t *n, struct strbuf *why)
{
	if (strcmp(field_text(n, "state"), "Established") == 0)
		return;
	if (field_int(json_object_get(n, "kept"), "withdrawn") > 0)
		neighbors_text_kept(n, why);
	strbuf_addf(why, "%s%s", why->len > 0 ? "; " : "",
	    json_is_true(json_object_get(n, "waits_for_bfd")) ? "waits for BFD to come up"
							      : field_text(n, "last_error"));
}

static void
add_row(struct table *t, const json_t *n, bool bfd)
{
	const char *state = field_text(n, "state"), *since;
	char age[DURATION_STR_MAX];

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
}

/* errors: in a last column. */
static struct table *
make_table(const json_t *neighbors, bool errors)
{
	static const struct {
		const char *head;
		unsigned worth;
	} columns[] = { { "neighbor", 0 }, { "address", 0 }, { "as", 2 }, { "state", 0 },
		{ "up/down", 0 }, { "announced", 1 } };
	struct table *t = table_new();
	bool bfd = any_has(neighbors, "bfd");
	const json_t *n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		table_add_column(t, columns[i].head, TABLE_LEFT);
		table_may_leave_out(t, errors ? 0 : columns[i].worth);
	}
	if (bfd)
		table_add_column(t, "bfd", TABLE_LEFT);
	if (errors) {
		table_add_column(t, "last error", TABLE_LEFT);
		table_add_column(t, "", TABLE_LEFT); /* so that it is not the last, and cut */
	}
	json_array_foreach (neighbors, i, n) {
		_cleanup_(strbuf_done) struct strbuf why = { 0 };

		add_why_down(n, &why);
		add_row(t, n, bfd);
		if (errors)
			table_add_cell(t, strbuf_get(&why));
	}
	return t;
}

/* Where they have no room beside the rest. */
static void
add_error_lines(const json_t *neighbors, struct strbuf *out)
{
	const json_t *n;
	size_t i;

	json_array_foreach (neighbors, i, n) {
		_cleanup_(strbuf_done) struct strbuf why = { 0 };

		add_why_down(n, &why);
		if (why.len == 0)
			continue;
		strbuf_add_printable(out, field_text(n, "name"));
		strbuf_add(out, ": ");
		strbuf_add_printable(out, strbuf_get(&why));
		strbuf_add_char(out, '\n');
	}
}

void
neighbors_text(const json_t *neighbors, struct table_look look, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *whole = make_table(neighbors, true);
	_cleanup_(table_freep) struct table *brief = make_table(neighbors, false);

	if (json_array_size(neighbors) == 0)
		return;
	if (table_fits(whole, look) || !table_fits(brief, look)) {
		table_format(whole, look, out);
		return;
	}
	table_format(brief, look, out);
	add_error_lines(neighbors, out);
}
