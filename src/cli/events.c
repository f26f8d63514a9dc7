/* nearcast events: what happened to the agent of this host, or at a controller, and what happens.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/strbuf.h"
#include "cli/agent.h"
#include "cli/commands.h"
#include "cli/events.h"
#include "cli/fields.h"
#include "cli/since.h"
#include "io/control.h"
#include "io/control_line.h"
#include "io/loop.h"
#include "service/event_kind.h"

#define FOLLOW_RETRY_NS (200 * NS_PER_MS)

/* Where the reading is. */
struct reading {
	const struct events_options *o;
	uint64_t upto; /* seen */
	uint32_t last; /* only the newest so many; 0: all */
	bool follows;  /* all that there was has been shown */
	bool is_away;  /* and it was said */
};

static json_t *
request(const struct reading *g)
{
	const struct events_options *o = g->o;
	json_t *r = json_pack("{s:s, s:I}", "command", "events", "after", (json_int_t)g->upto);

	if (o->since_ns > 0 && !g->follows)
		(void)json_object_set_new(r, "since_wall_ns", json_integer(o->since_ns));
	if (g->last > 0)
		(void)json_object_set_new(r, "last", json_integer(g->last));
	if (o->service)
		(void)json_object_set_new(r, "service", json_string(o->service));
	if (o->neighbor)
		(void)json_object_set_new(r, "neighbor", json_string(o->neighbor));
	if (o->kind)
		(void)json_object_set_new(r, "kind", json_string(o->kind));
	if (g->follows)
		(void)json_object_set_new(r, "wait", json_true());
	return r;
}

void
events_say_none(const struct events_options *o)
{
	bool filtered = o->service != NULL || o->neighbor != NULL || o->kind != NULL ||
			o->site != NULL || o->host != NULL || o->severity >= 0 || o->since != NULL;

	if (!o->base.json && !o->follow)
		cli_say_none("There are no %sevents.", filtered ? "such " : "");
}

int
events_print_line(const char *at, const char *kind, const char *what, const char *why)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	strbuf_addf(&line, "%s ", at);
	strbuf_add_printable(&line, kind);
	strbuf_pad(&line, ' ', 46 > line.len ? 46 - line.len : 1);
	strbuf_add_printable(&line, what);
	if (*why != '\0') {
		strbuf_add(&line, ": ");
		strbuf_add_printable(&line, why);
	}
	strbuf_add_char(&line, '\n');
	return cli_print(strbuf_get(&line));
}

static int
print_event(const json_t *event, bool json)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	if (json) {
		(void)control_line(json_deep_copy(event), &line);
		return cli_print(line.text);
	}
	strbuf_addf(&line, "%.26sZ", field_text(event, "at"));
	return events_print_line(strbuf_get(&line), field_text(event, "kind"),
	    field_text(event, "what"), field_text(event, "why"));
}

static int
print_answer(struct reading *g, const json_t *answer)
{
	const json_t *event;
	size_t i;

	json_array_foreach (json_object_get(answer, "events"), i, event) {
		int r = print_event(event, g->o->base.json);

		if (r != EXIT_SUCCESS)
			return r;
	}
	g->upto = (uint64_t)field_int(answer, "upto");
	g->last = 0;
	return EXIT_SUCCESS;
}

/* The next answer while following; NULL: the agent is away, and may come back. */
static json_t *
ask_patiently(struct reading *g, bool *ret_end)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 }, reply = { 0 };
	const struct timespec pause = { .tv_nsec = FOLLOW_RETRY_NS };
	json_t *answer = NULL;
	struct err e = { 0 };

	(void)control_line(request(g), &line);
	line.text[--line.len] = '\0';
	if (control_call(g->o->socket, line.text, DURATION_S(10), &reply, &e) == 0)
		answer = json_loadb(reply.text, reply.len, 0, NULL);
	if (json_is_array(json_object_get(answer, "events"))) {
		g->is_away = false;
		return answer;
	}
	*ret_end = answer != NULL; /* it says that something is wrong */
	if (*ret_end)
		cli_say_error("%s", field_text(answer, "error"));
	else if (!g->is_away)
		(void)fprintf(stderr, "nearcast events: the agent is away; waiting for it\n");
	g->is_away = true;
	json_decref(answer);
	(void)nanosleep(&pause, NULL);
	return NULL;
}

/* Until it is interrupted. */
static int
follow(struct reading *g)
{
	bool end = false;

	g->follows = true;
	while (!end) {
		json_auto_t *answer = ask_patiently(g, &end);

		if (answer != NULL && print_answer(g, answer) != EXIT_SUCCESS)
			return EXIT_FAILURE;
	}
	return EXIT_FAILURE;
}

