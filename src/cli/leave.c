/*
 * nearcast leave: this host belongs to no controller any more.
 *
 * nearcastd forgets it, and withdraws what the controller has announced; without one, so does this.
 * Then the controller is told, with the credential that was, so that it counts on this host no
 * more; whether it hears that or not, the host has left.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/desired.h"
#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/membership_place.h"
#include "io/atomic_file.h"
#include "io/control.h"
#include "io/http_call.h"

#define GOODBYE_TIMEOUT DURATION_S(5)
#define GOODBYE_MAX 65536

struct leave_options {
	struct membership_options base;
	bool force;
};

/* Without an agent: what it would start with is forgotten. */
static int
forget(const struct membership_place *p, bool force)
{
	_cleanup_(freep) char *membership = membership_path(p, MEMBERSHIP_NAME);
	_cleanup_(freep) char *desired = membership_path(p, DESIRED_NAME);
	struct err e = { 0 };
	int r;

	if (!force && access(desired, F_OK) == 0) {
		cli_say_error("what the controller has announced here would be forgotten, too; "
			      "--force does it");
		return EXIT_FAILURE;
	}
	r = atomic_file_remove(membership, &e);
	if (r >= 0)
		r = atomic_file_remove(desired, &e);
	if (r >= 0)
		return EXIT_SUCCESS;
	cli_say_error("%s", e.message);
	return EXIT_FAILURE;
}

static int
leave(const struct membership_place *p, bool force)
{
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	json_auto_t *answer = NULL;
	struct err e = { 0 };
	const char *error;

	if (control_call(p->socket,
		force ? "{\"command\":\"leave\",\"force\":true}" : "{\"command\":\"leave\"}",
		DURATION_S(5), &reply, &e) < 0)
		return forget(p, force);
	answer = json_loadb(reply.text, reply.len, 0, NULL);
	error = field_text(answer, "error");
	if (*error == '\0')
		return EXIT_SUCCESS;
	cli_say_error("%s", error);
	return EXIT_FAILURE;
}

/* Gives the status of the answer; 0: there was none, and e says why. */
static long
say_goodbye(const struct membership *m, struct err *e)
{
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	_cleanup_(freep) char *url = xasprintf("%s/agent/v1/leave", m->url);
	char *authorization = xasprintf("Authorization: Bearer %s", m->credential);
	const char *headers[] = { authorization, "Accept: application/json", NULL };
	const struct http_call call = { .method = "POST",
		.url = url,
		.headers = headers,
		.body = "",
		.ca_file = m->ca_file,
		.timeout = GOODBYE_TIMEOUT,
		.max = GOODBYE_MAX };
	int r = http_call(&call, &reply, e);

	explicit_bzero(authorization, strlen(authorization));
	free(authorization);
	return r < 0 ? 0 : reply.status;
}

/* What the controller knows of it now. */
static void
add_goodbye(const struct membership *m, struct strbuf *out)
{
	struct err e = { 0 };
	long status = say_goodbye(m, &e);

	if (status == 401) {
		strbuf_add(out, ", which did not know this host any more\n");
		return;
	}
	strbuf_add(out, "; the host's entry there is removed with: nearcast hosts remove ");
	strbuf_add_printable(out, m->host);
	strbuf_add(out, "\n");
	if (status == 204)
		return;
	if (status != 0)
		(void)err_set(&e, -EIO, "%s: status %ld", m->url, status);
	cli_say_error("the controller could not be told: %s", e.message);
	(void)fprintf(stderr, "Until its entry is removed there, it is taken for a host that may "
			      "announce still.\n");
}

static int
run_leave(const void *options, int argc, char **args)
{
	const struct leave_options *o = options;
	_cleanup_(membership_place_done) struct membership_place place = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	int status = membership_place_find(&o->base, false, &place);

	(void)argc;
	(void)args;
	if (status != EXIT_SUCCESS)
		return status;
	if (!place.has_joined) {
		cli_say_error("this host belongs to no controller");
		return EXIT_FAILURE;
	}
	status = leave(&place, o->force);
	if (status != EXIT_SUCCESS)
		return status;
	strbuf_add(&out, "left ");
	strbuf_add_printable(&out, place.before.url);
	add_goodbye(&place.before, &out);
	return cli_print(strbuf_get(&out));
}

static const struct leave_options defaults = { .base = MEMBERSHIP_DEFAULTS };

/* clang-format off */
static const struct cli_option leave_options[] = {
	MEMBERSHIP_OPTIONS,
	{ "force", 0, CLI_FLAG, offsetof(struct leave_options, force), NULL, 0, 0, NULL,
	    "withdraw what the controller has announced here" },
};
/* clang-format on */

const struct cli_command cli_leave_command = {
	.name = "leave",
	.args = "",
	.summary = "Have this host follow no controller any more.",
	.options = leave_options,
	.option_count = ARRAY_SIZE(leave_options),
	.options_size = sizeof(struct leave_options),
	.defaults = &defaults,
	.run = run_leave,
	.notes = "Exit status: 1 when it follows none, or something would be withdrawn.",
};
