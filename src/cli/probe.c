/* nearcast probe: requests to URLs, with the seven timings, and who answered. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/signals.h"
#include "io/tty.h"
#include "measure/json.h"
#include "measure/probe_run.h"

#define TARGETS_MAX 100
#define COLUMNS_WITHOUT_TERMINAL 100

enum output {
	OUTPUT_TEXT,
	OUTPUT_JSON,
	OUTPUT_EACH,
};

struct probe_options {
	uint32_t count;
	struct duration interval, timeout;
	int family;
	struct cli_strings against, resolve;
	const char *host_header, *site_header;
	uint32_t parallel;
	bool location, insecure;
	int output;
};

/* What a run gathers. */
struct gather {
	const struct probe_options *options;
	sd_event *loop;
	struct probe_target *targets; /* owned, with the texts of the next two */
	char **texts;
	size_t target_count, text_count, text_cap;
	struct probe_resolve *resolves;  /* owned */
	struct probe_summary *summaries; /* owned; one a target */
	struct probe_record *records;    /* owned; only for the JSON document */
	size_t record_count, record_cap;
	uint64_t ended, failed;
	struct probe_run *run; /* owned */
};

static char *
keep(struct gather *g, char *text)
{
	g->texts = grow_array(g->texts, g->text_count, &g->text_cap, sizeof(*g->texts));
	g->texts[g->text_count++] = text;
	return text;
}

static void
gather_done(struct gather *g)
{
	probe_run_free(g->run);
	for (size_t i = 0; i < g->target_count && g->summaries; i++)
		probe_summary_done(&g->summaries[i]);
	for (size_t i = 0; i < g->record_count; i++)
		probe_record_done(&g->records[i]);
	for (size_t i = 0; i < g->text_count; i++)
		free(g->texts[i]);
	free(g->texts);
	free(g->targets);
	free(g->resolves);
	free(g->summaries);
	free(g->records);
	(void)sd_event_unref(g->loop);
}

/* The length of NAME in "NAME=rest", or 0 when it does not begin so. */
static size_t
name_length(const char *text)
{
	size_t n = 0;

	while (ascii_is_alpha(text[n]) || ascii_is_digit(text[n]) ||
	       (text[n] && strchr("._-", text[n])))
		n++;
	return text[n] == '=' ? n : 0;
}

/* Adds "NAME=URL" or "URL"; a URL without a scheme is one of http. 0 or the exit status. */
static int
add_target(struct gather *g, const char *text, bool reference)
{
	struct probe_target *t = &g->targets[g->target_count];
	size_t n = name_length(text);
	const char *url = n ? text + n + 1 : text;
	struct err e = { 0 };

	if (reference && n == 0)
		return cli_usage_error("--against: \"%s\" is not NAME=URL", text);
	t->reference = reference;
	t->url = keep(g, xasprintf("%s%s", strstr(url, "://") ? "" : "http://", url));
	t->name = n ? keep(g, xasprintf("%.*s", (int)n, text)) : t->url;
	if (probe_check_url(t->url, &e) < 0)
		return cli_usage_error("%s", e.message);
	for (size_t i = 0; i < g->target_count; i++) {
		if (strcmp(g->targets[i].name, t->name) == 0)
			return cli_usage_error("%s is given twice", t->name);
	}
	g->target_count++;
	return 0;
}

static int
add_resolves(struct gather *g)
{
	const struct cli_strings *given = &g->options->resolve;

	g->resolves = xcalloc(given->count, sizeof(*g->resolves));
	for (size_t i = 0; i < given->count; i++) {
		const char *text = given->items[i];
		size_t n = name_length(text);

		if (n == 0 || ip_parse(text + n + 1, &g->resolves[i].address) < 0)
			return cli_usage_error("--resolve: \"%s\" is not HOST=ADDRESS", text);
		g->resolves[i].host = keep(g, xasprintf("%.*s", (int)n, text));
	}
	return 0;
}

static int
add_targets(struct gather *g, int argc, char **args)
{
	const struct cli_strings *against = &g->options->against;
	size_t count = (size_t)argc + against->count;
	int status = 0;

	if (count > TARGETS_MAX)
		return cli_usage_error("%zu targets are too many, at most %d", count, TARGETS_MAX);
	g->targets = xcalloc(count, sizeof(*g->targets));
	g->summaries = xcalloc(count, sizeof(*g->summaries));
	for (int i = 0; i < argc && status == 0; i++)
		status = add_target(g, args[i], false);
	for (size_t i = 0; i < against->count && status == 0; i++)
		status = add_target(g, against->items[i], true);
	return status;
}

static void
on_ended(void *userdata, struct probe_record *r)
{
	struct gather *g = userdata;

	g->ended++;
	g->failed += r->error != NULL;
	if (g->options->output == OUTPUT_EACH) {
		if (cli_print_json(probe_record_to_json(g->targets, r),
			JSON_COMPACT | MEASURE_JSON_FLAGS) != EXIT_SUCCESS)
			(void)sd_event_exit(g->loop, EXIT_FAILURE);
		return;
	}
	probe_summary_add(&g->summaries[r->target], r);
	if (g->options->output == OUTPUT_JSON) {
		g->records =
		    grow_array(g->records, g->record_count, &g->record_cap, sizeof(*g->records));
		g->records[g->record_count++] = *r;
		*r = (struct probe_record){ 0 };
	}
	if (g->ended == PROBE_COUNT_MAX) {
		(void)fprintf(stderr,
		    "nearcast probe: ended after %d requests; --each has no limit\n",
		    PROBE_COUNT_MAX);
		(void)sd_event_exit(g->loop, 0);
	}
}

