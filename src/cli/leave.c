/*
 * nearcast leave: this host belongs to no controller any more.
 *
 * nearcastd forgets it, and withdraws what the controller has announced; without one, so does this.
 */
#include <stdlib.h>
#include <unistd.h>

#include "agent/desired.h"
#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/membership_place.h"
#include "io/atomic_file.h"
#include "io/control.h"

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
run_leave(const void *options, int argc, char **args)
{
	const struct leave_options *o = options;
	_cleanup_(membership_place_done) struct membership_place place = { 0 };
	_cleanup_(strbuf_done) struct strbuf reply = { 0 }, out = { 0 };
	struct err e = { 0 };
	int status = membership_place_find(&o->base, false, &place);

	(void)argc;
	(void)args;
	if (status != EXIT_SUCCESS)
		return status;
	if (!place.has_joined) {
		cli_say_error("this host belongs to no controller");
		return EXIT_FAILURE;
	}
	if (control_call(place.socket,
		o->force ? "{\"command\":\"leave\",\"force\":true}" : "{\"command\":\"leave\"}",
		DURATION_S(5), &reply, &e) < 0) {
		status = forget(&place, o->force);
	} else {
		json_auto_t *answer = json_loadb(reply.text, reply.len, 0, NULL);
		const char *error = field_text(answer, "error");

		if (*error != '\0') {
			cli_say_error("%s", error);
			status = EXIT_FAILURE;
		}
	}
	if (status != EXIT_SUCCESS)
		return status;
	strbuf_add(&out, "left ");
	strbuf_add_printable(&out, place.before.url);
	strbuf_add(&out, "; the host's entry there is removed with: nearcast hosts remove ");
	strbuf_add_printable(&out, place.before.host);
	strbuf_add(&out, "\n");
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
