/* Metrics of services, their addresses, checks and listening sockets. */
#include "agent/metrics_families.h"

/* The labels of an item of a service. */
#define OF_SERVICE(item)                                                                           \
	{                                                                                          \
		"service", (item)->hosted->conf->name                                              \
	}

static void
add_stages(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct hosted *h = item->hosted;
	uint64_t counts[STAGE_PREFERRED + 1] = { 0 };

	for (size_t i = 0; i < h->conf->address_count; i++)
		counts[h->engine->addresses[i].stage]++;
	for (int s = STAGE_WITHDRAWN; s <= STAGE_PREFERRED; s++)
		prom_count(out, f->name,
		    (prom_labels){ OF_SERVICE(item), { "stage", stage_name((enum stage)s) } },
		    counts[s]);
}

static void
add_announcements(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	prom_count(out, f->name, (prom_labels){ OF_SERVICE(item) }, item->hosted->announcements);
}

static void
add_withdraws(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	for (enum service_grounds g = 0; g < SERVICE_GROUNDS_MAX; g++)
		prom_count(out, f->name,
		    (prom_labels){ OF_SERVICE(item), { "evidence", service_grounds_name(g) } },
		    item->hosted->withdraw_counts[g]);
}

static void
add_draining(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	prom_count(out, f->name, (prom_labels){ OF_SERVICE(item) },
	    item->hosted->engine->drain.phase != DRAIN_NONE);
}

static void
add_connections(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct drain *d = &item->hosted->engine->drain;

	if (d->phase != DRAIN_NONE && d->counted)
		prom_count(out, f->name, (prom_labels){ OF_SERVICE(item) }, d->connections);
}

static void
add_held(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	prom_count(
	    out, f->name, (prom_labels){ OF_SERVICE(item) }, item->hosted->engine->hold.held);
}

static void
add_refusals(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct hosted *h = item->hosted;
	uint64_t count = 0;

	for (size_t i = 0; i < h->conf->address_count; i++)
		count += h->engine->addresses[i].leave.refusals;
	prom_count(out, f->name, (prom_labels){ OF_SERVICE(item) }, count);
}

static void
add_guarded(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct hosted *h = item->hosted;
	uint64_t count = 0;

	for (size_t i = 0; i < h->conf->address_count; i++)
		count += h->engine->addresses[i].leave.state == LEAVE_REFUSED;
	prom_count(out, f->name, (prom_labels){ OF_SERVICE(item) }, count);
}

static void
add_damped(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct hosted *h = item->hosted;
	uint64_t count = 0;

	for (size_t i = 0; i < h->conf->address_count; i++)
		count += !instant_is_never(h->engine->addresses[i].damped_until);
	prom_count(out, f->name, (prom_labels){ OF_SERVICE(item) }, count);
}

static void
add_told(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	char prefix[PREFIX_STR_MAX];

	prom_count(out, f->name,
	    (prom_labels){ OF_SERVICE(item),
		{ "prefix", prefix_format(hosted_prefix(item->hosted, item->index), prefix) } },
	    hosted_told(item->hosted, item->index).count);
}

static void
add_waiting(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct withdraw_record *w = &item->hosted->withdraws[item->index];
	char prefix[PREFIX_STR_MAX];

	prom_count(out, f->name,
	    (prom_labels){ OF_SERVICE(item),
		{ "prefix", prefix_format(hosted_prefix(item->hosted, item->index), prefix) } },
	    w->has && !w->flushed);
}

/* The labels of a run of a check; text: room for its address. */
static void
label_run(const struct metric_item *item, char text[static IP_STR_MAX], prom_labels labels)
{
	const struct hosted *h = item->hosted;
	const struct service_run *run = &h->engine->runs[item->index];

	labels[0] = (struct prom_label)OF_SERVICE(item);
	labels[1] = (struct prom_label){ "check", h->check_confs[run->check].name };
	labels[2] = (struct prom_label){ "address",
		run->address == SERVICE_ALL ? NULL
					    : ip_format(h->conf->addresses[run->address], text) };
}

static void
add_verdict(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	static const double numbers[] = {
		[VERDICT_UNKNOWN] = -1, [VERDICT_PASSING] = 1, [VERDICT_FAILING] = 0
	};
	char text[IP_STR_MAX];
	prom_labels labels = { 0 };

	label_run(item, text, labels);
	prom_number(
	    out, f->name, labels, numbers[item->hosted->engine->runs[item->index].state.verdict]);
}

