/* A trace, or several flows of one, as one JSON document. */
#include "base/alloc.h"
#include "measure/json.h"
#include "measure/trace_flows.h"
#include "measure/trace_loss.h"
#include "measure/trace_report_internal.h"

/* Where the address belongs: one number, or all that originate its prefix. */
static void
add_origin(json_t *j, const struct trace_shown *s)
{
	json_t *asns = json_array();
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; s->origin && i < s->origin->count; i++)
		json_array_append_new(asns, json_integer(s->origin->asns[i]));
	if (s->asn)
		json_array_append_new(asns, json_integer(s->asn));
	json_object_set_new(j, "network", json_text(s->network));
	json_object_set_new(j, "asn",
	    json_array_size(asns) == 1 ? json_incref(json_array_get(asns, 0)) : json_null());
	json_object_set_new(j, "asns", asns);
	json_object_set_new(j, "prefix",
	    s->origin ? json_string(prefix_format(s->origin->prefix, text)) : json_null());
}

json_t *
trace_address_to_json(const struct trace_report *report, struct ip address)
{
	struct trace_shown s = trace_look_up(report, address);
	char text[IP_STR_MAX];
	json_t *j = json_object();

	json_object_set_new(j, "address", json_string(ip_format(address, text)));
	json_object_set_new(j, "name", json_text(s.name));
	json_object_set_new(j, "city", json_text(s.city));
	json_object_set_new(j, "city_name", json_text(s.city_name));
	add_origin(j, &s);
	return j;
}

static json_t *
reply_to_json(const struct trace_report *report, size_t flow, const struct trace_answer *a)
{
	json_t *j = trace_address_to_json(report, a->from);
	char icmp[TRACE_TEXT_MAX];

	json_object_set_new(j, "rtt_ms", json_ms(a->rtt));
	json_object_set_new(j, "icmp",
	    a->icmp ? json_string(trace_icmp_text(a->from.family, a->type, a->code, icmp))
		    : json_null());
	json_object_set_new(j, "tcp", json_text(trace_tcp_text(a->tcp)));
	json_object_set_new(j, "guessed", json_boolean(a->guessed));
	json_object_set_new(j, "flow", json_integer((json_int_t)flow + 1));
	return j;
}

static void
add_replies(const struct trace_report *report, size_t flow, uint32_t ttl, json_t *replies)
{
	const struct trace *t = report->flows[flow];

	for (uint32_t q = 0; q < trace_queries(t); q++) {
		const struct trace_answer *a = trace_answer(t, ttl, q);

		if (a->kind != TRACE_LOST)
			json_array_append_new(replies, reply_to_json(report, flow, a));
	}
}

static json_t *
flows_to_json(uint64_t flows)
{
	json_t *j = json_array();

	for (int i = 0; i < TRACE_FLOWS_MAX; i++) {
		if (flows & UINT64_C(1) << i)
			json_array_append_new(j, json_integer(i + 1));
	}
	return j;
}

static json_t *
routers_to_json(const struct trace_report *report, uint32_t ttl)
{
	_cleanup_(trace_hop_done) struct trace_hop hop;
	char text[IP_STR_MAX];
	json_t *array = json_array();

	trace_flows_at(report->flows, report->flow_count, ttl, &hop);
	for (size_t i = 0; i < hop.count; i++) {
		json_t *j = json_object();

		json_object_set_new(
		    j, "address", json_string(ip_format(hop.routers[i].address, text)));
		json_object_set_new(j, "flows", flows_to_json(hop.routers[i].flows));
		json_array_append_new(array, j);
	}
	return array;
}

json_t *
trace_hop_to_json(const struct trace_report *report, uint32_t ttl)
{
	json_t *j = json_object(), *replies = json_array();
	json_int_t lost = 0, on_way = 0;
	bool known = true;

	for (size_t i = 0; i < report->flow_count; i++) {
		struct trace_loss loss;

		if (ttl > trace_hops(report->flows[i]))
			continue;
		loss = trace_loss(report->flows[i], ttl);
		add_replies(report, i, ttl, replies);
		known = known && loss.kind != TRACE_LOSS_UNKNOWN;
		lost += loss.lost;
		on_way += loss.on_way;
	}
	json_object_set_new(j, "ttl", json_integer(ttl));
	json_object_set_new(j, "replies", replies);
	json_object_set_new(j, "routers", routers_to_json(report, ttl));
	json_object_set_new(j, "lost", json_integer(lost));
	json_object_set_new(j, "lost_on_way", known ? json_integer(on_way) : json_null());
	return j;
}

void
trace_add_head_json(const struct trace_report *report, json_t *j)
{
	const struct trace_run_conf *conf = report->conf;
	char address[IP_STR_MAX];

	json_object_set_new(j, "target", json_text(report->target));
	json_object_set_new(j, "address", json_string(ip_format(conf->trace.target, address)));
	json_object_set_new(j, "method", json_string(trace_method_name(conf->method)));
	json_object_set_new(
	    j, "port", conf->method == TRACE_ICMP ? json_null() : json_integer(conf->port));
}

void
trace_add_answered_json(const struct trace_report *report, json_t *j)
{
	json_object_set_new(j, "answered_by", json_text(report->answered_by));
	json_object_set_new(j, "answered_site", json_text(report->answered_site));
	json_object_set_new(j, "answered_how", json_text(report->answered_how));
}

json_t *
trace_to_json(const struct trace_report *report)
{
	json_t *j = json_object(), *hops = json_array();
	size_t reached = trace_flows_reached(report->flows, report->flow_count);

	for (uint32_t ttl = 1; ttl <= trace_flows_hops(report->flows, report->flow_count); ttl++)
		json_array_append_new(hops, trace_hop_to_json(report, ttl));
	trace_add_head_json(report, j);
	json_object_set_new(j, "flows", json_integer((json_int_t)report->flow_count));
	json_object_set_new(j, "reached", json_boolean(reached == report->flow_count));
	json_object_set_new(j, "hops", hops);
	json_object_set_new(j, "mtu", trace_mtu_to_json(report));
	json_object_set_new(j, "reverse", trace_ways_to_json(report));
	trace_add_answered_json(report, j);
	return j;
}
