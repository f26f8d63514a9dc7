#include "cli/order.h"

#include <stdlib.h>
#include <string.h>

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
