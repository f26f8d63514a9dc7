#include "cli/drain_rows.h"

#include <string.h>

#include "cli/fields.h"
#include "cli/order_text.h"

static void
add(json_t *rows, const char *host, const char *service, const char *state, const char *text,
    bool done)
{
	(void)json_array_append_new(
	    rows, json_pack("{s:o, s:s, s:s, s:b}", "what",
		      service != NULL ? json_sprintf("%s: %s", host, service) : json_string(host),
		      "state", state, "text", text, "done", done));
}

static void
add_service(json_t *rows, const char *host, const json_t *service)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	const json_t *drain = json_object_get(json_object_get(service, "detail"), "drain");
	const char *phase = field_text(drain, "phase");
	char state[64];

	if (!json_is_object(drain)) {
		add(rows, host, field_text(service, "name"), "held", "is not drained there", false);
		return;
	}
	drain_text(drain, &text);
	(void)snprintf(state, sizeof(state), "%.20s %lld", phase, field_int(drain, "connections"));
	add(rows, host, field_text(service, "name"), state, strbuf_get(&text),
	    strcmp(phase, "done") == 0);
}

/* Why nothing is known of it yet; NULL: it is. */
static const char *
why_unknown(const json_t *host)
{
	if (!json_is_true(json_object_get(host, "present")))
		return "is not heard of";
	if (field_int(host, "applied_revision") >= field_int(host, "desired_revision"))
		return NULL;
	return *field_text(host, "applied_error") != '\0' ? field_text(host, "applied_error")
							  : "has not taken it yet";
}

static void
add_host(json_t *rows, const json_t *host, const struct drain_scope *scope)
{
	const json_t *service;
	const char *name = field_text(host, "name"), *why = why_unknown(host);
	size_t i, count = 0;

	if (!json_is_true(json_object_get(host, "joined")))
		return;
	if (why != NULL) {
		add(rows, name, NULL, why, why, false);
		return;
	}
	json_array_foreach (json_object_get(host, "services"), i, service) {
		if (strcmp(field_text(service, "from"), "controller") != 0)
			continue;
		add_service(rows, name, service);
		count++;
	}
	if (count == 0 && scope->service != NULL)
		add(rows, name, scope->service, "none", "is not told of yet", false);
}

json_t *
drain_rows(const json_t *sites, const struct drain_scope *scope)
{
	json_t *rows = json_array();
	const json_t *site, *host;
	size_t i, k;

	json_array_foreach (sites, i, site) {
		if (scope->site != NULL && strcmp(field_text(site, "name"), scope->site) != 0)
			continue;
		json_array_foreach (json_object_get(site, "hosts"), k, host) {
			if (scope->host == NULL ||
			    strcmp(field_text(host, "name"), scope->host) == 0)
				add_host(rows, host, scope);
		}
	}
	return rows;
}

bool
drain_rows_are_done(const json_t *rows)
{
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (!json_is_true(json_object_get(row, "done")))
			return false;
	}
	return true;
}