static void
add_runs(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	static const char *const results[] = { [CHECK_RUN_PASSED] = "passed",
		[CHECK_RUN_FAILED] = "failed",
		[CHECK_RUN_REFUSED] = "refused",
		[CHECK_RUN_CANNOT] = "cannot-run" };
	char text[IP_STR_MAX];
	prom_labels labels = { 0 };

	label_run(item, text, labels);
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		labels[3] = (struct prom_label){ "result", results[i] };
		prom_count(out, f->name, labels, item->hosted->runners[item->index]->outcomes[i]);
	}
}

static void
add_durations(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct runner *r = item->hosted->runners[item->index];
	char text[IP_STR_MAX];
	prom_labels labels = { 0 };
	uint64_t count = 0;

	label_run(item, text, labels);
	for (size_t i = 0; i < CHECK_OUTCOMES; i++)
		count += r->outcomes[i];
	prom_summary(out, f->name, labels, r->took_s, count);
}

static void
add_listening(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const struct hosted *h = item->hosted;
	const struct service_listener *l = &h->engine->listeners[item->index];
	char text[IP_STR_MAX];

	prom_count(out, f->name,
	    (prom_labels){ OF_SERVICE(item), { "listen", h->listen_names[l->listen] },
		{ "address", ip_format(h->conf->addresses[l->address], text) } },
	    l->presence == PRESENCE_PRESENT);
}

/* clang-format off */
static const struct metric_family families[] = {
	{ "nearcast_service_addresses", PROM_GAUGE, METRIC_OF_SERVICE, add_stages, NULL, NULL,
	    "Addresses of a service at each stage." },
	{ "nearcast_service_announcements_total", PROM_COUNTER, METRIC_OF_SERVICE, add_announcements, NULL, NULL,
	    "Prefixes handed to the neighbors' sessions, also to change how they are announced." },
	{ "nearcast_service_withdraws_total", PROM_COUNTER, METRIC_OF_SERVICE, add_withdraws, NULL, NULL,
	    "Prefixes withdrawn, by the evidence." },
	{ "nearcast_service_draining", PROM_GAUGE, METRIC_OF_SERVICE, add_draining, NULL, NULL,
	    "Whether a service drains or has drained." },
	{ "nearcast_service_draining_connections", PROM_GAUGE, METRIC_OF_SERVICE, add_connections, NULL, NULL,
	    "Connections of a service that drains, as last counted." },
	{ "nearcast_service_held", PROM_GAUGE, METRIC_OF_SERVICE, add_held, NULL, NULL,
	    "Whether the stage of a service is pinned." },
	{ "nearcast_service_guarded_addresses", PROM_GAUGE, METRIC_OF_SERVICE, add_guarded, NULL, NULL,
	    "Addresses that stay announced because the guard has refused their withdraw." },
	{ "nearcast_service_guard_refusals_total", PROM_COUNTER, METRIC_OF_SERVICE, add_refusals, NULL, NULL,
	    "Withdraws for soft evidence that the guard has refused." },
	{ "nearcast_service_damped_addresses", PROM_GAUGE, METRIC_OF_SERVICE, add_damped, NULL, NULL,
	    "Addresses that are held down after they flapped." },
	{ "nearcast_prefix_neighbors_told", PROM_GAUGE, METRIC_OF_ADDRESS, add_told, NULL, NULL,
	    "Neighbors that have been told a prefix; 0: it is not announced." },
	{ "nearcast_prefix_withdraw_waits", PROM_GAUGE, METRIC_OF_ADDRESS, add_waiting, NULL, NULL,
	    "Whether a neighbor still waits for the withdraw of a prefix." },
	{ "nearcast_check_verdict", PROM_GAUGE, METRIC_OF_RUN, add_verdict, NULL, NULL,
	    "A check's verdict: 1 passing, 0 failing, -1 unknown." },
	{ "nearcast_check_runs_total", PROM_COUNTER, METRIC_OF_RUN, add_runs, NULL, NULL,
	    "Runs of a check, by their result." },
	{ "nearcast_check_duration_seconds", PROM_SUMMARY, METRIC_OF_RUN, add_durations, NULL, NULL,
	    "Time that runs of a check took." },
	{ "nearcast_listener_present", PROM_GAUGE, METRIC_OF_LISTENER, add_listening, NULL, NULL,
	    "Whether something listens." },
};
/* clang-format on */

const struct metric_table metrics_of_services = { families, ARRAY_SIZE(families) };
