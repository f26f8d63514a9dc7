/*
 * nearcast leave: this host belongs to no controller any more.
 *
 * nearcastd is asked whether anything is announced; then the controller, with the credential that
 * ends by it, whether enough sites are left. Then nearcastd forgets the controller, and withdraws
 * what it has announced; without nearcastd, so does this. Only what the controller refuses is not
 * done: where it does not answer, the host has left all the same.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/desired.h"
#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/controller_problem.h"
#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/membership_place.h"
#include "io/atomic_file.h"
#include "io/control.h"
#include "io/http_call.h"

#define GOODBYE_TIMEOUT DURATION_S(5)
#define GOODBYE_MAX 65536

#define AWAITED "urn:nearcast:problem:awaited"

struct leave_options {
	struct membership_options base;
	const char *override;
	bool force;
};

/* Without an agent: what it would start with is forgotten. */
static int
may_forget(const struct membership_place *p, bool force)
{
	_cleanup_(freep) char *desired = membership_path(p, DESIRED_NAME);

	if (force || access(desired, F_OK) < 0)
		return EXIT_SUCCESS;
	cli_say_error("what the controller has announced here would be forgotten, too; "
		      "--force does it");
	return EXIT_FAILURE;
}

static int
forget(const struct membership_place *p)
{
	_cleanup_(freep) char *membership = membership_path(p, MEMBERSHIP_NAME);
	_cleanup_(freep) char *desired = membership_path(p, DESIRED_NAME);
	struct err e = { 0 };
	int r = atomic_file_remove(membership, &e);

	if (r >= 0)
		r = atomic_file_remove(desired, &e);
	if (r >= 0)
		return EXIT_SUCCESS;
	cli_say_error("%s", e.message);
	return EXIT_FAILURE;
}

/* The agent, or what it would start with. try: only says whether it may be. */
static int
leave(const struct membership_place *p, bool force, bool try)
{
	json_auto_t *request = json_pack(
	    "{s:s, s:b, s:b}", "command", "leave", "force", (int)force, "dry_run", (int)try);
	_cleanup_(freep) char *text = json_dumps(request, JSON_COMPACT);
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	json_auto_t *answer = NULL;
	struct err e = { 0 };
	const char *error;

	if (control_call(p->socket, text, DURATION_S(5), &reply, &e) < 0)
		return try ? may_forget(p, force) : forget(p);
	answer = json_loadb(reply.text, reply.len, 0, NULL);
	error = field_text(answer, "error");
	if (*error == '\0')
		return EXIT_SUCCESS;
	cli_say_error("%s", error);
	return EXIT_FAILURE;
}

/* What the controller said to it. */
struct goodbye {
	long status; /* 0: nothing, and e says why */
	json_t *problem;
	struct err e;
};

static void
say_goodbye(const struct membership *m, const char *override, struct goodbye *ret)
{
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	_cleanup_(strbuf_done) struct strbuf url = { 0 };
	char *authorization = xasprintf("Authorization: Bearer %s", m->credential);
	const char *headers[] = { authorization, "Accept: application/json", NULL };
	struct http_call call = { .method = "POST",
		.headers = headers,
		.body = "",
		.ca_file = m->ca_file,
		.timeout = GOODBYE_TIMEOUT,
		.max = GOODBYE_MAX };

	strbuf_addf(&url, "%s/agent/v1/leave", m->url);
	controller_url_add_query(&url, "override_reason", override);
	call.url = strbuf_get(&url);
	*ret = (struct goodbye){ 0 };
	if (http_call(&call, &reply, &ret->e) >= 0) {
		ret->status = reply.status;
		ret->problem = json_loadb(strbuf_get(&reply.body), reply.body.len, 0, NULL);
	}
	explicit_bzero(authorization, strlen(authorization));
	free(authorization);
}

/* It would be without too many sites, or that is not known yet; not: it cannot answer. */
static bool
is_refused(const struct goodbye *g)
{
	return g->status == 409 ||
	       (g->status == 503 && strcmp(field_text(g->problem, "type"), AWAITED) == 0);
}

/* What the controller knows of it now. */
static void
add_goodbye(const struct membership *m, struct goodbye *g, struct strbuf *out)
{
	if (g->status == 401) {
		strbuf_add(out, ", which did not know this host any more\n");
		return;
	}
	strbuf_add(out, "; the host's entry there is removed with: nearcast hosts remove ");
	strbuf_add_printable(out, m->host);
	strbuf_add(out, "\n");
	if (g->status == 204)
		return;
	if (g->status != 0)
		(void)err_set(&g->e, -EIO, "%s: status %ld", m->url, g->status);
	cli_say_error("the controller could not be told: %s", g->e.message);
	(void)fprintf(stderr, "Until its entry is removed there, it is taken for a host that may "
			      "announce still.\n");
}

static int
leave_controller(
    const struct leave_options *o, const struct membership_place *place, struct goodbye *g)
{
	const struct membership *m = &place->before;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	int status = leave(place, o->force, true);

	if (status != EXIT_SUCCESS)
		return status;
	say_goodbye(m, o->override, g);
	if (is_refused(g)) {
		controller_say_problem(m->url, g->status, g->problem, NULL);
		return EXIT_FAILURE;
	}
	/* it is nobody's already: what is announced goes with that */
	status = leave(place, o->force || g->status == 204, false);
	if (status != EXIT_SUCCESS)
		return status;
	strbuf_add(&out, "left ");
	strbuf_add_printable(&out, m->url);
	add_goodbye(m, g, &out);
	return cli_print(strbuf_get(&out));
}

static int
run_leave(const void *options, int argc, char **args)
{
	const struct leave_options *o = options;
	_cleanup_(membership_place_done) struct membership_place place = { 0 };
	struct goodbye g = { 0 };
	int status = membership_place_find(&o->base, false, &place);

	(void)argc;
	(void)args;
	if (status != EXIT_SUCCESS)
		return status;
	if (!place.has_joined) {
		cli_say_error("this host belongs to no controller");
		return EXIT_FAILURE;
	}
	status = leave_controller(o, &place, &g);
	json_decref(g.problem);
	return status;
}

static const struct leave_options defaults = { .base = MEMBERSHIP_DEFAULTS };

/* clang-format off */
static const struct cli_option leave_options[] = {
	MEMBERSHIP_OPTIONS,
	{ "force", 0, CLI_FLAG, offsetof(struct leave_options, force), NULL, 0, 0, NULL,
	    "withdraw what the controller has announced here" },
	{ "override", 'o', CLI_STRING, offsetof(struct leave_options, override), "REASON", 0, 0,
	    NULL, "meant although services lose too many sites, and why" },
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
	.notes = "Exit status: 1 when it follows none, something would be withdrawn, or the "
		 "controller refuses it.",
};