static int
run_agent(const struct events_options *o)
{
	struct reading g = { .o = o, .last = o->count };
	bool more = true, any = false;

	if (o->follow && o->since == NULL && o->count == 0)
		g.last = EVENTS_FOLLOW_FIRST;
	while (more) {
		json_auto_t *answer = cli_agent_ask(o->socket, request(&g));

		if (answer == NULL || print_answer(&g, answer) != EXIT_SUCCESS)
			return EXIT_FAILURE;
		any |= json_array_size(json_object_get(answer, "events")) > 0;
		more = json_is_true(json_object_get(answer, "more"));
	}
	if (!any)
		events_say_none(o);
	return o->follow ? follow(&g) : EXIT_SUCCESS;
}

/* An agent has kinds of its own; a controller has those of all agents, old and new, and its own. */
static int
check_kind(const char *kind)
{
	const char *nearest = kind != NULL ? str_nearest(kind, event_kind_names) : NULL;

	if (kind == NULL || event_kind_names[str_index(kind, event_kind_names)] != NULL)
		return EXIT_SUCCESS;
	if (controller_is_named() && nearest == NULL)
		return cli_usage_error("--kind %s: this asks the agent of this host, which has no "
				       "such events; --controller URL asks the controller",
		    kind);
	return cli_usage_error("--kind %s: an agent has no such events%s%s%s", kind,
	    nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
	    nearest != NULL ? "?" : "; nearcastd(8) lists them");
}

static int
run_events(const void *options, int argc, char **args)
{
	struct events_options o = *(const struct events_options *)options;
	int status = EXIT_SUCCESS;

	(void)argc;
	(void)args;
	if (o.since && since_parse(o.since, clock_wall_ns(), &o.since_ns) < 0)
		return cli_usage_error("--since %s: expected a duration such as 10m, or a time "
				       "such as 2026-11-29T14:30",
		    o.since);
	if (!events_are_remote(&o))
		status = check_kind(o.kind);
	else if (o.neighbor != NULL)
		status = cli_usage_error("--neighbor is for the agent of this host, not for a "
					 "--controller, --project, --site, --host or --severity");
	if (status != EXIT_SUCCESS)
		return status;
	return events_are_remote(&o) ? events_of_controller(&o) : run_agent(&o);
}

#define AT(member) offsetof(struct events_options, member)

static const struct events_options defaults = { .socket = AGENT_CONTROL_PATH, .severity = -1 };

/* clang-format off */
static const struct cli_option options[] = {
	CLI_AGENT_SOCKET(struct events_options), CLI_CONTROLLER(struct object_options), CLI_OBJECT_PROJECT,
	{ "follow", 'f', CLI_FLAG, AT(follow), NULL, 0, 0, NULL,
	    "then wait for more, also over a restart of who is asked, until interrupted" },
	{ "since", 0, CLI_STRING, AT(since), "TIME", 0, 0, NULL,
	    "only from this time (UTC) on, or from this duration ago: 10m" },
	{ "last", 'n', CLI_U32, AT(count), "COUNT", 1, 1000, NULL, "only the latest so many" },
	{ "service", 0, CLI_STRING, AT(service), "NAME", 0, 0, NULL, "only those of this service" },
	{ "neighbor", 0, CLI_STRING, AT(neighbor), "NEIGHBOR", 0, 0, NULL,
	    "only those of this neighbor" },
	{ "site", 0, CLI_STRING, AT(site), "SITE", 0, 0, NULL,
	    "only those of this site, through the controller" },
	{ "host", 0, CLI_STRING, AT(host), "HOST", 0, 0, NULL,
	    "only those of this host, through the controller" },
	{ "kind", 0, CLI_STRING, AT(kind), "KIND", 0, 0, NULL, "only those of this kind" },
	{ "severity", 0, CLI_ENUM, AT(severity), "SEVERITY", 0, 0, events_severities,
	    "only those of this severity and worse, through the controller" },
	{ "json", 0, CLI_FLAG, CLI_OBJECT_AT(json), NULL, 0, 0, NULL,
	    "each event as a JSON document on a line of its own" },
};
/* clang-format on */

const struct cli_command cli_events_command = {
	.name = "events",
	.args = "",
	.summary =
	    "Show what happened to the agent of this host or at a controller, and what happens.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct events_options),
	.defaults = &defaults,
	.run = run_events,
};
