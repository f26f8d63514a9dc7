#include "cli/status_text.h"

#include <string.h>

#include "base/table.h"
#include "base/time.h"

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static long long
int_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* As exact as somebody wants to read it: "350ms", "12s", "3m12s", "2h5m", "4d7h". */
static const char *
age_of(const json_t *object, const char *key, char buf[static DURATION_STR_MAX])
{
	const json_t *value = json_object_get(object, key);
	double ms = json_number_value(value);
	int64_t unit = NS_PER_MS;
	struct duration d;

	if (!json_is_number(value) || ms < 0 || ms > 1e12)
		return "";
	d = DURATION_NS(ms * (double)NS_PER_MS);
	if (d.ns >= 86400 * NS_PER_S)
		unit = 3600 * NS_PER_S;
	else if (d.ns >= 3600 * NS_PER_S)
		unit = 60 * NS_PER_S;
	else if (d.ns >= NS_PER_S)
		unit = NS_PER_S;
	d.ns -= d.ns % unit;
	return duration_format(d, buf);
}

static enum style
stage_style(const char *stage)
{
	if (strcmp(stage, "preferred") == 0)
		return STYLE_GOOD;
	return strcmp(stage, "withdrawn") == 0 ? STYLE_BAD : STYLE_PLAIN;
}

static enum style
verdict_style(const char *verdict)
{
	if (strcmp(verdict, "passing") == 0 || strcmp(verdict, "present") == 0)
		return STYLE_GOOD;
	return strcmp(verdict, "unknown") == 0 ? STYLE_PLAIN : STYLE_BAD;
}

static struct table *
new_table(const char *const *heads)
{
	struct table *t = table_new();

	for (; *heads != NULL; heads++)
		table_add_column(t, *heads, TABLE_LEFT);
	return t;
}

/* Ends a table: what has no rows is not shown. */
static void
end_table(struct table *t, bool any, bool colour, struct strbuf *out)
{
	if (any) {
		strbuf_add_char(out, '\n');
		table_format(t, (struct table_look){ .colour = colour }, out);
	}
	table_free(t);
}

static void
add_services(const json_t *services, bool colour, struct strbuf *out)
{
	static const char *const heads[] = { "service", "global ip", "stage", "since", "why",
		NULL };
	struct table *t = new_table(heads);
	char age[DURATION_STR_MAX];
	const json_t *s, *ip;
	size_t i, k;

	json_array_foreach (services, i, s) {
		json_array_foreach (json_object_get(s, "global_ips"), k, ip) {
			const char *stage = text_of(ip, "stage");

			table_add_row(t);
			table_add_cell(t, k == 0 ? text_of(s, "name") : "");
			table_add_cell(t, text_of(ip, "prefix"));
			table_add_styled(t, stage_style(stage), "%s", stage);
			table_add_cell(t, age_of(ip, "since_ms", age));
			table_add_cell(t, text_of(ip, "why"));
		}
	}
	end_table(t, json_array_size(services) > 0, colour, out);
}

static void
add_check_row(struct table *t, const json_t *service, const json_t *c)
{
	const char *verdict = text_of(c, "verdict"), *address = text_of(c, "address");
	char age[DURATION_STR_MAX];

	table_add_row(t);
	table_add_cellf(t, "%s/%s", text_of(service, "name"), text_of(c, "name"));
	table_add_cell(t, address[0] ? address : "the service");
	table_add_styled(t, verdict_style(verdict), "%s", verdict);
	table_add_cell(t, age_of(c, "since_ms", age));
	table_add_cell(t, text_of(c, "why"));
	if (json_is_number(json_object_get(c, "last_ms")))
		table_add_cellf(t, "%s ago, took %.1f ms: %s", age_of(c, "last_ago_ms", age),
		    json_number_value(json_object_get(c, "last_ms")), text_of(c, "last_why"));
}

static void
add_checks(const json_t *services, bool colour, struct strbuf *out)
{
	static const char *const heads[] = { "check", "at", "verdict", "since", "why", "last run",
		NULL };
	struct table *t = new_table(heads);
	char age[DURATION_STR_MAX];
	const json_t *s, *c;
	bool any = false;
	size_t i, k;

	json_array_foreach (services, i, s) {
		json_array_foreach (json_object_get(s, "listeners"), k, c) {
			const char *state = text_of(c, "state");

			table_add_row(t);
			table_add_cellf(
			    t, "%s/listen %s", text_of(s, "name"), text_of(c, "listen"));
			table_add_cell(t, text_of(c, "address"));
			table_add_styled(t, verdict_style(state), "%s",
			    strcmp(state, "present") == 0 ? "listening" : state);
			table_add_cell(t, age_of(c, "since_ms", age));
			any = true;
		}
		json_array_foreach (json_object_get(s, "checks"), k, c) {
			add_check_row(t, s, c);
			any = true;
		}
	}
	end_table(t, any, colour, out);
}

static void
add_neighbors(const json_t *neighbors, bool colour, struct strbuf *out)
{
	static const char *const heads[] = { "neighbor", "address", "as", "state", "since",
		"announced", "last error", NULL };
	struct table *t = new_table(heads);
	char age[DURATION_STR_MAX];
	const json_t *n;
	size_t i;

	json_array_foreach (neighbors, i, n) {
		const char *state = text_of(n, "state");

		table_add_row(t);
		table_add_cell(t, text_of(n, "name"));
		table_add_cell(t, text_of(n, "address"));
		table_add_cellf(t, "%lld", int_of(n, "peer_as"));
		table_add_styled(
		    t, strcmp(state, "Established") == 0 ? STYLE_GOOD : STYLE_BAD, "%s", state);
		table_add_cell(t, age_of(n, "since_ms", age));
		table_add_cellf(t, "%lld", int_of(n, "announced"));
		table_add_cell(t, text_of(n, "last_error"));
	}
	end_table(t, json_array_size(neighbors) > 0, colour, out);
}

/* The latest `count`, oldest first; the time of day to the millisecond. */
static void
add_events(const json_t *events, size_t count, bool colour, struct strbuf *out)
{
	static const char *const heads[] = { "event", "", "why", NULL };
	struct table *t = new_table(heads);
	size_t total = json_array_size(events);
	size_t from = total > count ? total - count : 0;

	for (size_t i = from; i < total; i++) {
		const json_t *e = json_array_get(events, i);

		table_add_row(t);
		table_add_cellf(t, "%.23sZ", text_of(e, "at"));
		table_add_cell(t, text_of(e, "what"));
		table_add_cell(t, text_of(e, "why"));
	}
	end_table(t, from < total, colour, out);
}

void
status_text(const json_t *status, size_t events, bool colour, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf head = { 0 };
	char age[DURATION_STR_MAX];

	strbuf_addf(&head, "%s at %s: nearcastd %s, pid %lld, up %s%s", text_of(status, "host"),
	    text_of(status, "site"), text_of(status, "version"), int_of(status, "pid"),
	    age_of(status, "uptime_ms", age),
	    json_is_true(json_object_get(status, "stopping")) ? ", stopping" : "");
	strbuf_add_printable(out, strbuf_get(&head));
	strbuf_add_char(out, '\n');
	add_services(json_object_get(status, "services"), colour, out);
	add_checks(json_object_get(status, "services"), colour, out);
	add_neighbors(json_object_get(status, "neighbors"), colour, out);
	add_events(json_object_get(status, "events"), events, colour, out);
}
