/* Several flows of a trace for people: a line for each router of a hop, with the flows it passes.
 */
#include <stdio.h>

#include "measure/trace_flows.h"
#include "measure/trace_report_internal.h"

/* "1,3-5" */
static void
add_flows(struct table *t, uint64_t flows, size_t count)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	uint64_t all = UINT64_MAX >> (TRACE_FLOWS_MAX - count);

	if (flows == all) {
		table_add_cell(t, "all flows");
		return;
	}
	for (int i = 0; i < TRACE_FLOWS_MAX; i++) {
		int last = i;

		if (!(flows >> i & 1))
			continue;
		while (last + 1 < TRACE_FLOWS_MAX && flows >> (last + 1) & 1)
			last++;
		strbuf_addf(&text, text.len > 0 ? ",%d" : "%d", i + 1);
		if (last > i)
			strbuf_addf(&text, "-%d", last + 1);
		i = last;
	}
	table_add_cellf(t, "%s %s", flows & (flows - 1) ? "flows" : "flow", strbuf_get(&text));
}

static void
add_hop(struct table *t, const struct trace_report *report, uint32_t ttl)
{
	_cleanup_(trace_hop_done) struct trace_hop hop;
	char text[IP_STR_MAX];

	trace_flows_at(report->flows, report->flow_count, ttl, &hop);
	for (size_t i = 0; i < hop.count + (hop.silent != 0); i++) {
		struct trace_shown s = { 0 };
		bool silent = i == hop.count;

		if (!silent)
			s = trace_look_up(report, hop.routers[i].address);
		table_add_row(t);
		if (i == 0)
			table_add_cellf(t, "%u", ttl);
		else
			table_add_cell(t, "");
		table_add_styled(t, STYLE_STRONG, "%s", s.name ? s.name : "");
		table_add_cell(t, s.city_name ? s.city_name : s.city ? s.city : "");
		trace_add_network(t, &s);
		table_add_styled(t, trace_is_named(report) ? STYLE_DIM : STYLE_PLAIN, "%s",
		    silent ? "*" : ip_format(hop.routers[i].address, text));
		add_flows(t, silent ? hop.silent : hop.routers[i].flows, report->flow_count);
		if (!silent)
			trace_add_ms(t, hop.routers[i].best, "", false);
	}
}

void
trace_flows_to_text(const struct trace_report *report, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();
	size_t reached = trace_flows_reached(report->flows, report->flow_count);
	char flows[32];

	(void)snprintf(flows, sizeof(flows), ", %zu flows", report->flow_count);
	trace_add_head(report, flows, out);
	table_add_column(t, "", TABLE_RIGHT);
	for (int i = 0; i < 5; i++) {
		table_add_column(t, "", TABLE_LEFT);
		if (i == TRACE_CITY)
			table_may_leave_out(t, 1);
	}
	table_add_column(t, "", TABLE_RIGHT);
	table_keep_together(t);
	for (uint32_t ttl = 1; ttl <= trace_flows_hops(report->flows, report->flow_count); ttl++)
		add_hop(t, report, ttl);
	table_format(t, trace_look(report), out);
	trace_add_mtu(report, out);
	if (reached < report->flow_count)
		strbuf_addf(out, "%s was reached by %zu of %zu flows\n", report->target, reached,
		    report->flow_count);
	if (reached > 0) {
		trace_add_port(report, out);
		trace_add_answered_by(report, out);
	}
	trace_add_ways(report, out);
}
