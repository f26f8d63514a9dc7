/* nearcast probe: requests to URLs, with the seven timings, and who answered. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/probe_report.h"
#include "cli/probe_targets.h"
#include "cli/signals.h"
#include "io/loop.h"
#include "measure/json.h"
#include "measure/probe_run.h"

#define COUNT_NOT_GIVEN UINT32_MAX
#define COUNT 10
#define WATCH_PACE DURATION_S(1)

struct probe_options {
	uint32_t count;
	struct duration interval, timeout;
	int family;
	struct cli_strings against, resolve;
	const char *host_header, *site_header;
	uint32_t parallel;
	bool location, insecure;
	int http, certificate;
	struct probe_report_options report;
};

/* What a run gathers. */
struct gather {
	const struct probe_options *options;
	sd_event *loop;
	struct probe_targets targets;    /* owned */
	struct probe_summary *summaries; /* owned; one a target */
	struct probe_record *records;    /* owned; only for the JSON document */
	size_t record_count, record_cap;
	uint64_t ended, failed;
	struct probe_run *run; /* owned */
	struct probe_report report;
	struct timer watch;
};

static void
gather_done(struct gather *g)
{
	probe_run_free(g->run);
	timer_done(&g->watch);
	probe_report_done(&g->report);
	for (size_t i = 0; i < g->targets.count && g->summaries; i++)
		probe_summary_done(&g->summaries[i]);
	for (size_t i = 0; i < g->record_count; i++)
		probe_record_done(&g->records[i]);
	free(g->summaries);
	free(g->records);
	probe_targets_done(&g->targets);
	(void)sd_event_unref(g->loop);
}

static int
add_targets(struct gather *g, int argc, char **args)
{
	const struct probe_options *o = g->options;
	enum ip_family family = (enum ip_family)o->family;
	int status = probe_targets_resolve(&g->targets, &o->resolve);

	for (int i = 0; i < argc && status == 0; i++)
		status = probe_targets_add(&g->targets, args[i], family);
	if (status == 0)
		status = probe_targets_against(&g->targets, &o->against, family);
	g->summaries = xcalloc(g->targets.count + 1, sizeof(*g->summaries));
	return status;
}

