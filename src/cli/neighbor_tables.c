/*
 * What of one neighbor is a table: capabilities, messages, verdicts, what it sends us of our own.
 */
#include <stdio.h>
#include <string.h>

#include "cli/fields.h"
#include "cli/neighbors_text.h"

static const char *
yes_or_no(const json_t *value)
{
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	return "";
}

static const char dropped[] = "dropped: it was refused";

/* "yes", "no", or that what is configured was left out because the neighbor refused it. */
static const char *
our_offer(const json_t *n, const json_t *capability)
{
	bool configured = json_is_true(json_object_get(capability, "configured"));
	bool offered = json_is_true(json_object_get(capability, "offered"));
	const json_t *sent = json_object_get(json_object_get(n, "messages"), "sent");

	if (configured && !offered && field_int(sent, "open") > 0)
		return dropped;
	return configured ? "yes" : "no";
}

static const char *
our_role(const json_t *n, const json_t *role)
{
	const json_t *sent = json_object_get(json_object_get(n, "messages"), "sent");
	bool refused = *field_text(role, "ours") != '\0' && *field_text(role, "offered") == '\0';

	return refused && field_int(sent, "open") > 0 ? dropped : field_text(role, "ours");
}

static void
add_capabilities(const json_t *n, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "capability", "in use", "neighbor's", "ours", NULL };
	bool up = strcmp(field_text(n, "state"), "Established") == 0;
	const json_t *list = json_object_get(n, "capabilities"), *c,
		     *role = json_object_get(n, "role");
	struct table *t = fields_table(heads);
	size_t i;

	json_array_foreach (list, i, c) {
		char name[64];

		(void)snprintf(name, sizeof(name), "%s", field_text(c, "name"));
		for (char *at = name; *at != '\0'; at++)
			*at = *at == '_' ? '-' : *at; /* as in the configuration */
		table_add_row(t);
		table_add_cell(t, name);
		table_add_cell(t, up ? yes_or_no(json_object_get(c, "negotiated")) : "");
		table_add_cell(t, yes_or_no(json_object_get(c, "received")));
		table_add_cell(t, our_offer(n, c));
	}
	if (*field_text(role, "ours") != '\0' || *field_text(role, "neighbors") != '\0') {
		table_add_row(t);
		table_add_cell(t, "role");
		table_add_cell(t, "");
		table_add_cell(t, field_text(role, "neighbors"));
		table_add_cellf(t, "%s%s", our_role(n, role),
		    json_is_true(json_object_get(role, "strict")) ? ", strict" : "");
	}
	fields_table_end(t, json_array_size(list) > 0, look, out);
}

static void
add_messages(const json_t *n, struct table_look look, struct strbuf *out)
{
	const json_t *messages = json_object_get(n, "messages");
	json_t *sent = json_object_get(messages, "sent"), *count;
	const json_t *received = json_object_get(messages, "received");
	struct table *t = table_new();
	const char *key;

	table_add_column(t, "messages", TABLE_LEFT);
	table_add_column(t, "sent", TABLE_RIGHT);
	table_add_column(t, "received", TABLE_RIGHT);
	json_object_foreach (sent, key, count) {
		table_add_row(t);
		table_add_cell(t, strcmp(key, "route_refresh") == 0 ? "route refresh" : key);
		table_add_cellf(t, "%lld", (long long)json_integer_value(count));
		table_add_cellf(t, "%lld", field_int(received, key));
	}
	fields_table_end(t, json_object_size(sent) > 0, look, out);
}

/* RFC 7606 has its own words for what becomes of an UPDATE. */
static void
add_verdicts(const json_t *n, struct table_look look, struct strbuf *out)
{
	static const char *const rows[][2] = {
		{ "accept", "accepted" },
		{ "discard", "with attributes discarded" },
		{ "withdraw", "treated as withdrawn" },
		{ "reset", "ended the session" },
	};
	const json_t *verdicts = json_object_get(n, "verdicts");
	struct table *t = table_new();

	table_add_column(t, "updates received", TABLE_LEFT);
	table_add_column(t, "", TABLE_RIGHT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		table_add_row(t);
		table_add_cell(t, rows[i][1]);
		table_add_cellf(t, "%lld", field_int(verdicts, rows[i][0]));
	}
	table_add_row(t);
	table_add_cell(t, "attributes discarded");
	table_add_cellf(t, "%lld", field_int(n, "attributes_discarded"));
	fields_table_end(t, json_is_object(verdicts), look, out);
}

static void
add_seen(const json_t *n, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "seen from elsewhere", "since", "origin as", "path",
		NULL };
	const json_t *list = json_object_get(n, "seen"), *s;
	struct table *t = fields_table(heads);
	char age[DURATION_STR_MAX];
	size_t i;

	json_array_foreach (list, i, s) {
		_cleanup_(strbuf_done) struct strbuf path = { 0 };

		field_path(s, "as_path", &path);
		table_add_row(t);
		table_add_cell(t, field_text(s, "prefix"));
		table_add_cell(t, field_age(s, "since_ms", age));
		table_add_cellf(t, "%lld", field_int(s, "origin_as"));
		table_add_cell(t, strbuf_get(&path));
	}
	fields_table_end(t, json_array_size(list) > 0, look, out);
}

void
neighbor_tables(const json_t *n, struct table_look look, struct strbuf *out)
{
	add_capabilities(n, look, out);
	add_messages(n, look, out);
	add_verdicts(n, look, out);
	add_seen(n, look, out);
}
