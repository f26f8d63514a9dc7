#include "cli/order_text.h"

#include <string.h>

#include "cli/fields.h"

void
drain_text(const json_t *drain, struct strbuf *out)
{
	char left[DURATION_STR_MAX];

	if (strcmp(field_text(drain, "phase"), "done") == 0) {
		strbuf_addf(out, "drained: %s", field_text(drain, "ended_why"));
		return;
	}
	if (json_is_integer(json_object_get(drain, "connections")))
		strbuf_addf(out, "%lld of %lld connections left", field_int(drain, "connections"),
		    field_int(drain, "most_connections"));
	else
		strbuf_addf(out, "connections are being counted");
	strbuf_addf(out, ", at most %s more", field_age(drain, "left_ms", left));
}

static void
add_drains(const json_t *services, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "drain", "since", "state", "reason", NULL };
	struct table *t = fields_table(heads);
	char age[DURATION_STR_MAX];
	const json_t *s;
	bool any = false;
	size_t i;

	json_array_foreach (services, i, s) {
		_cleanup_(strbuf_done) struct strbuf state = { 0 };
		const json_t *drain = json_object_get(s, "drain");

		if (!json_is_object(drain))
			continue;
		drain_text(drain, &state);
		table_add_row(t);
		table_add_cell(t, field_text(s, "name"));
		table_add_cell(t, field_age(drain, "since_ms", age));
		table_add_cell(t, strbuf_get(&state));
		table_add_cellf(t, "%s%s", field_text(drain, "reason"),
		    json_is_true(json_object_get(drain, "by_file")) ? " (drain file)" : "");
		any = true;
	}
	fields_table_end(t, any, look, out);
}

void
orders_text(const json_t *services, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "hold", "since", "reason", NULL };
	struct table *t = fields_table(heads);
	char age[DURATION_STR_MAX];
	const json_t *s;
	bool any = false;
	size_t i;

	add_drains(services, look, out);
	json_array_foreach (services, i, s) {
		const json_t *hold = json_object_get(s, "hold");

		if (!json_is_object(hold))
			continue;
		table_add_row(t);
		table_add_cell(t, field_text(s, "name"));
		table_add_cell(t, field_age(hold, "since_ms", age));
		table_add_cell(t, field_text(hold, "reason"));
		any = true;
	}
	fields_table_end(t, any, look, out);
}
