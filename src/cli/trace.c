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
#include "io/tty.h"
#include "measure/json.h"
#include "measure/names.h"
#include "measure/probe_run.h"
#include "measure/reverse.h"
#include "measure/trace_report.h"
#include "measure/trace_run.h"

#define NAMES_FILE "/etc/nearcast/names.json"
#define IDENTIFY_TIMEOUT DURATION_S(2)

struct trace_options {
	int family, method;
	uint32_t max_hops, queries, parallel, gap_limit, port, identify_port;
	struct duration wait;
	const char *names;
	bool numeric, identify, json;
};

/* One trace: first the probes, then what is asked of others about them. */
struct tracing {
	const struct trace_options *options;
	const char *target; /* as it was given */
	struct trace_run_conf conf;
	sd_event *loop;
	struct names *names;        /* owned; NULL: none */
	struct trace_run *run;      /* owned */
	struct reverse *reverse;    /* owned; NULL: not asked */
	struct probe_run *identify; /* owned; NULL: not asked */
	struct probe_target identify_target;
	char *identify_url; /* owned */
	bool identifying;
	char *answered_by, *answered_site; /* owned */
	int r;
	struct err e;
};

static void
tracing_done(struct tracing *t)
{
	probe_run_free(t->identify);
	reverse_free(t->reverse);
	trace_run_free(t->run);
	names_free(t->names);
	free(t->identify_url);
	free(t->answered_by);
	free(t->answered_site);
	(void)sd_event_unref(t->loop);
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

/* ---- after the probes ---- */

static void
end_when_settled(struct tracing *t)
{
	if (!t->identifying && !(t->reverse && reverse_is_busy(t->reverse)))
		(void)sd_event_exit(t->loop, 0);
}

static void
on_reverse_idle(void *userdata)
{
	end_when_settled(userdata);
}

static void
on_identified(void *userdata, struct probe_record *r)
{
	struct tracing *t = userdata;

	t->answered_by = TAKE(r->served_by);
	t->answered_site = TAKE(r->site);
}

static void
on_identify_finished(void *userdata)
{
	struct tracing *t = userdata;

	t->identifying = false;
	end_when_settled(t);
}

/* Asks the target by HTTP who it is. That it does not say is no error. */
static int
start_identify(struct tracing *t)
{
	struct probe_conf conf = {
		.targets = &t->identify_target,
		.target_count = 1,
		.count = 1,
		.timeout = IDENTIFY_TIMEOUT,
		.in_flight_max = 1,
		.head = true,
		.host_header = "X-Served-By",
		.site_header = "X-Site",
	};
	const struct probe_events events = {
		.ended = on_identified, .finished = on_identify_finished, .userdata = t
	};
	bool v6 = t->conf.trace.target.family == IP_V6;
	char address[IP_STR_MAX];

	t->identify_url = xasprintf("http://%s%s%s:%u/", v6 ? "[" : "",
	    ip_format(t->conf.trace.target, address), v6 ? "]" : "", t->options->identify_port);
	t->identify_target = (struct probe_target){ .name = t->target, .url = t->identify_url };
	t->identifying = true;
	return probe_run_new(t->loop, &conf, &events, &t->identify, &t->e);
}

/* Asks the DNS for every address that has no name yet. */
static int
start_reverse(struct tracing *t)
{
	const struct trace *trace = trace_run_get(t->run);
	int r = reverse_new(t->loop, on_reverse_idle, t, &t->reverse, &t->e);

	for (uint32_t ttl = 1; r == 0 && ttl <= trace_hops(trace); ttl++) {
		for (uint32_t q = 0; q < trace_queries(trace); q++) {
			const struct trace_answer *a = trace_answer(trace, ttl, q);
			const struct name_entry *known = names_find(t->names, a->from);

			if (a->kind != TRACE_LOST && (known == NULL || known->name == NULL))
				reverse_ask(t->reverse, a->from);
		}
	}
	return r;
}

static void
on_traced(void *userdata, int r, const struct err *e)
{
	struct tracing *t = userdata;
	const struct trace *trace = trace_run_get(t->run);
	const struct name_entry *known =
	    r == 0 ? trace_answered_by(trace, t->conf.trace.target, t->names) : NULL;

	if (known) {
		t->answered_by = xstrdup(known->name);
		t->answered_site = known->site ? xstrdup(known->site) : NULL;
	}
	if (e)
		t->e = *e;
	if (r == 0 && t->options->identify && t->answered_by == NULL && trace_has_reached(trace))
		r = start_identify(t);
	if (r == 0 && !t->options->numeric)
		r = start_reverse(t);
	if (r < 0) {
		t->r = r;
		(void)sd_event_exit(t->loop, 0);
		return;
	}
	end_when_settled(t);
}

/* ---- the report ---- */

static const char *
find_reverse(const void *userdata, struct ip address)
{
	return reverse_find(userdata, address);
}

static int
print_report(const struct tracing *t)
{
	struct trace_report report = {
		.target = t->target,
		.conf = &t->conf,
		.trace = trace_run_get(t->run),
		.names = t->names,
		.find_name = t->reverse ? find_reverse : NULL,
		.userdata = t->reverse,
		.answered_by = t->answered_by,
		.answered_site = t->answered_site,
		.colour = tty_wants_colour(STDOUT_FILENO),
	};
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	if (t->options->json)
		return cli_print_json(trace_to_json(&report), JSON_INDENT(2) | MEASURE_JSON_FLAGS);
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
		r = cli_loop_new(&t->loop, &t->e);
	if (r == 0)
		r = trace_run_new(t->loop, &t->conf, on_traced, t, &t->run, &t->e);
	if (r < 0)
		return r;
	r = sd_event_loop(t->loop);
	return r < 0 ? err_errno(&t->e, r, "event loop") : t->r;
}

static int
run_trace(const void *options, int argc, char **args)
{
	const struct trace_options *o = options;
	struct tracing t = { .options = o, .target = args[0] };
	int status = EXIT_FAILURE;

	(void)argc;
	t.conf = (struct trace_run_conf){
		.trace = {
			.max_hops = o->max_hops,
			.queries = o->queries,
			.parallel = o->parallel,
			.gap_limit = o->gap_limit,
			.wait = o->wait,
		},
		.method = (enum trace_method)o->method,
		.port = (uint16_t)o->port,
	};
	if (trace_all(&t) < 0)
		(void)fprintf(stderr, "nearcast trace: %s\n", t.e.message);
	else if (print_report(&t) == EXIT_SUCCESS && trace_has_reached(trace_run_get(t.run)))
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
	{ "port", 'p', CLI_U32, AT(port), "PORT", 1, 65535, NULL, "of the target, with --udp" },
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
	{ "identify", 'i', CLI_FLAG, AT(identify), NULL, 0, 0, NULL,
	    "ask the target by HTTP who it is, when its address does not say" },
	{ "identify-port", 0, CLI_U32, AT(identify_port), "PORT", 1, 65535, NULL, "of HTTP, with --identify" },
	{ "json", 0, CLI_FLAG, AT(json), NULL, 0, 0, NULL, "one JSON document" },
};
/* clang-format on */

static const struct trace_options defaults = {
	.method = TRACE_UDP,
	.max_hops = 30,
	.queries = 3,
	.parallel = 16,
	.gap_limit = 10,
	.port = 33434,
	.identify_port = 80,
	.wait = { 3 * NS_PER_S },
};

const struct cli_command cli_trace_command = {
	.name = "trace",
	.args = "TARGET",
	.summary = "Show the way to an address hop by hop, without privileges and in one flow.",
	.args_min = 1,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct trace_options),
	.defaults = &defaults,
	.run = run_trace,
	.notes = "Exit status: 0 when the target was reached, 1 when not, 2 for wrong use.",
};