static void
on_ended(void *userdata, struct probe_record *r)
{
	struct gather *g = userdata;

	g->ended++;
	g->failed += r->error != NULL;
	probe_report_complete(&g->report, r);
	if (g->options->report.output == PROBE_OUTPUT_EACH) {
		if (cli_print_json(probe_record_to_json(g->targets.items, r),
			JSON_COMPACT | MEASURE_JSON_FLAGS) != EXIT_SUCCESS)
			(void)sd_event_exit(g->loop, EXIT_FAILURE);
		return;
	}
	probe_summary_add(&g->summaries[r->target], r);
	if (g->options->report.output == PROBE_OUTPUT_JSON) {
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

static struct probe_results
results_of(const struct gather *g)
{
	return (struct probe_results){ g->targets.items, g->summaries, g->targets.count, g->records,
		g->record_count };
}

static void
on_watch(struct timer *timer, struct instant now)
{
	const struct gather *g = container_of(timer, struct gather, watch);
	struct probe_results results = results_of(g);

	probe_report_watch(&g->report, &results);
	timer_set(timer, instant_add(now, WATCH_PACE));
}

static int
start_watch(struct gather *g, struct err *e)
{
	int r;

	if (!g->options->report.watch)
		return 0;
	r = timer_init(&g->watch, g->loop, on_watch);
	if (r < 0)
		return err_errno(e, r, "set a timer");
	timer_set(&g->watch, instant_add(clock_now(), WATCH_PACE));
	return 0;
}

static uint32_t
count_of(const struct probe_options *o)
{
	if (o->count != COUNT_NOT_GIVEN)
		return o->count;
	return o->report.watch ? 0 : COUNT;
}

/* Sends until all has ended or a signal comes; negative errno when it could not. */
static int
send_all(struct gather *g, struct err *e)
{
	const struct probe_options *o = g->options;
	const struct probe_conf conf = {
		.targets = g->targets.items,
		.target_count = g->targets.count,
		.count = count_of(o),
		.interval = o->report.watch && o->interval.ns == 0 ? WATCH_PACE : o->interval,
		.timeout = o->timeout,
		.family = (enum ip_family)o->family,
		.resolves = g->targets.resolves,
		.resolve_count = g->targets.resolve_count,
		.in_flight_max = o->parallel,
		.follow = o->location,
		.insecure = o->insecure,
		.host_header = o->host_header,
		.site_header = o->site_header,
		.http = (enum probe_http)o->http,
		.certificate = (enum probe_certificate)(o->certificate + 1),
	};
	const struct probe_events events = {
		.ended = on_ended, .skipped = on_skipped, .finished = on_finished, .userdata = g
	};
	int r = probe_check_http(conf.http, e);

	if (r == 0)
		r = cli_loop_new(&g->loop, e);
	if (r == 0)
		r = probe_run_new(g->loop, &conf, &events, &g->run, e);
	if (r == 0)
		r = start_watch(g, e);
	if (r < 0)
		return r;
	r = sd_event_loop(g->loop);
	probe_run_stop(g->run);
	return r < 0 ? err_errno(e, r, "event loop") : r;
}

/* With limits, what could not be measured is unknown (3). */
static int
run_and_report(struct gather *g)
{
	struct err e = { 0 };
	struct probe_results results;
	int r = send_all(g, &e);

	if (r < 0)
		return probe_report_fail(&g->report, e.message);
	results = results_of(g);
	return probe_report_end(&g->report, &results,
	    r != 0 || g->failed > 0 || g->ended == 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int
run_probe(const void *options, int argc, char **args)
{
	struct gather g = { .options = options };
	int status = probe_report_prepare(&g.report, &g.options->report);

	if (status == 0)
		status = add_targets(&g, argc, args);
	if (status == 0)
		status = run_and_report(&g);
	gather_done(&g);
	return status;
}

/* as enum probe_certificate, from its second on */
static const char *const certificate_names[] = { "subject", "san", NULL };

/* clang-format off */
#define AT(field) offsetof(struct probe_options, field)
static const struct cli_option options[] = {
	{ "count", 'n', CLI_U32, AT(count), "COUNT", 0, PROBE_COUNT_MAX, NULL,
	    "requests to each URL (10); 0: until interrupted" },
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
	{ "http2", 0, CLI_CHOICE, AT(http), NULL, PROBE_HTTP_2, 0, NULL, "HTTP/2 instead of HTTP/1.1" },
	{ "http3", 0, CLI_CHOICE, AT(http), NULL, PROBE_HTTP_3, 0, NULL, "HTTP/3, over QUIC" },
	{ "certificate", 0, CLI_ENUM, AT(certificate), "FIELD", 0, 0, certificate_names,
	    "the field of the certificate that names the host that answered" },
	{ "host-header", 0, CLI_STRING, AT(host_header), "NAME", 0, 0, NULL,
	    "the header that names the host that answered" },
	{ "site-header", 0, CLI_STRING, AT(site_header), "NAME", 0, 0, NULL,
	    "the header that names its site" },
	{ "names", 0, CLI_STRING, AT(report.names), "FILE", 0, 0, NULL,
	    "names, sites and places of hosts instead of /etc/nearcast/names.json" },
	{ "at", 0, CLI_STRING, AT(report.at), "LAT,LON", 0, 0, NULL,
	    "where this client is, in degrees, for the distance to sites" },
	{ "warn", 'w', CLI_STRINGS, AT(report.warning), "LIMIT", 0, 0, NULL,
	    "exit 1 beyond it: median=50ms,p95=,p99=,loss=5%,inflation=10ms,km=500,site=am6" },
	{ "critical", 'c', CLI_STRINGS, AT(report.critical), "LIMIT", 0, 0, NULL,
	    "exit 2 beyond it, likewise" },
	{ "prometheus", 0, CLI_STRING, AT(report.prometheus), "FILE", 0, 0, NULL,
	    "write metrics to this file, as a textfile collector reads" },
	{ "watch", 'W', CLI_FLAG, AT(report.watch), NULL, 0, 0, NULL,
	    "show how it stands every second, until interrupted" },
	{ "json", 0, CLI_CHOICE, AT(report.output), NULL, PROBE_OUTPUT_JSON, 0, NULL, "one JSON document at the end" },
	{ "each", 0, CLI_CHOICE, AT(report.output), NULL, PROBE_OUTPUT_EACH, 0, NULL,
	    "one line of JSON for each request, as it ends" },
};
/* clang-format on */

static const struct probe_options defaults = {
	.count = COUNT_NOT_GIVEN,
	.timeout = { 5 * NS_PER_S },
	.host_header = "X-Served-By",
	.site_header = "X-Site",
	.parallel = 256,
	.certificate = -1,
};

const struct cli_command cli_probe_command = {
	.name = "probe",
	.args = "[NAME=]URL...",
	.summary = "Ask URLs (http, https, dns, dns+tcp, tcp, identity), each time anew; show the "
		   "timings and who "
		   "answered.",
	.args_min = 1,
	.args_max = UINT_MAX,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct probe_options),
	.defaults = &defaults,
	.run = run_probe,
	.notes =
	    "Exit status: 0 when all requests were answered, 1 when one failed, 2 for wrong use.\n"
	    "With --warn or --critical: 0 within the limits, 1 beyond a warning, 2 beyond a\n"
	    "critical one or when nobody answers, 3 when that cannot be known.",
};
