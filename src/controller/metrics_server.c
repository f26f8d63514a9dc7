/* Metrics of the program: what it is asked, and how it is. */
#include <stdio.h>

#include "base/time.h"
#include "controller/metrics_families.h"
#include "io/process_figures.h"

#define ADD(name)                                                                                  \
	static void name(                                                                          \
	    const struct metrics_family *f, const struct metrics_view *v, struct strbuf *out)

ADD(add_build)
{
	(void)v;
	prom_count(out, f->name, (prom_labels){ { "version", NEARCAST_VERSION } }, 1);
}

ADD(add_start_time)
{
	prom_number(out, f->name, NULL, (double)v->started / (double)NS_PER_S);
}

ADD(add_cpu)
{
	(void)v;
	prom_number(out, f->name, NULL, process_cpu_s());
}

ADD(add_memory)
{
	(void)v;
	prom_count(out, f->name, NULL, process_resident_bytes());
}

/* Those that were there; few of five hundred are. */
ADD(add_requests)
{
	char status[8];

	for (enum traffic_kind k = 0; k < TRAFFIC_KINDS; k++) {
		for (unsigned i = 0; i < TRAFFIC_STATUSES; i++) {
			uint64_t count = v->of->traffic->requests[k][i];

			(void)snprintf(status, sizeof(status), "%u", TRAFFIC_STATUS_FIRST + i);
			if (count > 0)
				prom_count(out, f->name,
				    (prom_labels){
					{ "kind", traffic_kind_name(k) }, { "status", status } },
				    count);
		}
	}
}

ADD(add_took)
{
	for (enum traffic_kind k = 0; k < TRAFFIC_KINDS; k++) {
		if (v->of->traffic->took[k].count > 0)
			prom_histogram(out, f->name,
			    (prom_labels){ { "kind", traffic_kind_name(k) } },
			    &v->of->traffic->took[k]);
	}
}

static void
add_result(const struct metrics_family *f, const struct metrics_view *v, struct strbuf *out,
    const char *name, enum traffic_result result)
{
	prom_count(
	    out, f->name, (prom_labels){ { "result", name } }, v->of->traffic->results[result]);
}

ADD(add_leases)
{
	add_result(f, v, out, "granted", TRAFFIC_LEASE_GRANTED);
	add_result(f, v, out, "refused", TRAFFIC_LEASE_REFUSED);
}

ADD(add_orders)
{
	add_result(f, v, out, "made", TRAFFIC_ORDER_MADE);
	add_result(f, v, out, "pool-full", TRAFFIC_ORDER_POOL_FULL);
	add_result(f, v, out, "limit", TRAFFIC_ORDER_LIMIT);
}

ADD(add_connections)
{
	prom_count(out, f->name, NULL, http_server_clients(v->of->http));
}

ADD(add_waiting)
{
	prom_count(out, f->name, NULL, worker_pool_waiting(v->of->pool));
}

ADD(add_polls)
{
	prom_count(out, f->name, NULL, polls_open(v->of->polls));
}

ADD(add_streams)
{
	prom_count(out, f->name, NULL, streams_open(v->of->streams));
}

ADD(add_well)
{
	for (enum health_subject s = 0; s < HEALTH_COUNT; s++)
		prom_count(out, f->name, (prom_labels){ { "subject", health_subject_name(s) } },
		    health_word(v->of->health, s) == NULL);
}

ADD(add_certificate)
{
	if (v->of->certificate != NULL)
		prom_number(out, f->name, NULL, (double)certificate_expires(v->of->certificate));
}

/* clang-format off */
static const struct metrics_family families[] = {
	{ "nearcast_controller_build_info", PROM_GAUGE, add_build,
	    "Always 1; the version of nearcast-controller." },
	{ "process_start_time_seconds", PROM_GAUGE, add_start_time,
	    "When nearcast-controller started, in seconds since 1970." },
	{ "process_cpu_seconds_total", PROM_COUNTER, add_cpu, "Processor time used." },
	{ "process_resident_memory_bytes", PROM_GAUGE, add_memory, "Resident memory." },
	{ "nearcast_controller_well", PROM_GAUGE, add_well,
	    "Whether nothing is wrong with the subject, as in /healthz." },
	{ "nearcast_controller_certificate_expiry_timestamp_seconds", PROM_GAUGE, add_certificate,
	    "When the certificate ends that clients are shown, in seconds since 1970." },
	{ "nearcast_controller_requests_total", PROM_COUNTER, add_requests,
	    "Requests that were answered, by what they are for and their status." },
	{ "nearcast_controller_request_seconds", PROM_HISTOGRAM, add_took,
	    "Time from a request to its answer, without what a long poll waits for something new." },
	{ "nearcast_controller_lease_answers_total", PROM_COUNTER, add_leases,
	    "Questions of hosts whether they may withdraw, by the answer." },
	{ "nearcast_controller_address_orders_total", PROM_COUNTER, add_orders,
	    "Orders of addresses, by what came of them." },
	{ "nearcast_controller_connections", PROM_GAUGE, add_connections, "Connections of clients." },
	{ "nearcast_controller_requests_waiting", PROM_GAUGE, add_waiting,
	    "Requests that wait for a worker." },
	{ "nearcast_controller_polls", PROM_GAUGE, add_polls,
	    "Long polls of hosts that wait for something new." },
	{ "nearcast_controller_streams", PROM_GAUGE, add_streams, "Streams of events." },
};
/* clang-format on */

const struct metrics_table metrics_of_server = { families, ARRAY_SIZE(families) };
