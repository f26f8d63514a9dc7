/* What the control socket can be asked for; nearcastd(8) has the list. */
#include <errno.h>

#include "agent/agent_internal.h"
#include "agent/dump.h"
#include "agent/request.h"

static json_t *
answer_status(void *userdata, const json_t *request, struct err *e)
{
	(void)request;
	(void)e;
	return agent_status(userdata);
}

static json_t *
answer_routes(void *userdata, const json_t *request, struct err *e)
{
	const struct agent *a = userdata;
	const char *text = json_string_value(json_object_get(request, "within"));
	struct prefix within;

	if (text != NULL && prefix_parse(text, &within) < 0) {
		(void)err_set(e, -EINVAL, "within: expected a prefix");
		return NULL;
	}
	const struct prefix *in = text != NULL ? &within : NULL;

	return json_pack("{s:o, s:o}", "routes", announcer_routes(a->announcer, in), "watched",
	    announcer_watched(a->announcer, in, clock_now()));
}

static json_t *
answer_events(void *userdata, const json_t *request, struct err *e)
{
	const struct agent *a = userdata;

	events_answer(a->events, request, a->asking, e);
	return NULL;
}

/* clang-format off */
static const struct request_command commands[] = {
	{ "status", answer_status, { { 0 } } },
	{ "reload", agent_answer_reload,
	    { { "diff", REQUEST_BOOL, false, NULL }, { "force", REQUEST_BOOL, false, NULL },
		{ "confirm_ms", REQUEST_NUMBER, false, NULL } } },
	{ "confirm", agent_answer_confirm, { { 0 } } },
	{ "upgrade", agent_answer_upgrade,
	    { { "if_changed", REQUEST_BOOL, false, NULL }, { "force", REQUEST_BOOL, false, NULL },
		{ "timeout_ms", REQUEST_NUMBER, false, NULL } } },
	{ "join", agent_answer_join, { { 0 } } },
	{ "leave", agent_answer_leave,
	    { { "force", REQUEST_BOOL, false, NULL }, { "dry_run", REQUEST_BOOL, false, NULL } } },
	{ "routes", answer_routes, { { "within", REQUEST_TEXT, false, NULL } } },
	{ "drain", agent_answer_drain,
	    { { "service", REQUEST_TEXT, true, NULL },
		{ "reason", REQUEST_TEXT, false, NULL },
		{ "until_connections", REQUEST_NUMBER, false, NULL },
		{ "at_most_ms", REQUEST_NUMBER, false, NULL } } },
	{ "undrain", agent_answer_undrain, { { "service", REQUEST_TEXT, true, NULL } } },
	{ "hold", agent_answer_hold,
	    { { "service", REQUEST_TEXT, true, NULL }, { "reason", REQUEST_TEXT, false, NULL } } },
	{ "release", agent_answer_release, { { "service", REQUEST_TEXT, true, NULL } } },
	{ "dump", agent_answer_dump,
	    { { "neighbor", REQUEST_TEXT, true, NULL },
		{ "action", REQUEST_TEXT, true, agent_dump_actions },
		{ "format", REQUEST_TEXT, false, agent_dump_formats },
		{ "max_bytes", REQUEST_NUMBER, false, NULL } } },
	{ "events", answer_events, { { "after", REQUEST_NUMBER, false, NULL },
		{ "since_wall_ns", REQUEST_NUMBER, false, NULL },
		{ "last", REQUEST_NUMBER, false, NULL },
		{ "service", REQUEST_TEXT, false, NULL },
		{ "neighbor", REQUEST_TEXT, false, NULL },
		{ "kind", REQUEST_TEXT, false, event_kind_names },
		{ "wait", REQUEST_BOOL, false, NULL } } },
};
/* clang-format on */

void
agent_answer(
    void *userdata, const char *request, struct control_client *client, struct strbuf *reply)
{
	struct agent *a = userdata;

	a->asking = client;
	request_answer(commands, ARRAY_SIZE(commands), a, request, reply);
}
