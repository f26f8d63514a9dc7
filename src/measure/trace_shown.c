/* What the reports of a trace share: how an address, its network and the method are called. */
#include <inttypes.h>
#include <stdio.h>

#include "measure/trace_report_internal.h"

const char *
trace_method_name(enum trace_method method)
{
	static const char *const names[] = {
		[TRACE_UDP] = "udp",
		[TRACE_ICMP] = "icmp",
		[TRACE_TCP] = "tcp",
	};
	return names[method];
}

struct trace_shown
trace_look_up(const struct trace_report *report, struct ip address)
{
	const struct name_entry *entry = names_find(report->names, address);
	bool target = ip_equal(address, report->conf->trace.target);
	struct trace_shown s = { 0 };

	if (target && report->answered_by && (entry == NULL || entry->name == NULL))
		entry = names_find_name(report->names, report->answered_by);
	if (entry)
		s = (struct trace_shown){
			.name = entry->name,
			.city = entry->city,
			.city_name = entry->city_name,
			.network = entry->network,
			.asn = entry->asn,
		};
	if (s.asn == 0)
		s.origin = origins_find(report->origins, address);
	if (s.network == NULL && s.origin)
		s.network = s.origin->name;
	if (s.name == NULL && target)
		s.name = report->answered_by;
	if (s.name == NULL && report->find_name)
		s.name = report->find_name(report->userdata, address);
	return s;
}

void
trace_add_network(struct table *t, const struct trace_shown *s)
{
	const uint32_t *asns = s->origin ? s->origin->asns : &s->asn;
	size_t count = s->origin ? s->origin->count : s->asn != 0;
	_cleanup_(strbuf_done) struct strbuf text = { 0 }, numbers = { 0 };

	for (size_t i = 0; i < count; i++)
		strbuf_addf(&numbers, "%s%" PRIu32, i > 0 ? "," : "AS", asns[i]);
	if (s->network)
		strbuf_add(&text, s->network);
	strbuf_addf(&text, "%s%s", s->network && count > 0 ? " " : "", strbuf_get(&numbers));
	table_add_cell(t, strbuf_get(&text));
	if (count > 0)
		table_add_brief(t, strbuf_get(&numbers));
}

void
trace_add_ms(struct table *t, struct duration d, const char *mark, bool followed)
{
	double ms = duration_ms_f(d);
	char brief[64];

	table_add_cellf(t, "%.3f ms%s%s", ms, *mark ? " " : "", mark);
	/* of what is near each hundredth counts */
	(void)snprintf(brief, sizeof(brief), "%.*f%s%s%s", ms < 10 ? 2 : 1, ms,
	    followed ? "" : " ms", *mark ? " " : "", mark);
	table_add_brief(t, brief);
}

void
trace_add_head(const struct trace_report *report, const char *more, struct strbuf *out)
{
	const struct trace_run_conf *conf = report->conf;
	char address[IP_STR_MAX];

	strbuf_addf(out, "trace to %s (%s) by %s", report->target,
	    ip_format(conf->trace.target, address), trace_method_name(conf->method));
	if (conf->method == TRACE_TCP)
		strbuf_addf(out, " to port %u", conf->port);
	strbuf_addf(out, "%s, at most %u hops\n", more, conf->trace.max_hops);
}

/* What TCP of the target said last. */
static enum trace_tcp
find_tcp(const struct trace *t)
{
	enum trace_tcp said = TRACE_TCP_NONE;

	for (uint32_t q = 0; q < trace_queries(t); q++) {
		const struct trace_answer *a = trace_answer(t, trace_hops(t), q);

		if (a->tcp != TRACE_TCP_NONE)
			said = a->tcp;
	}
	return said;
}

void
trace_add_port(const struct trace_report *report, struct strbuf *out)
{
	enum trace_tcp said = TRACE_TCP_NONE;

	for (size_t i = 0; i < report->flow_count && said == TRACE_TCP_NONE; i++)
		said = find_tcp(report->flows[i]);
	if (said != TRACE_TCP_NONE)
		strbuf_addf(out, "%s %s connections to port %u\n", report->target,
		    said == TRACE_TCP_SYN_ACK ? "accepts" : "refuses", report->conf->port);
}
