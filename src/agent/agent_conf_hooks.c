/* The table of keys of a hook in nearcast.yaml; see agent_conf.h. */
#include <string.h>

#include "agent/agent_conf.h"
#include "service/event_kind.h"

static void
check_hook(struct conf *c, void *object)
{
	const struct agent_hook *hook = object;
	const char *const *command = hook->exec.items;

	if ((hook->exec.count > 0) == (hook->url != NULL))
		conf_error_at(c, object, "a hook has either exec or url");
	if (hook->exec.count > 0 && command[0][0] != '/')
		conf_error_at(c, &command[0], "expected an absolute path");
	/* "(secret)": what --check prints loads again, as everything that it prints */
	if (hook->url != NULL && !str_starts_with(hook->url, "http://") &&
	    !str_starts_with(hook->url, "https://") && strcmp(hook->url, "(secret)") != 0)
		conf_error_at(c, &hook->url, "expected a URL of http or https");
	if (hook->user != NULL && hook->url != NULL)
		conf_error_at(c, &hook->user, "only with exec");
}

/* clang-format off */
#define AT(field) .offset = offsetof(struct agent_hook, field)
static const struct conf_field fields[] = {
	{ .key = "name", .type = CONF_NAME, AT(name), .flags = CONF_KEY,
	  .doc = "the hook's name" },
	{ .key = "exec", .type = CONF_LIST, AT(exec), .item = CONF_STRING, .min = 1,
	  .max = AGENT_HOOK_ARGUMENTS_MAX,
	  .doc = "a command and its arguments, without a shell; gets the event on standard input" },
	{ .key = "user", .type = CONF_NAME, AT(user),
	  .doc = "who runs exec; default: nobody where nearcastd is root, else its own user" },
	{ .key = "url", .type = CONF_SECRET, AT(url), .min = 8, .max = 2000,
	  .doc = "where the event is posted to, over http or https" },
	{ .key = "kinds", .type = CONF_LIST, AT(kinds), .item = CONF_ENUM, .names = event_kind_names,
	  .max = 100, .doc = "the kinds of events that it is told; default: all" },
	{ .key = "timeout", .type = CONF_DURATION, AT(timeout), .def = "10s",
	  .min = 100 * NS_PER_MS, .max = 300 * NS_PER_S, .doc = "a call that takes longer is ended" },
	{ .key = "at-once", .type = CONF_U32, AT(at_once), .def = "1", .min = 1, .max = 16,
	  .doc = "calls that run at a time" },
	{ .key = "queue", .type = CONF_U32, AT(queue), .def = "100", .min = 1, .max = 10000,
	  .doc = "events that wait for a call; more are dropped" },
};
#undef AT
/* clang-format on */

const struct conf_schema agent_hook_schema =
    CONF_SCHEMA("a hook", struct agent_hook, fields, .check = check_hook);
