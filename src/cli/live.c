/* nearcast sites status, hosts status and services status: how everything stands now. */
#include "cli/live.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/live_text.h"
#include "cli/object.h"
#include "cli/rollout.h"
#include "cli/services.h"
#include "io/tty.h"

static const struct object_kind hosts_kind = { .what = "host", .path = "hosts" };

/* clang-format off */
static const struct cli_option all_options[] = { CLI_OBJECT };
static const struct cli_option project_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT };
/* clang-format on */

/* sites is taken over, and host borrowed: the one whose neighbors are shown, too; NULL: none.
 * open: what is said of a rollout below. */
static int
print(const struct object_options *o, json_t *answer, json_t *sites, const json_t *host,
    bool is_service, const char *open)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *owned = sites;
	struct table_look look = { .colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0) };

	if (o->json)
		return object_print(o, answer);
	if (json_array_size(owned) == 0)
		cli_say_none(is_service ? "The service is on no hosts." : "There are no sites.");
	live_sites_text(owned, look, &out);
	if (host != NULL)
		live_neighbors_text(host, look, &out);
	strbuf_add(&out, open);
	services_add_warnings(answer, &out);
	return cli_print(strbuf_get(&out));
}

/* Of one object of a kind; NULL: of all sites. */
static int
show(const struct object_options *o, const struct object_kind *kind, const char *name)
{
	_cleanup_(controller_answer_done) struct controller_answer now = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = controller_open(&o->controller, &c);
	_cleanup_(strbuf_done) struct strbuf open = { 0 };
	json_t *host = NULL, *sites;

	if (status == EXIT_SUCCESS && kind != NULL)
		status = object_path(kind, o, &c, name, &path);
	strbuf_add(&path, kind != NULL ? "/status" : "/api/v1/status");
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "GET", strbuf_get(&path), NULL, NULL, &now);
	if (status == EXIT_SUCCESS && kind == &services_kind && !o->json)
		status = rollout_add_open(&c, o, name, &open);
	if (status != EXIT_SUCCESS)
		return status;
	if (kind == &hosts_kind)
		host = now.body;
	sites = host != NULL ? json_pack("[{s:O?, s:[O]}]", "name", json_object_get(host, "site"),
				   "hosts", host)
			     : json_incref(json_object_get(now.body, "sites"));
	return print(o, now.body, sites, host, kind == &services_kind, strbuf_get(&open));
}

OBJECT_RUN(run_sites, show(options, NULL, NULL))
OBJECT_RUN(run_host, show(options, &hosts_kind, args[0]))
OBJECT_RUN(run_service, show(options, &services_kind, args[0]))

const struct cli_command cli_sites_status_command =
    OBJECT_COMMAND("status", "", 0, "Show what every host announces, and how it is.", all_options,
	struct object_options, NULL, run_sites);
const struct cli_command cli_host_status_command =
    OBJECT_COMMAND("status", "HOST", 1, "Show what a host announces, and its sessions.",
	all_options, struct object_options, NULL, run_host);
const struct cli_command cli_service_status_command =
    OBJECT_COMMAND("status", "SERVICE", 1, "Show where a service is announced, and how it is.",
	project_options, struct services_options, NULL, run_service);
