#include "cli/status_text.h"

#include <string.h>

#include "cli/fields.h"
#include "cli/neighbors_text.h"
#include "cli/order_text.h"

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

/* Why, and for how long yet where that is known. */
static void
add_why(struct table *t, const json_t *ip)
{
	const char *why = field_text(ip, "why");
	char left[DURATION_STR_MAX];

	if (json_is_number(json_object_get(ip, "damped_ms")))
		table_add_cellf(t, "%s; held down for %s yet, after %.1f flaps", why,
		    field_age(ip, "damped_ms", left),
		    json_number_value(json_object_get(ip, "flaps")));
	else if (json_is_number(json_object_get(ip, "changes_ms")))
		table_add_cellf(t, "%s; may change in %s", why, field_age(ip, "changes_ms", left));
	else
		table_add_cell(t, why);
}

static void
add_services(const json_t *services, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "service", "global ip", "stage", "since", "why",
		NULL };
	struct table *t = fields_table(heads);
	char age[DURATION_STR_MAX];
	const json_t *s, *ip;
	size_t i, k;

	json_array_foreach (services, i, s) {
		json_array_foreach (json_object_get(s, "global_ips"), k, ip) {
			const char *stage = field_text(ip, "stage");

			table_add_row(t);
			table_add_cell(t, k == 0 ? field_text(s, "name") : "");
			table_add_cell(t, field_text(ip, "prefix"));
			table_add_styled(t, stage_style(stage), "%s", stage);
			table_add_cell(t, field_age(ip, "since_ms", age));
			add_why(t, ip);
		}
	}
	fields_table_end(t, json_array_size(services) > 0, look, out);
}

/* What a reload took away, while it goes. */
static void
add_leaving(const json_t *leaving, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "leaving", "global ip", "stage", "why", NULL };
	struct table *t = fields_table(heads);
	const json_t *l;
	size_t i;

	json_array_foreach (leaving, i, l) {
		table_add_row(t);
		table_add_cell(t, field_text(l, "service"));
		table_add_cell(t, field_text(l, "prefix"));
		table_add_cell(t, field_text(l, "stage"));
		table_add_cell(t, field_text(l, "why"));
	}
	fields_table_end(t, i > 0, look, out);
}

/* What stays announced because the guard refused to let it go. */
static void
add_refusals(const json_t *services, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "guard", "global ip", "refusals", "why", NULL };
	struct table *t = fields_table(heads);
	const json_t *s, *ip;
	bool any = false;
	size_t i, k;

	json_array_foreach (services, i, s) {
		json_array_foreach (json_object_get(s, "global_ips"), k, ip) {
			if (strcmp(field_text(ip, "guard"), "refused") != 0)
				continue;
			table_add_row(t);
			table_add_cell(t, field_text(s, "name"));
			table_add_cell(t, field_text(ip, "prefix"));
			table_add_cellf(t, "%lld", field_int(ip, "guard_refusals"));
			table_add_cell(t, field_text(ip, "guard_why"));
			any = true;
		}
	}
	fields_table_end(t, any, look, out);
}

static void
add_check_row(struct table *t, const json_t *service, const json_t *c)
{
	const char *verdict = field_text(c, "verdict"), *address = field_text(c, "address");
	char age[DURATION_STR_MAX];

	table_add_row(t);
	table_add_cellf(t, "%s/%s", field_text(service, "name"), field_text(c, "name"));
	table_add_cell(t, address[0] ? address : "the service");
	table_add_styled(t, verdict_style(verdict), "%s", verdict);
	table_add_cell(t, field_age(c, "since_ms", age));
	table_add_cell(t, field_text(c, "why"));
	if (json_is_number(json_object_get(c, "last_ms")))
		table_add_cellf(t, "%s ago, took %.1f ms: %s", field_age(c, "last_ago_ms", age),
		    json_number_value(json_object_get(c, "last_ms")), field_text(c, "last_why"));
}

static void
add_checks(const json_t *services, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "check", "at", "verdict", "since", "why", "last run",
		NULL };
	struct table *t = fields_table(heads);
	char age[DURATION_STR_MAX];
	const json_t *s, *c;
	bool any = false;
	size_t i, k;

	json_array_foreach (services, i, s) {
		json_array_foreach (json_object_get(s, "listeners"), k, c) {
			const char *state = field_text(c, "state");

			table_add_row(t);
			table_add_cellf(
			    t, "%s/listen %s", field_text(s, "name"), field_text(c, "listen"));
			table_add_cell(t, field_text(c, "address"));
			table_add_styled(t, verdict_style(state), "%s",
			    strcmp(state, "present") == 0 ? "listening" : state);
			table_add_cell(t, field_age(c, "since_ms", age));
			if (json_is_number(json_object_get(c, "grace_ms")))
				table_add_cellf(
				    t, "may be back within %s", field_age(c, "grace_ms", age));
			any = true;
		}
		json_array_foreach (json_object_get(s, "checks"), k, c) {
			add_check_row(t, s, c);
			any = true;
		}
	}
	fields_table_end(t, any, look, out);
}

