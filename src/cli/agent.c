#include "cli/agent.h"

#include <errno.h>
#include <stdio.h>

#include "cli/controller.h"
#include "io/control.h"
#include "io/control_line.h"

#define PATIENCE DURATION_S(5)

static json_t *
fail(const char *socket, int code, const char *message)
{
	cli_say_error("%s", message);
	if (code != -ENOENT && code != -ECONNREFUSED)
		return NULL;
	(void)fprintf(stderr, "Does nearcastd run, with its control socket at %s?\n", socket);
	if (cli_has_option("controller") && controller_is_named())
		(void)fprintf(stderr,
		    "The controller is asked with --project, --site, --host or --controller.\n");
	return NULL;
}

json_t *
cli_agent_ask(const char *socket, json_t *request)
{
	return cli_agent_ask_for(socket, request, PATIENCE);
}

json_t *
cli_agent_ask_for(const char *socket, json_t *request, struct duration patience)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 }, reply = { 0 };
	json_auto_t *answer = NULL;
	struct err e = { 0 };
	json_error_t bad;
	const char *error;
	int r;

	if (control_line(request, &line) < 0)
		return fail(socket, -EINVAL, "an argument is not UTF-8 text");
	line.text[--line.len] = '\0'; /* the newline is control_call()'s */
	r = control_call(socket, line.text, patience, &reply, &e);
	if (r < 0)
		return fail(socket, r, e.message);
	answer = json_loadb(reply.text, reply.len, JSON_REJECT_DUPLICATES, &bad);
	if (!json_is_object(answer))
		return fail(socket, -EBADMSG, "the agent's answer is not what was asked for");
	error = json_string_value(json_object_get(answer, "error"));
	if (error != NULL)
		return fail(socket, -EBADMSG, error);
	return TAKE(answer);
}
