#include "measure/trace_report.h"

#include "base/alloc.h"
#include "base/table.h"
#include "measure/trace_loss.h"
#include "measure/trace_report_internal.h"

const struct name_entry *
trace_answered_by(const struct trace *t, struct ip target, const struct names *names)
{
	uint32_t last = trace_hops(t);
	const struct name_entry *entry;

	if (!trace_has_reached(t))
		return NULL;
	for (uint32_t q = 0; q < trace_queries(t); q++) {
		const struct trace_answer *a = trace_answer(t, last, q);

		if (a->kind != TRACE_REACHED || ip_equal(a->from, target))
			continue;
		entry = names_find(names, a->from);
		if (entry && entry->name)
			return entry;
	}
	entry = names_find(names, target);
	return entry && entry->name ? entry : NULL;
}

/* Whether an earlier query of the hop was answered by the same address: it is shown there. */
static bool
is_shown_before(const struct trace *t, uint32_t ttl, uint32_t query)
{
	const struct trace_answer *a = trace_answer(t, ttl, query);

	for (uint32_t q = 0; q < query; q++) {
		const struct trace_answer *before = trace_answer(t, ttl, q);

		if (before->kind != TRACE_LOST && ip_equal(before->from, a->from))
			return true;
	}
	return false;
}

/* ---- text ---- */

static void
add_time(struct table *t, const struct trace_answer *a, bool followed)
{
	char buf[TRACE_TEXT_MAX];
	const char *mark = a->icmp ? trace_mark(a->from.family, a->type, a->code, buf) : "";

	trace_add_ms(t, a->rtt, mark, followed);
}

/* Of this address's probes the times, of the hop's lost ones "*" (in its first row). */
static void
add_times(
    struct table *t, const struct trace *trace, uint32_t ttl, const struct ip *address, bool first)
{
	for (uint32_t q = 0; q < trace_queries(trace); q++) {
		const struct trace_answer *a = trace_answer(trace, ttl, q);

		if (a->kind == TRACE_LOST)
			table_add_styled(t, STYLE_DIM, "%s", first ? "*" : "");
		else if (address == NULL || !ip_equal(a->from, *address))
			table_add_cell(t, "");
		else
			add_time(t, a, q + 1 < trace_queries(trace));
	}
}

void
trace_add_loss(struct table *t, const struct trace *trace, uint32_t ttl)
{
	struct trace_loss loss = trace_loss(trace, ttl);

	if (loss.kind == TRACE_LOSS_ON_WAY) {
		table_add_styled(t, STYLE_BAD, "%u of %u lost", loss.on_way, trace_queries(trace));
	} else if (loss.kind == TRACE_LOSS_LIMITED) {
		table_add_styled(t, STYLE_DIM, "no loss, limits its answers");
		table_add_brief(t, "limits its answers");
	} else if (loss.kind == TRACE_LOSS_SILENT) {
		table_add_styled(t, STYLE_DIM, "no loss, never answers");
		table_add_brief(t, "never answers");
	}
}

static void
add_hop(struct table *t, const struct trace_report *report, uint32_t ttl, bool named)
{
	bool first = true;

	for (uint32_t q = 0; q < trace_queries(report->flows[0]); q++) {
		const struct trace_answer *a = trace_answer(report->flows[0], ttl, q);
		char text[IP_STR_MAX];
		struct trace_shown s;

		if (a->kind == TRACE_LOST || is_shown_before(report->flows[0], ttl, q))
			continue;
		s = trace_look_up(report, a->from);
		table_add_row(t);
		if (first)
			table_add_cellf(t, "%u", ttl);
		else
			table_add_cell(t, "");
		if (named) {
			table_add_styled(t, STYLE_STRONG, "%s", s.name ? s.name : "");
			table_add_cell(t, s.city_name ? s.city_name : s.city ? s.city : "");
			trace_add_network(t, &s);
		}
		table_add_styled(
		    t, named ? STYLE_DIM : STYLE_PLAIN, "%s", ip_format(a->from, text));
		add_times(t, report->flows[0], ttl, &a->from, first);
		if (first)
			trace_add_loss(t, report->flows[0], ttl);
		first = false;
	}
	if (!first)
		return;
	table_add_row(t);
	table_add_cellf(t, "%u", ttl);
	for (int i = 0; i < (named ? 4 : 1); i++)
		table_add_cell(t, "");
	add_times(t, report->flows[0], ttl, NULL, true);
	trace_add_loss(t, report->flows[0], ttl);
}

static void
add_outcome(const struct trace_report *report, struct strbuf *out)
{
	uint32_t last = trace_hops(report->flows[0]);

	if (!trace_has_reached(report->flows[0])) {
		strbuf_addf(out, "%s was not reached; the last answer came from hop %u\n",
		    report->target, last);
		return;
	}
	trace_add_port(report, out);
	trace_add_answered_by(report, out);
}

void
trace_add_answered_by(const struct trace_report *report, struct strbuf *out)
{
	if (report->answered_by == NULL)
		return;
	strbuf_addf(out, "%s is answered by ", report->target);
	strbuf_add_printable(out, report->answered_by);
	if (report->answered_site) {
		strbuf_add(out, " (");
		strbuf_add_printable(out, report->answered_site);
		strbuf_add_char(out, ')');
	}
	strbuf_add_char(out, '\n');
}

void
trace_to_text(const struct trace_report *report, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = NULL;
	bool named = trace_is_named(report);

	if (report->flow_count > 1) {
		trace_flows_to_text(report, out);
		return;
	}
	t = table_new();
	trace_add_head(report, "", out);
	table_add_column(t, "", TABLE_RIGHT);
	for (int i = 0; i < (named ? 4 : 1); i++) {
		table_add_column(t, "", TABLE_LEFT);
		if (named && i == TRACE_CITY)
			table_may_leave_out(t, 1);
	}
	for (uint32_t q = 0; q < trace_queries(report->flows[0]); q++) {
		table_add_column(t, "", TABLE_RIGHT);
		if (q > 0)
			table_keep_together(t);
	}
	table_add_column(t, "", TABLE_LEFT);
	for (uint32_t ttl = 1; ttl <= trace_hops(report->flows[0]); ttl++)
		add_hop(t, report, ttl, named);
	table_format(t, trace_look(report), out);
	trace_add_mtu(report, out);
	add_outcome(report, out);
	trace_add_ways(report, out);
}
