/* nearcast trace: the way to an address, hop by hop, and who answers at its end. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/signals.h"
#include "cli/trace.h"
#include "io/tty.h"
#include "measure/json.h"

#define NAMES_FILE "/etc/nearcast/names.json"
#define PORT_OF_METHOD UINT32_MAX
#define COUNT_OF_MODE UINT32_MAX

static void
tracing_done(struct tracing *t)
{
	tracing_rounds_done(t);
	tracing_ask_done(t);
	for (size_t i = 0; i < t->run_count; i++)
		trace_run_free(t->runs[i]);
	names_free(t->names);
	origins_free(t->origins);
	(void)sd_event_unref(t->loop);
}

void
tracing_fail(struct tracing *t, int r)
{
	t->r = r;
	(void)sd_event_exit(t->loop, 0);
}

/* ---- the target ---- */

static int
find_target(struct tracing *t)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list = NULL;
	struct endpoint found;
	int family = t->options->family, r;

	hints.ai_family = family == IP_V4 ? AF_INET : family == IP_V6 ? AF_INET6 : AF_UNSPEC;
	r = getaddrinfo(t->target, NULL, &hints, &list);
	if (r != 0)
		return err_set(&t->e, -ENOENT, "%s: %s", t->target, gai_strerror(r));
	r = -EAFNOSUPPORT;
	for (struct addrinfo *ai = list; ai && r < 0; ai = ai->ai_next) {
		struct sockaddr_storage ss = { 0 };

		memcpy(&ss, ai->ai_addr, MIN((size_t)ai->ai_addrlen, sizeof(ss)));
		r = endpoint_from_sockaddr(&ss, &found);
	}
	freeaddrinfo(list);
	if (r < 0)
		return err_set(&t->e, r, "%s: has no address of this family", t->target);
	t->conf.trace.target = found.addr;
	return 0;
}

/* A file that was asked for must be there; the default one need not. */
static int
load_names(struct tracing *t)
{
	const char *path = t->options->names ? t->options->names : NAMES_FILE;
	int r = names_load_file(path, &t->names, &t->e);

	return r == -ENOENT && t->options->names == NULL ? 0 : r;
}

/* What is wrong in it is shown whole; the error says how much that is. */
static int
load_origins(struct tracing *t)
{
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	int r = 0;

	if (t->options->asn)
		r = origins_load_file(t->options->asn, &t->origins, &report, &t->e);
	(void)fputs(strbuf_get(&report), stderr);
	return r;
}

/* ---- flows, one after the other ---- */

static void on_traced(void *userdata, int r, const struct err *e);

/* A socket of its own is a flow of its own: it has another port, or another identifier. */
static int
start_flow(struct tracing *t)
{
	int r;

	t->conf.mtu = t->options->mtu && t->run_count == 0;
	r = trace_run_new(t->loop, &t->conf, on_traced, t, &t->runs[t->run_count], &t->e);
	t->run_count += r == 0;
	return r;
}

/* All flows are over. */
static int
ask_others(struct tracing *t)
{
	int r = tracing_ask_who(t, trace_run_get(t->runs[0]));

	for (size_t i = 0; r == 0 && i < t->run_count; i++)
		r = tracing_ask_names(t, trace_run_get(t->runs[i]));
	if (r == 0 && t->options->reverse)
		r = tracing_ask_back(t);
	return r;
}

static void
on_traced(void *userdata, int r, const struct err *e)
{
	struct tracing *t = userdata;
	bool last = t->run_count == t->options->flows;

	if (e)
		t->e = *e;
	if (r == 0)
		r = last ? ask_others(t) : start_flow(t);
	t->is_over = r == 0 && last;
	if (r < 0)
		tracing_fail(t, r);
	else
		tracing_end_when_settled(t);
}

/* ---- the report ---- */

static const char *
find_reverse(const void *userdata, struct ip address)
{
	return reverse_find(userdata, address);
}

/* Whether every flow reached the target. */
static bool
has_reached(const struct tracing *t)
{
	if (t->rounds)
		return trace_rounds_reached(t->rounds);
	for (size_t i = 0; i < t->run_count; i++) {
		if (!trace_has_reached(trace_run_get(t->runs[i])))
			return false;
	}
	return true;
}

/* Whether there is one, or none was asked for. */
static bool
has_way_back(const struct tracing *t)
{
	return !t->options->reverse ||
	       (t->back && reverse_ask_is_over(trace_reverse_get(t->back)) &&
		   reverse_ask_problem(trace_reverse_get(t->back)) == NULL);
}

struct trace_report
tracing_report(const struct tracing *t)
{
	return (struct trace_report){
		.target = t->target,
		.conf = &t->conf,
		.names = t->names,
		.origins = t->origins,
		.find_name = t->reverse ? find_reverse : NULL,
		.userdata = t->reverse,
		.answered_by = t->answered_by,
		.answered_site = t->answered_site,
		.answered_how = t->answered_how,
		.colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0),
	};
}

