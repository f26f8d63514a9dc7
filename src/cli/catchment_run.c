/* nearcast catchment run and rtt: a site that sends the requests, from the Global IP or from an
 * address of its own; or a controller measures with all sites (catchment_through.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "cli/catchment.h"
#include "cli/catchment_lists.h"
#include "cli/catchment_through.h"

#define LAB_NODE_VARIABLE "NEARCAST_LAB_NODE"

struct run_options {
	struct object_options base; /* of the controller */
	struct catchment_site_options site;
	struct cli_strings hitlists, excludes;
	const char *contact, *run_id, *dns, *places, *asn, *weights;
	uint32_t pps, rounds, seed, block;
	bool lab, skip_bad_lines, best, alone;
};

/* What is asked, and what is said of it in the report. */
struct asking {
	const struct run_options *options;
	struct hitlist *hitlist; /* owned */
	struct hitlist_counts counts;
	uint64_t bad;
	char *text; /* owned */
};

static void
asking_done(struct asking *a)
{
	hitlist_free(a->hitlist);
	free(a->text);
}

/* What was asked for on the command line is wrong before any file is. */
static int
load(struct asking *a, enum ip_family family, char **prefixes)
{
	const struct run_options *o = a->options;
	const struct catchment_lists lists = { .hitlists = &o->hitlists,
		.excludes = &o->excludes,
		.prefixes = prefixes,
		.family = family,
		.block = o->block,
		.lab = o->lab || getenv(LAB_NODE_VARIABLE) != NULL,
		.skip_bad_lines = o->skip_bad_lines };
	struct err e = { 0 };
	int status;

	if (o->hitlists.count == 0 && prefixes[0] == NULL)
		return cli_usage_error("whom to ask is missing: --hitlist FILE, or prefixes");
	if (o->dns != NULL && !catch_is_dns_suffix(o->dns))
		return cli_usage_error("--dns: \"%s\" is not a name of at most %d characters",
		    o->dns, CATCH_SUFFIX_MAX);
	if (o->contact == NULL && o->dns == NULL && !lists.lab)
		return cli_usage_error(
		    "--contact is needed outside of a lab: a URL or a mail address, "
		    "for those who are asked and wonder why");
	status = catchment_lists_read(&lists, NULL, NULL, &a->bad, &a->hitlist);
	if (status != EXIT_SUCCESS)
		return status;
	if (hitlist_finish(a->hitlist, &a->counts, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	if (a->counts.targets * o->rounds > CATCH_SEQUENCES_MAX) {
		cli_say_error("%" PRIu64 " targets in %u rounds are more than %u requests",
		    a->counts.targets, o->rounds, CATCH_SEQUENCES_MAX);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* In a lab there is nobody who could. */
static void
warn_of_forgery(const struct run_options *o)
{
	if (o->site.key_file == NULL && !o->lab && getenv(LAB_NODE_VARIABLE) == NULL)
		cli_say_error("without --key-file the replies are signed with a key that everybody "
			      "knows: strangers could forge them");
}

static json_t *
describe(const struct asking *a, const struct catch_run_conf *conf)
{
	json_t *j = json_object();

	json_object_set_new(j, "seed", json_integer((json_int_t)conf->seed));
	json_object_set_new(j, "bad_lines", json_integer((json_int_t)a->bad));
	json_object_set_new(j, "repeated", json_integer((json_int_t)a->counts.repeated));
	json_object_set_new(j, "excluded", json_integer((json_int_t)a->counts.excluded));
	return j;
}

static int
start(const struct run_options *o, struct catch_run_conf *conf, const char *what, char **prefixes)
{
	_cleanup_(asking_done) struct asking a = { .options = o };
	uint32_t random[2];
	int status = catchment_site_conf(&o->site, what, conf);

	if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
		cli_say_error("no random numbers");
		return EXIT_FAILURE;
	}
	conf->run = random[0];
	conf->run_known = true;
	conf->seed = o->seed != UINT32_MAX ? o->seed : random[1];
	if (status == EXIT_SUCCESS && o->run_id != NULL)
		status = catchment_run_id(o->run_id, conf);
	if (status == EXIT_SUCCESS)
		status = load(&a, conf->local.family, prefixes);
	if (status != EXIT_SUCCESS)
		return status;
	a.text = xasprintf("anycast measurement (nearcast catchment)%s%s", o->contact ? ": " : "",
	    o->contact ? o->contact : "");
	conf->hitlist = a.hitlist;
	conf->targets = a.counts.targets;
	conf->rounds = o->rounds;
	conf->pps = o->pps;
	conf->method = o->dns ? CATCH_DNS : CATCH_ICMP;
	conf->text = o->dns ? o->dns : a.text;
	warn_of_forgery(o);
	return catchment_site_run(&o->site, conf, describe(&a, conf));
}

/* What only this host alone can be told, says that it is meant. */
static bool
is_through_controller(const struct run_options *o)
{
	if (o->alone || o->site.key_file != NULL || o->run_id != NULL)
		return false;
	return o->base.controller.url != NULL || o->base.project != NULL || o->best ||
	       o->places != NULL || o->asn != NULL || o->weights != NULL || controller_is_named();
}

static int
run_through(const struct run_options *o, char **prefixes)
{
	struct object_options base = o->base;

	base.json = o->site.json;
	return catchment_run_through(&(struct catchment_through){ .o = &base,
	    .address = o->site.address,
	    .site = o->site.site,
	    .contact = o->contact,
	    .dns = o->dns,
	    .out = o->site.out,
	    .known = { o->places, o->asn, o->weights },
	    .hitlists = &o->hitlists,
	    .excludes = &o->excludes,
	    .prefixes = prefixes,
	    .skip_bad_lines = o->skip_bad_lines,
	    .wait = o->site.to_end,
	    .pps = o->pps,
	    .rounds = o->rounds,
	    .block = o->block,
	    .port = o->site.port,
	    .seed = o->seed,
	    .lab = o->lab || getenv(LAB_NODE_VARIABLE) != NULL,
	    .best = o->best });
}

static int
run_run(const void *options, int argc, char **args)
{
	const struct run_options *o = options;
	struct catch_run_conf conf = { .kind = "replies" };

	(void)argc;
	if (is_through_controller(options))
		return run_through(options, args);
	if (o->places != NULL || o->asn != NULL || o->weights != NULL)
		return cli_usage_error("--places, --asn and --weights are for a controller; with "
				       "files, nearcast report takes them");
	return start(options, &conf, "global-ip", args);
}

static int
run_rtt(const void *options, int argc, char **args)
{
	struct catch_run_conf conf = { .kind = "rtt" };

	(void)argc;
	return start(options, &conf, "source", args);
}

/* clang-format off */
#define AT(field) offsetof(struct run_options, field)
#define SENDING \
	{ "from", 'f', CLI_STRING, AT(site.site), "SITE", 0, 0, NULL, "the name of this site" }, \
	{ "hitlist", 'l', CLI_STRINGS, AT(hitlists), "FILE", 0, 0, NULL, "whom to ask: an address or a prefix in each line" }, \
	{ "exclude", 'x', CLI_STRINGS, AT(excludes), "FILE", 0, 0, NULL, "whom not to ask, likewise" }, \
	{ "block", 'b', CLI_U32, AT(block), "LENGTH", 0, 127, NULL, \
	    "of what a prefix gives one target each; 0: 24 for IPv4, 48 for IPv6" }, \
	{ "skip-bad-lines", 0, CLI_FLAG, AT(skip_bad_lines), NULL, 0, 0, NULL, "go on without the lines that are wrong" }, \
	{ "lab", 0, CLI_FLAG, AT(lab), NULL, 0, 0, NULL, "this is a lab: special-purpose addresses may be asked" }, \
	{ "contact", 'c', CLI_STRING, AT(contact), "TEXT", 0, 0, NULL, "in each request: a URL or mail address for those who wonder" }, \
	{ "dns", 'd', CLI_STRING, AT(dns), "NAME", 0, 0, NULL, \
	    "ask by DNS, for names below this one of yours, instead of ping" }, \
	{ "port", 'P', CLI_U32, AT(site.port), "PORT", 1, 65535, NULL, "of ours, with --dns" }, \
	{ "pps", 'p', CLI_U32, AT(pps), "COUNT", 1, 10000000, NULL, "requests a second at most" }, \
	{ "rounds", 'r', CLI_U32, AT(rounds), "COUNT", 1, 1000, NULL, "how often each target is asked" }, \
	{ "seed", 's', CLI_U32, AT(seed), "NUMBER", 0, UINT32_MAX - 1, NULL, "of the random order; the same gives the same" }, \
	{ "run-id", 0, CLI_STRING, AT(run_id), "ID", 0, 0, NULL, "8 digits of 0-9 and a-f, instead of random ones" }, \
	{ "key-file", 'k', CLI_STRING, AT(site.key_file), "FILE", 0, 0, NULL, "the secret that the sites share" }, \
	{ "to-end", 'e', CLI_DURATION, AT(site.to_end), "DURATION", 0, 3600 * NS_PER_S, NULL, "wait for replies after the last request" }, \
	{ "late", 0, CLI_DURATION, AT(site.late), "DURATION", NS_PER_MS, 3600 * NS_PER_S, NULL, "longest time from a request to its reply" }, \
	{ "out", 'o', CLI_STRING, AT(site.out), "FILE", 0, 0, NULL, "where the rows go, instead of standard output" }, \
	{ "json", 0, CLI_FLAG, AT(site.json), NULL, 0, 0, NULL, "the report as one JSON document" }

static const struct cli_option run_table[] = {
	{ "global-ip", 'g', CLI_STRING, AT(site.address), "ADDRESS", 0, 0, NULL, "to ask from; every site has it" },
	SENDING,
	/* -p is how many a second */
	CLI_CONTROLLER(struct object_options),
	{ "project", 0, CLI_STRING, CLI_OBJECT_AT(project), "PROJECT", 0, 0, NULL, "of the controller, by default that of the token" },
	{ "best", 0, CLI_FLAG, AT(best), NULL, 0, 0, NULL, "through a controller: each site measures how far the targets are from it" },
	{ "places", 0, CLI_STRING, AT(places), "FILE", 0, 0, NULL, "likewise: country, degrees and city of prefixes, for its map" },
	{ "asn", 0, CLI_STRING, AT(asn), "FILE", 0, 0, NULL, "likewise: AS numbers of prefixes, as CAIDA's pfx2as" },
	{ "weights", 0, CLI_STRING, AT(weights), "FILE", 0, 0, NULL, "likewise: how many queries, bytes or users prefixes have" },
	{ "alone", 0, CLI_FLAG, AT(alone), NULL, 0, 0, NULL, "with files, whatever controller is known" },
};
static const struct cli_option rtt_table[] = {
	{ "source", 'S', CLI_STRING, AT(site.address), "ADDRESS", 0, 0, NULL, "to ask from; this site alone has it" },
	SENDING,
};
/* clang-format on */

static const struct run_options defaults = {
	.site = { .late = { 10 * NS_PER_S }, .to_end = { 10 * NS_PER_S }, .port = CATCHMENT_PORT },
	.pps = 1000,
	.rounds = 1,
	.seed = UINT32_MAX,
};

const struct cli_command cli_catchment_run_command = {
	.name = "run",
	.args = "[PREFIX]...",
	.summary = "Ask targets from the Global IP, and write down the replies that land here.",
	.args_max = UINT32_MAX,
	.options = run_table,
	.option_count = ARRAY_SIZE(run_table),
	.options_size = sizeof(struct run_options),
	.defaults = &defaults,
	.run = run_run,
	.notes =
	    "Where a controller is known, it has all sites of the Global IP measure, and -o is the "
	    "merged file;\n"
	    "else the other sites listen meanwhile (nearcast catchment listen).",
};

const struct cli_command cli_catchment_rtt_command = {
	.name = "rtt",
	.args = "[PREFIX]...",
	.summary = "Measure how far targets are from this site, whatever the catchment is.",
	.args_max = UINT32_MAX,
	.options = rtt_table,
	.option_count = ARRAY_SIZE(rtt_table),
	.options_size = sizeof(struct run_options),
	.defaults = &defaults,
	.run = run_rtt,
};
