/* nearcast catchment listen: a site that only receives. */
#include <stdlib.h>

#include "cli/catchment.h"

struct listen_options {
	struct catchment_site_options site;
	struct duration listen_for;
	const char *run_id;
	bool dns;
};

static int
run_listen(const void *options, int argc, char **args)
{
	const struct listen_options *o = options;
	struct catch_run_conf conf = { .kind = "replies" };
	int status = catchment_site_conf(&o->site, "global-ip", &conf);

	(void)argc;
	(void)args;
	if (status == EXIT_SUCCESS && o->run_id != NULL)
		status = catchment_run_id(o->run_id, &conf);
	if (status != EXIT_SUCCESS)
		return status;
	conf.method = o->dns ? CATCH_DNS : CATCH_ICMP;
	if (conf.to_end.ns == 0)
		conf.to_end = DURATION_FOREVER;
	conf.listen_for = o->listen_for;
	return catchment_site_run(&o->site, &conf, NULL);
}

/* clang-format off */
#define AT(field) offsetof(struct listen_options, field)
static const struct cli_option options[] = {
	{ "global-ip", 'g', CLI_STRING, AT(site.address), "ADDRESS", 0, 0, NULL, "that the requests come from" },
	{ "from", 'f', CLI_STRING, AT(site.site), "SITE", 0, 0, NULL, "the name of this site" },
	{ "run-id", 0, CLI_STRING, AT(run_id), "ID", 0, 0, NULL, "take replies of this run only, not of the first one heard" },
	{ "key-file", 'k', CLI_STRING, AT(site.key_file), "FILE", 0, 0, NULL, "the secret that the sites share" },
	{ "dns", 'd', CLI_FLAG, AT(dns), NULL, 0, 0, NULL, "take answers of DNS, not replies to pings" },
	{ "port", 'P', CLI_U32, AT(site.port), "PORT", 1, 65535, NULL, "of ours, with --dns" },
	{ "late", 0, CLI_DURATION, AT(site.late), "DURATION", NS_PER_MS, 3600 * NS_PER_S, NULL, "longest time from a request to its reply" },
	{ "to-end", 'e', CLI_DURATION, AT(site.to_end), "DURATION", 0, 86400 * NS_PER_S, NULL,
	    "end when no reply came for so long after one; 0: never" },
	{ "for", 0, CLI_DURATION, AT(listen_for), "DURATION", 0, 86400 * NS_PER_S, NULL,
	    "end after so long, also where nobody lands; 0: never" },
	{ "out", 'o', CLI_STRING, AT(site.out), "FILE", 0, 0, NULL, "where the rows go, instead of standard output" },
	{ "json", 0, CLI_FLAG, AT(site.json), NULL, 0, 0, NULL, "the report as one JSON document" },
};
/* clang-format on */

static const struct listen_options defaults = { .site = { .late = { 10 * NS_PER_S },
						    .port = CATCHMENT_PORT } };

const struct cli_command cli_catchment_listen_command = {
	.name = "listen",
	.args = "",
	.summary = "Write down the replies that land at this site, until interrupted.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct listen_options),
	.defaults = &defaults,
	.run = run_listen,
};