static void
add_back(const struct tracing *t, struct trace_report *report)
{
	const struct reverse_ask *ask;

	if (t->back == NULL)
		return;
	ask = trace_reverse_get(t->back);
	report->back = reverse_ask_trace(ask);
	report->back_who = reverse_ask_who(ask);
	report->back_to = reverse_ask_asker(ask);
	report->back_problem = reverse_ask_is_over(ask) ? reverse_ask_problem(ask) : "interrupted";
}

static int
print_report(const struct tracing *t)
{
	const struct trace *flows[TRACE_FLOWS_MAX];
	struct trace_report report = tracing_report(t);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	for (size_t i = 0; i < t->run_count; i++)
		flows[i] = trace_run_get(t->runs[i]);
	report.flows = flows;
	report.flow_count = t->run_count;
	report.mtu = trace_run_mtu(t->runs[0]);
	add_back(t, &report);
	if (t->options->json)
		return cli_print_json(
		    t->rounds ? trace_rounds_to_json(&report, t->rounds) : trace_to_json(&report),
		    JSON_INDENT(2) | MEASURE_JSON_FLAGS);
	if (t->rounds)
		trace_rounds_to_text(&report, t->rounds, &text);
	else
		trace_to_text(&report, &text);
	return cli_print(strbuf_get(&text));
}

static int
trace_all(struct tracing *t)
{
	int r = find_target(t);

	if (r == 0)
		r = load_names(t);
	if (r == 0)
		r = load_origins(t);
	if (r == 0)
		r = cli_loop_new(&t->loop, &t->e);
	if (r == 0)
		tracing_ask_ahead(t);
	if (r == 0)
		r = t->options->report || t->options->live ? tracing_start_rounds(t)
							   : start_flow(t);
	if (r < 0)
		return r;
	r = sd_event_loop(t->loop);
	trace_screen_free(TAKE(t->screen));
	return r < 0 ? err_errno(&t->e, r, "event loop") : t->r;
}