/* What checks wrote that do not pass, line by line. */
static void
add_outputs(const json_t *services, struct strbuf *out)
{
	const json_t *s, *c;
	size_t i, k;

	json_array_foreach (services, i, s) {
		json_array_foreach (json_object_get(s, "checks"), k, c) {
			const char *text = field_text(c, "output");

			if (text[0] == '\0' || strcmp(field_text(c, "verdict"), "passing") == 0)
				continue;
			strbuf_addf(
			    out, "\n%s/%s wrote:\n", field_text(s, "name"), field_text(c, "name"));
			for (size_t n; *text; text += n + (text[n] == '\n')) {
				_cleanup_(strbuf_done) struct strbuf line = { 0 };

				n = strcspn(text, "\n");
				strbuf_add_mem(&line, text, n);
				strbuf_add(out, "  ");
				strbuf_add_printable(out, strbuf_get(&line));
				strbuf_add_char(out, '\n');
			}
		}
	}
}

/* The latest `count`, oldest first; the time of day to the millisecond. */
static void
add_events(const json_t *events, size_t count, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "event", "", "why", NULL };
	struct table *t = fields_table(heads);
	size_t total = json_array_size(events);
	size_t from = total > count ? total - count : 0;

	for (size_t i = from; i < total; i++) {
		const json_t *e = json_array_get(events, i);

		table_add_row(t);
		table_add_cellf(t, "%.23sZ", field_text(e, "at"));
		table_add_cell(t, field_text(e, "what"));
		table_add_cell(t, field_text(e, "why"));
	}
	fields_table_end(t, from < total, look, out);
}

/* What is not as it should be with the agent itself. */
static void
add_problem(const char *of, const char *name, const char *problem, struct strbuf *out)
{
	if (*problem == '\0')
		return;
	strbuf_add(out, of);
	strbuf_add_printable(out, name);
	strbuf_add(out, ": ");
	strbuf_add_printable(out, problem);
	strbuf_add_char(out, '\n');
}

/* What waits to be confirmed, or was not. */
static void
add_reload(const json_t *conf, struct strbuf *out)
{
	char left[DURATION_STR_MAX];

	if (json_is_number(json_object_get(conf, "confirm_left_ms")))
		strbuf_addf(out, "reload: taken back in %s, unless it is confirmed\n",
		    field_age(conf, "confirm_left_ms", left));
	else if (json_is_true(json_object_get(conf, "taken_back")))
		strbuf_add(out, "reload: taken back, the file is not what runs\n");
}

/* The controller, and what it has given; nothing for a host that follows none. */
static void
add_controller(const json_t *status, struct strbuf *out)
{
	const json_t *c = json_object_get(status, "controller"), *service;
	const char *site = field_text(c, "site");
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	char age[DURATION_STR_MAX];
	size_t i, count = 0;

	if (!json_is_object(c))
		return;
	strbuf_addf(&line, "controller: %s, ", field_text(c, "url"));
	if (json_is_number(json_object_get(c, "contact_ago_ms")))
		strbuf_addf(&line, "answered %s ago", field_age(c, "contact_ago_ms", age));
	else
		strbuf_add(&line, "has not answered yet");
	if (json_is_integer(json_object_get(c, "applied_revision")))
		strbuf_addf(&line, ", revision %lld", field_int(c, "applied_revision"));
	/* the file's name of it is this host's own */
	if (*site != '\0' && strcmp(site, field_text(status, "site")) != 0)
		strbuf_addf(&line, ", site %s there", site);
	json_array_foreach (json_object_get(status, "services"), i, service) {
		if (strcmp(field_text(service, "from"), "controller") == 0)
			strbuf_addf(&line, "%s%s",
			    count++ > 0 ? ", " : "; from it: ", field_text(service, "name"));
	}
	strbuf_add_printable(out, strbuf_get(&line));
	strbuf_add_char(out, '\n');
	add_problem("controller", "", field_text(c, "problem"), out);
	add_problem("controller, reports", "", field_text(c, "report_problem"), out);
	add_problem("controller, not in force", "", field_text(c, "applied_error"), out);
}

static void
add_problems(const json_t *status, struct strbuf *out)
{
	const json_t *hook;
	size_t i;

	add_reload(json_object_get(status, "configuration"), out);
	add_problem("state directory", "",
	    field_text(json_object_get(status, "state_directory"), "problem"), out);
	json_array_foreach (json_object_get(status, "hooks"), i, hook)
		add_problem("hook ", field_text(hook, "name"), field_text(hook, "failure"), out);
}

void
status_text(const json_t *status, size_t events, struct table_look look, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf head = { 0 };
	struct table_look whole = { .colour = look.colour };
	char age[DURATION_STR_MAX];

	strbuf_addf(&head, "%s at %s: nearcastd %s, pid %lld, up %s%s", field_text(status, "host"),
	    field_text(status, "site"), field_text(status, "version"), field_int(status, "pid"),
	    field_age(status, "uptime_ms", age),
	    json_is_true(json_object_get(status, "stopping")) ? ", stopping" : "");
	strbuf_add_printable(out, strbuf_get(&head));
	strbuf_add_char(out, '\n');
	add_problems(status, out);
	add_controller(status, out);
	add_services(json_object_get(status, "services"), whole, out);
	orders_text(json_object_get(status, "services"), whole, out);
	add_leaving(json_object_get(status, "leaving"), whole, out);
	add_refusals(json_object_get(status, "services"), whole, out);
	add_checks(json_object_get(status, "services"), whole, out);
	add_outputs(json_object_get(status, "services"), out);
	if (json_array_size(json_object_get(status, "neighbors")) > 0)
		strbuf_add_char(out, '\n');
	neighbors_text(json_object_get(status, "neighbors"), look, out);
	add_events(json_object_get(status, "events"), events, whole, out);
}