static void
on_skipped(void *userdata, size_t target)
{
	struct gather *g = userdata;

	g->summaries[target].skipped++;
}

static void
on_finished(void *userdata)
{
	struct gather *g = userdata;

	(void)sd_event_exit(g->loop, 0);
}

static int
print_report(struct gather *g)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	if (g->options->output == OUTPUT_EACH)
		return EXIT_SUCCESS;
	for (size_t i = 0; i < g->target_count; i++)
		probe_summary_finish(&g->summaries[i]);
	if (g->options->output == OUTPUT_JSON)
		return cli_print_json(probe_to_json(g->targets, g->summaries, g->target_count,
					  g->records, g->record_count),
		    JSON_INDENT(2) | MEASURE_JSON_FLAGS);
	probe_to_text(g->targets, g->summaries, g->target_count,
	    (struct probe_look){
		.columns = tty_columns(STDOUT_FILENO, COLUMNS_WITHOUT_TERMINAL),
		.colour = tty_wants_colour(STDOUT_FILENO),
	    },
	    &text);
	return cli_print(strbuf_get(&text));
}

/* Sends until all has ended or a signal comes; negative errno when it could not. */
static int
send_all(struct gather *g, struct err *e)
{
	const struct probe_options *o = g->options;
	const struct probe_conf conf = {
		.targets = g->targets,
		.target_count = g->target_count,
		.count = o->count,
		.interval = o->interval,
		.timeout = o->timeout,
		.family = (enum ip_family)o->family,
		.resolves = g->resolves,
		.resolve_count = o->resolve.count,
		.in_flight_max = o->parallel,
		.follow = o->location,
		.insecure = o->insecure,
		.host_header = o->host_header,
		.site_header = o->site_header,
	};
	const struct probe_events events = {
		.ended = on_ended, .skipped = on_skipped, .finished = on_finished, .userdata = g
	};
	int r = cli_loop_new(&g->loop, e);

	if (r == 0)
		r = probe_run_new(g->loop, &conf, &events, &g->run, e);
	if (r < 0)
		return r;
	r = sd_event_loop(g->loop);
	probe_run_stop(g->run);
	return r < 0 ? err_errno(e, r, "event loop") : r;
}

static int
run_probe(const void *options, int argc, char **args)
{
	struct gather g = { .options = options };
	struct err e = { 0 };
	int status = add_targets(&g, argc, args);

	if (status == 0)
		status = add_resolves(&g);
	if (status == 0) {
		int r = send_all(&g, &e);

		if (r < 0)
			(void)fprintf(stderr, "nearcast probe: %s\n", e.message);
		else
			status = print_report(&g);
		if (r != 0 || g.failed > 0 || g.ended == 0)
			status = EXIT_FAILURE;
	}
	gather_done(&g);
	return status;
}

/* clang-format off */
#define AT(field) offsetof(struct probe_options, field)
static const struct cli_option options[] = {
	{ "count", 'n', CLI_U32, AT(count), "COUNT", 0, PROBE_COUNT_MAX, NULL,
	    "requests to each URL; 0: until interrupted" },
	{ "interval", 'i', CLI_DURATION, AT(interval), "DURATION", 0, 3600 * NS_PER_S, NULL,
	    "between starts; 0: each starts when the one before has ended" },
	{ "timeout", 't', CLI_DURATION, AT(timeout), "DURATION", NS_PER_MS, 3600 * NS_PER_S, NULL,
	    "of one request" },
	{ "ipv4", '4', CLI_CHOICE, AT(family), NULL, IP_V4, 0, NULL, "IPv4 only" },
	{ "ipv6", '6', CLI_CHOICE, AT(family), NULL, IP_V6, 0, NULL, "IPv6 only" },
	{ "against", 'a', CLI_STRINGS, AT(against), "NAME=URL", 0, 0, NULL,
	    "a site's own address, to compare with the best of them" },
	{ "resolve", 0, CLI_STRINGS, AT(resolve), "HOST=ADDRESS", 0, 0, NULL,
	    "the address to use for a host" },
	{ "location", 'L', CLI_FLAG, AT(location), NULL, 0, 0, NULL, "follow redirects" },
	{ "insecure", 'k', CLI_FLAG, AT(insecure), NULL, 0, 0, NULL, "do not verify certificates" },
	{ "parallel", 'P', CLI_U32, AT(parallel), "COUNT", 1, PROBE_IN_FLIGHT_MAX, NULL,
	    "requests to one URL in flight at most, with --interval" },
	{ "host-header", 0, CLI_STRING, AT(host_header), "NAME", 0, 0, NULL,
	    "the header that names the host that answered" },
	{ "site-header", 0, CLI_STRING, AT(site_header), "NAME", 0, 0, NULL,
	    "the header that names its site" },
	{ "json", 0, CLI_CHOICE, AT(output), NULL, OUTPUT_JSON, 0, NULL, "one JSON document at the end" },
	{ "each", 0, CLI_CHOICE, AT(output), NULL, OUTPUT_EACH, 0, NULL,
	    "one line of JSON for each request, as it ends" },
};
/* clang-format on */

static const struct probe_options defaults = {
	.count = 10,
	.timeout = { 5 * NS_PER_S },
	.host_header = "X-Served-By",
	.site_header = "X-Site",
	.parallel = 256,
};

const struct cli_command cli_probe_command = {
	.name = "probe",
	.args = "[NAME=]URL...",
	.summary =
	    "Request URLs, each time with a new connection; show the timings and who answered.",
	.args_min = 1,
	.args_max = UINT_MAX,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct probe_options),
	.defaults = &defaults,
	.run = run_probe,
	.notes =
	    "Exit status: 0 when all requests were answered, 1 when one failed, 2 for wrong use.",
};