/* Options that do not go together. Gives the exit status. */
static int
check_options(const struct trace_options *o)
{
	if (o->mtu && o->method == TRACE_TCP)
		return cli_usage_error("--mtu needs packets of any size: --udp or --icmp");
	if (o->count != COUNT_OF_MODE && !o->report && !o->live)
		return cli_usage_error("--count is for --report and --live");
	if ((o->report || o->live) && (o->mtu || o->reverse || o->flows > 1))
		return cli_usage_error(
		    "--report and --live have one flow, and neither --mtu nor --reverse");
	if (o->live && o->json)
		return cli_usage_error("--live is for people: --report has --json");
	if (o->live && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return cli_usage_error("--live needs a terminal; --report does not");
	return EXIT_SUCCESS;
}

/* What depends on other options. */
static void
fill_in(struct trace_options *o)
{
	if (o->port == PORT_OF_METHOD)
		o->port = o->method == TRACE_TCP ? 80 : 33434;
	if (o->count == COUNT_OF_MODE)
		o->count = o->live ? 0 : 10;
}

static int
run_trace(const void *options, int argc, char **args)
{
	struct trace_options o = *(const struct trace_options *)options;
	struct tracing t = { .options = &o, .target = args[0] };
	int status = check_options(&o);

	(void)argc;
	if (status != EXIT_SUCCESS)
		return status;
	fill_in(&o);
	status = EXIT_FAILURE;
	t.conf = (struct trace_run_conf){
		.trace = {
			.max_hops = o.max_hops,
			.queries = o.queries,
			.parallel = o.parallel,
			.gap_limit = o.gap_limit,
			.wait = o.wait,
		},
		.method = (enum trace_method)o.method,
		.port = (uint16_t)o.port,
	};
	if (trace_all(&t) < 0)
		(void)fprintf(stderr, "nearcast trace: %s\n", t.e.message);
	else if (print_report(&t) == EXIT_SUCCESS && has_reached(&t) && has_way_back(&t))
		status = EXIT_SUCCESS;
	tracing_done(&t);
	return status;
}

/* clang-format off */
#define AT(field) offsetof(struct trace_options, field)
static const struct cli_option options[] = {
	{ "ipv4", '4', CLI_CHOICE, AT(family), NULL, IP_V4, 0, NULL, "IPv4 only" },
	{ "ipv6", '6', CLI_CHOICE, AT(family), NULL, IP_V6, 0, NULL, "IPv6 only" },
	{ "udp", 'U', CLI_CHOICE, AT(method), NULL, TRACE_UDP, 0, NULL, "send UDP (the default)" },
	{ "icmp", 'I', CLI_CHOICE, AT(method), NULL, TRACE_ICMP, 0, NULL, "send ICMP echo requests" },
	{ "tcp", 'T', CLI_CHOICE, AT(method), NULL, TRACE_TCP, 0, NULL,
	    "ask for TCP connections, as clients of a service do" },
	{ "port", 'p', CLI_U32, AT(port), "PORT", 1, 65535, NULL,
	    "of the target, by default 33434 with --udp and 80 with --tcp" },
	{ "flows", 'f', CLI_U32, AT(flows), "COUNT", 1, TRACE_FLOWS_MAX, NULL,
	    "trace so many flows, to see the ways they are spread over" },
	{ "mtu", 0, CLI_FLAG, AT(mtu), NULL, 0, 0, NULL,
	    "find where the MTU falls, and who swallows large packets without a word" },
	{ "reverse", 'R', CLI_FLAG, AT(reverse), NULL, 0, 0, NULL,
	    "have the agent at the target trace the way back, and show both" },
	{ "reverse-port", 0, CLI_U32, AT(reverse_port), "PORT", 1, 65535, NULL, "of the agent" },
	{ "report", 'r', CLI_FLAG, AT(report), NULL, 0, 0, NULL,
	    "trace again and again, then print what each hop has answered" },
	{ "live", 'l', CLI_FLAG, AT(live), NULL, 0, 0, NULL,
	    "the same, shown as it comes, until q is pressed" },
	{ "count", 'c', CLI_U32, AT(count), "COUNT", 1, 1000000, NULL,
	    "rounds; by default 10 with --report, and no end with --live" },
	{ "interval", 0, CLI_DURATION, AT(interval), "DURATION", 100 * NS_PER_MS, 3600 * NS_PER_S,
	    NULL, "from the start of one round to that of the next" },
	{ "max-hops", 'm', CLI_U32, AT(max_hops), "COUNT", 1, TRACE_HOPS_MAX, NULL, "hops at most" },
	{ "queries", 'q', CLI_U32, AT(queries), "COUNT", 1, TRACE_QUERIES_MAX, NULL, "probes for each hop" },
	{ "wait", 'w', CLI_DURATION, AT(wait), "DURATION", NS_PER_MS, 60 * NS_PER_S, NULL,
	    "for a reply at most" },
	{ "parallel", 'P', CLI_U32, AT(parallel), "COUNT", 1, TRACE_PARALLEL_MAX, NULL,
	    "probes in flight at most" },
	{ "gap-limit", 'g', CLI_U32, AT(gap_limit), "COUNT", 0, TRACE_HOPS_MAX, NULL,
	    "give up after so many silent hops in a row; 0: never" },
	{ "numeric", 'n', CLI_FLAG, AT(numeric), NULL, 0, 0, NULL, "do not ask the DNS; names of the names file stay" },
	{ "names", 0, CLI_STRING, AT(names), "FILE", 0, 0, NULL,
	    "names of addresses, instead of " NAMES_FILE },
	{ "asn", 0, CLI_STRING, AT(asn), "FILE", 0, 0, NULL,
	    "AS numbers of prefixes, for addresses of which the names file has none" },
	{ "identify", 'i', CLI_CHOICE, AT(identify), NULL, IDENTIFY_ASK, 0, NULL,
	    "wait for who answers at the target to say so: the agent, or HTTP" },
	{ "no-identify", 0, CLI_CHOICE, AT(identify), NULL, IDENTIFY_NONE, 0, NULL,
	    "do not ask the agent at the target who it is" },
	{ "identify-port", 0, CLI_U32, AT(identify_port), "PORT", 1, 65535, NULL, "of HTTP, with --identify" },
	{ "json", 0, CLI_FLAG, AT(json), NULL, 0, 0, NULL, "one JSON document" },
};
/* clang-format on */

static const struct trace_options defaults = {
	.method = TRACE_UDP,
	.flows = 1,
	.max_hops = 30,
	.queries = 3,
	.parallel = 16,
	.gap_limit = 10,
	.port = PORT_OF_METHOD,
	.identify_port = 80,
	.reverse_port = IDENTITY_PORT,
	.count = COUNT_OF_MODE,
	.interval = { NS_PER_S },
	.wait = { 3 * NS_PER_S },
};

const struct cli_command cli_trace_command = {
	.name = "trace",
	.args = "TARGET",
	.summary =
	    "Show the way to an address hop by hop, without privileges, each flow by itself.",
	.args_min = 1,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct trace_options),
	.defaults = &defaults,
	.run = run_trace,
	.notes = "Exit status: 0 when the target was reached, 1 when not, or when there is no\n"
		 "reverse trace though --reverse asked for one, 2 for wrong use.",
};
