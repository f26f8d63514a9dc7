/* Metrics of the agent as a whole. */
#include <inttypes.h>
#include <stdio.h>

#include "agent/metrics_families.h"
#include "base/alloc.h"
#include "config/config.h"
#include "io/process_figures.h"

static void
add_build(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	(void)item;
	prom_count(out, f->name, (prom_labels){ { "version", NEARCAST_VERSION } }, 1);
}

static void
add_agent(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct agent_conf *conf = item->agent->conf;
	char id[IP_STR_MAX];

	prom_count(out, f->name,
	    (prom_labels){ { "host", conf->host }, { "site", conf->site },
		{ "router_id", ip_format(conf->router_id, id) } },
	    1);
}

/* Of the configuration as --check prints it, in which secrets do not appear. */
static uint64_t
hash_conf(const struct agent_conf *conf)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	conf_print(&agent_conf_schema, conf, &text);
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static void
add_config(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	struct agent *a = item->agent;
	char hash[24];

	/* printing thousands of services takes milliseconds: once for each configuration */
	if (a->conf_hashed_wall_ns != a->conf_wall_ns) {
		a->conf_hash = hash_conf(a->conf);
		a->conf_hashed_wall_ns = a->conf_wall_ns;
	}
	(void)snprintf(hash, sizeof(hash), "%016" PRIx64, a->conf_hash);
	prom_count(out, f->name, (prom_labels){ { "hash", hash } }, 1);
}

static double
seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

static void
add_config_time(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	prom_number(out, f->name, NULL, seconds(item->agent->conf_wall_ns));
}

static void
add_start_time(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	prom_number(out, f->name, NULL, seconds(item->agent->started_wall_ns));
}

static void
add_cpu(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	(void)item;
	prom_number(out, f->name, NULL, process_cpu_s());
}

static void
add_memory(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	uint64_t bytes = process_resident_bytes();

	(void)item;
	if (bytes > 0)
		prom_count(out, f->name, NULL, bytes);
}

static void
add_lag(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	prom_histogram(out, f->name, NULL, &item->agent->counters.lag);
}

static void
add_withdraws(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct histogram *of = item->agent->counters.withdraws;

	for (enum service_grounds g = 0; g < SERVICE_GROUNDS_MAX; g++)
		prom_histogram(
		    out, f->name, (prom_labels){ { "evidence", service_grounds_name(g) } }, &of[g]);
}

static void
add_events(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	struct events_info info = events_info(item->agent->events);

	for (int i = 0; i < EVENT_KIND_MAX; i++)
		prom_count(out, f->name, (prom_labels){ { "kind", event_kind_names[i] } },
		    info.by_kind[i]);
}

static void
add_lost(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	prom_count(out, f->name, NULL, events_info(item->agent->events).lost);
}

static void
add_writable(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct agent *a = item->agent;

	prom_count(out, f->name, NULL,
	    state_dir_problem(a->state) == NULL && events_info(a->events).problem == NULL);
}

static void
add_identity(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	static const char *const results[] = { [IDENTITY_ANSWERED] = "answered",
		[IDENTITY_REFUSED] = "refused",
		[IDENTITY_MALFORMED] = "malformed" };

	for (int i = 0; i < IDENTITY_RESULTS; i++)
		prom_count(out, f->name, (prom_labels){ { "result", results[i] } },
		    item->agent->counters.identity[i]);
}

static void
add_hook_calls(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct hooks *hooks = item->agent->hooks;

	for (size_t i = 0; i < hooks_count(hooks); i++) {
		struct hook_info k = hooks_info(hooks, i);

		prom_count(out, f->name,
		    (prom_labels){ { "hook", k.name }, { "result", "passed" } }, k.passed);
		prom_count(out, f->name,
		    (prom_labels){ { "hook", k.name }, { "result", "failed" } }, k.failed);
	}
}

static void
add_hook_dropped(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct hooks *hooks = item->agent->hooks;

	for (size_t i = 0; i < hooks_count(hooks); i++) {
		struct hook_info k = hooks_info(hooks, i);

		prom_count(out, f->name, (prom_labels){ { "hook", k.name } }, k.dropped);
	}
}

static void
add_hook_waiting(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct hooks *hooks = item->agent->hooks;

	for (size_t i = 0; i < hooks_count(hooks); i++) {
		struct hook_info k = hooks_info(hooks, i);

		prom_count(out, f->name, (prom_labels){ { "hook", k.name } }, k.waiting);
	}
}

/* clang-format off */
static const struct metric_family families[] = {
	{ "nearcast_build_info", PROM_GAUGE, METRIC_OF_AGENT, add_build, NULL, NULL,
	    "Always 1; the version of nearcastd." },
	{ "nearcast_agent_info", PROM_GAUGE, METRIC_OF_AGENT, add_agent, NULL, NULL,
	    "Always 1; which agent this is." },
	{ "nearcast_config_info", PROM_GAUGE, METRIC_OF_AGENT, add_config, NULL, NULL,
	    "Always 1; a hash of the configuration in use, without its secrets." },
	{ "nearcast_config_loaded_timestamp_seconds", PROM_GAUGE, METRIC_OF_AGENT, add_config_time, NULL, NULL,
	    "When the configuration in use was taken over, in seconds since 1970." },
	{ "process_start_time_seconds", PROM_GAUGE, METRIC_OF_AGENT, add_start_time, NULL, NULL,
	    "When nearcastd started, in seconds since 1970." },
	{ "process_cpu_seconds_total", PROM_COUNTER, METRIC_OF_AGENT, add_cpu, NULL, NULL,
	    "Processor time used." },
	{ "process_resident_memory_bytes", PROM_GAUGE, METRIC_OF_AGENT, add_memory, NULL, NULL,
	    "Resident memory." },
	{ "nearcast_loop_lag_seconds", PROM_HISTOGRAM, METRIC_OF_AGENT, add_lag, NULL, NULL,
	    "How late a timer of the event loop was, once a second." },
	{ "nearcast_withdraw_written_seconds", PROM_HISTOGRAM, METRIC_OF_AGENT, add_withdraws, NULL, NULL,
	    "Time from the evidence to the withdraw in the sockets of all neighbors that had been told." },
	{ "nearcast_events_total", PROM_COUNTER, METRIC_OF_AGENT, add_events, NULL, NULL,
	    "Events by their kind." },
	{ "nearcast_events_lost_total", PROM_COUNTER, METRIC_OF_AGENT, add_lost, NULL, NULL,
	    "Events that could not be written to the disk." },
	{ "nearcast_hook_calls_total", PROM_COUNTER, METRIC_OF_AGENT, add_hook_calls, NULL, NULL,
	    "Calls of a hook that have ended, by their result." },
	{ "nearcast_hook_dropped_total", PROM_COUNTER, METRIC_OF_AGENT, add_hook_dropped, NULL, NULL,
	    "Events that a hook was not told, since its queue was full or it cannot be called." },
	{ "nearcast_hook_waiting", PROM_GAUGE, METRIC_OF_AGENT, add_hook_waiting, NULL, NULL,
	    "Events that wait for a call of a hook." },
	{ "nearcast_identity_questions_total", PROM_COUNTER, METRIC_OF_AGENT, add_identity, NULL, NULL,
	    "Questions who answers at a Global IP, by what became of them." },
	{ "nearcast_state_directory_writable", PROM_GAUGE, METRIC_OF_AGENT, add_writable, NULL, NULL,
	    "Whether what outlives the agent can be written." },
};
/* clang-format on */

const struct metric_table metrics_of_agent = { families, ARRAY_SIZE(families) };
