#include "cli/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/style.h"
#include "cli/fields.h"
#include "cli/print_json.h"

json_t *
cli_order(const char *socket, const char *order, const char *service, json_t *fields)
{
	json_t *request = json_pack("{s:s, s:s}", "command", order, "service", service);

	if (fields != NULL)
		(void)json_object_update_missing_new(request, fields);
	return cli_agent_ask(socket, request);
}

/* The service in the agent's status; NULL: there is none. Borrowed. */
static const json_t *
service_of(const json_t *status, const char *name)
{
	const json_t *service;
	size_t i;

	json_array_foreach (json_object_get(status, "services"), i, service) {
		if (strcmp(field_text(service, "name"), name) == 0)
			return service;
	}
	return NULL;
}

void
cli_order_say_unasked(const char *socket, const char *order, const char *service)
{
	json_auto_t *status = cli_agent_ask(socket, json_pack("{s:s}", "command", "status"));
	const char *from = field_text(service_of(status, service), "from");
	const char *dot = strchr(service, '.');
	_cleanup_(strbuf_done) struct strbuf line = { 0 }, shown = { 0 };

	if (strcmp(from, "controller") != 0 || dot == NULL)
		return;
	strbuf_add(&line, "The controller was not asked");
	if (strcmp(order, "drain") == 0)
		strbuf_addf(&line, " whether enough other sites serve %s", service);
	else
		strbuf_add(&line, ", and does not show this order");
	strbuf_addf(&line, ". This asks: nearcast %s %s --project %.*s --site %s", order, dot + 1,
	    (int)(dot - service), service,
	    field_text(json_object_get(status, "controller"), "site"));
	strbuf_add_printable(&shown, strbuf_get(&line));
	(void)fprintf(stderr, "%s\n", strbuf_get(&shown));
}

int
cli_order_print(json_t *answer, bool json, const char *what)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *owned = answer;

	if (json)
		return cli_print_json(TAKE(owned), JSON_INDENT(2));
	strbuf_add_printable(&out, field_text(owned, "service"));
	strbuf_addf(&out, ": %s, ", what);
	strbuf_add_printable(&out, field_text(owned, "stage"));
	strbuf_add_char(&out, '\n');
	return cli_print(strbuf_get(&out));
}
