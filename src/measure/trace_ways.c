/* The way to a target beside the way back: hop by hop, and the networks that each of them passes.
 */
#include <inttypes.h>

#include "base/alloc.h"
#include "measure/json.h"
#include "measure/trace_loss.h"
#include "measure/trace_report_internal.h"

/* The networks of a way in its order, each once in a row; those of its target are not on the way.
 */
struct as_path {
	uint32_t asns[TRACE_HOPS_MAX];
	size_t count;
};

/* What is known of a hop: its first answer, and its best time. False: it did not answer. */
static bool
find_answer(
    const struct trace *t, uint32_t ttl, const struct trace_answer **ret, struct duration *ret_best)
{
	*ret = NULL;
	for (uint32_t q = 0; q < trace_queries(t); q++) {
		const struct trace_answer *a = trace_answer(t, ttl, q);

		if (a->kind == TRACE_LOST)
			continue;
		if (*ret == NULL || duration_cmp(a->rtt, *ret_best) < 0)
			*ret_best = a->rtt;
		if (*ret == NULL)
			*ret = a;
	}
	return *ret != NULL;
}

/* 0: not known, or not only one. */
static uint32_t
asn_of(const struct trace_report *report, struct ip address)
{
	struct trace_shown s = trace_look_up(report, address);

	if (s.origin)
		return s.origin->count == 1 ? s.origin->asns[0] : 0;
	return s.asn;
}

static void
find_path(const struct trace_report *report, const struct trace *t, struct as_path *ret)
{
	ret->count = 0;
	for (uint32_t ttl = 1; ttl <= trace_hops(t); ttl++) {
		const struct trace_answer *a;
		struct duration best;
		uint32_t asn;

		if (!find_answer(t, ttl, &a, &best) || a->kind == TRACE_REACHED)
			continue;
		asn = asn_of(report, a->from);
		if (asn != 0 && (ret->count == 0 || ret->asns[ret->count - 1] != asn))
			ret->asns[ret->count++] = asn;
	}
}

static bool
passes(const struct as_path *p, uint32_t asn, size_t until)
{
	for (size_t i = 0; i < until; i++) {
		if (p->asns[i] == asn)
			return true;
	}
	return false;
}

/* Those of one that are not in the other, each once. */
static struct as_path
only_in(const struct as_path *one, const struct as_path *other)
{
	struct as_path only = { .count = 0 };

	for (size_t i = 0; i < one->count; i++) {
		if (!passes(other, one->asns[i], other->count) &&
		    !passes(&only, one->asns[i], only.count))
			only.asns[only.count++] = one->asns[i];
	}
	return only;
}

/* ---- text ---- */

static void
add_way(struct table *t, const struct trace_report *report, const struct trace *way, uint32_t ttl)
{
	const struct trace_answer *a;
	struct duration best;
	struct trace_shown s;
	char text[IP_STR_MAX];

	if (ttl < 1 || ttl > trace_hops(way)) {
		for (int i = 0; i < 4; i++)
			table_add_cell(t, "");
		return;
	}
	table_add_cellf(t, "%" PRIu32, ttl);
	if (!find_answer(way, ttl, &a, &best)) {
		table_add_styled(t, STYLE_DIM, "*");
		table_add_cell(t, "");
		table_add_cell(t, "");
		return;
	}
	s = trace_look_up(report, a->from);
	table_add_styled(t, STYLE_STRONG, "%s", s.name ? s.name : ip_format(a->from, text));
	trace_add_network(t, &s);
	trace_add_ms(t, best, "", false);
}

static void
add_path(struct strbuf *out, const struct as_path *p)
{
	for (size_t i = 0; i < p->count; i++)
		strbuf_addf(out, " AS%" PRIu32, p->asns[i]);
}

static void
add_networks(const struct trace_report *report, struct strbuf *out)
{
	struct as_path there, back, only_there, only_back;

	find_path(report, report->flows[0], &there);
	find_path(report, report->back, &back);
	if (there.count == 0 || back.count == 0) {
		strbuf_add(
		    out, "which networks they pass is not known; --asn or --names can tell\n");
		return;
	}
	only_there = only_in(&there, &back);
	only_back = only_in(&back, &there);
	strbuf_add(out, "networks there:");
	add_path(out, &there);
	strbuf_add(out, "\nnetworks back: ");
	add_path(out, &back);
	strbuf_add_char(out, '\n');
	if (only_there.count == 0 && only_back.count == 0) {
		strbuf_add(out, "both ways pass the same networks\n");
		return;
	}
	strbuf_add(out, style_begin(STYLE_WARN, report->colour));
	strbuf_add(out, "the ways differ:");
	if (only_there.count > 0) {
		strbuf_add(out, " only there");
		add_path(out, &only_there);
	}
	if (only_back.count > 0) {
		strbuf_add(out, only_there.count > 0 ? ", only back" : " only back");
		add_path(out, &only_back);
	}
	strbuf_add(out, style_end(STYLE_WARN, report->colour));
	strbuf_add_char(out, '\n');
}

/* Four columns of a way. */
static void
add_way_columns(struct table *t)
{
	table_add_column(t, "", TABLE_RIGHT);
	table_add_column(t, "", TABLE_LEFT);
	table_add_column(t, "", TABLE_LEFT);
	table_add_column(t, "", TABLE_RIGHT);
}

/* Which hop of the way back stands beside one of the way there; 0: none. It is listed from our end,
 * and its last hop, which is us, is left out. */
static uint32_t
hop_back(const struct trace_report *report, uint32_t there)
{
	uint32_t back = trace_hops(report->back);

	return there < back ? back - there : 0;
}

static uint32_t
way_rows(const struct trace_report *report)
{
	uint32_t there = trace_hops(report->flows[0]), back = trace_hops(report->back);

	return back > there ? MAX(back, 1u) - 1 : there;
}

/* The two ways beside each other. What the way there has lost stands in the table above. */
static struct table *
beside_table(const struct trace_report *report)
{
	struct table *t = table_new();

	table_add_group(t, "there", 4);
	add_way_columns(t);
	table_add_group(t, "back", 5);
	add_way_columns(t);
	table_add_column(t, "", TABLE_LEFT);
	for (uint32_t row = 1; row <= way_rows(report); row++) {
		uint32_t ttl = hop_back(report, row);

		table_add_row(t);
		add_way(t, report, report->flows[0], row);
		add_way(t, report, report->back, ttl);
		if (ttl > 0)
			trace_add_loss(t, report->back, ttl);
	}
	return t;
}

/* Where that is too wide: a line for each way. */
static struct table *
below_table(const struct trace_report *report)
{
	struct table *t = table_new();

	table_add_column(t, "", TABLE_LEFT);
	add_way_columns(t);
	table_add_column(t, "", TABLE_LEFT);
	for (uint32_t row = 1; row <= way_rows(report); row++) {
		uint32_t ttl = hop_back(report, row);

		if (row <= trace_hops(report->flows[0])) {
			table_add_row(t);
			table_add_styled(t, STYLE_DIM, "there");
			add_way(t, report, report->flows[0], row);
		}
		if (ttl > 0) {
			table_add_row(t);
			table_add_styled(t, STYLE_DIM, "back");
			add_way(t, report, report->back, ttl);
			trace_add_loss(t, report->back, ttl);
		}
	}
	return t;
}

static void
add_ways(const struct trace_report *report, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *beside = beside_table(report);
	_cleanup_(table_freep) struct table *below = below_table(report);
	struct table_look look = trace_look(report);

	table_format(table_fits(beside, look) ? beside : below, look, out);
}

/* Of the probes to us. */
static void
add_lost(const struct trace_report *report, struct strbuf *out)
{
	struct trace_loss loss = trace_loss(report->back, trace_hops(report->back));
	enum style style = loss.on_way > 0 ? STYLE_BAD : STYLE_PLAIN;

	if (!trace_has_reached(report->back))
		return;
	strbuf_add(out, style_begin(style, report->colour));
	strbuf_addf(out, "lost on the way back: %" PRIu32 " of %" PRIu32, loss.on_way,
	    trace_queries(report->back));
	strbuf_add(out, style_end(style, report->colour));
	strbuf_add_char(out, '\n');
}

void
trace_add_ways(const struct trace_report *report, struct strbuf *out)
{
	char to[IP_STR_MAX];

	if (report->back_problem) {
		strbuf_addf(out, "no reverse trace: %s\n", report->back_problem);
		return;
	}
	if (report->back == NULL)
		return;
	strbuf_add(out, "reverse trace from ");
	strbuf_add_printable(out, *report->back_who->host ? report->back_who->host : "the agent");
	if (*report->back_who->site) {
		strbuf_add(out, " (");
		strbuf_add_printable(out, report->back_who->site);
		strbuf_add_char(out, ')');
	}
	strbuf_addf(out, " to %s%s\n", ip_format(report->back_to, to),
	    trace_has_reached(report->back) ? "" : ", which it did not reach");
	add_ways(report, out);
	add_lost(report, out);
	add_networks(report, out);
}

/* ---- JSON ---- */

static json_t *
path_to_json(const struct as_path *p)
{
	json_t *j = json_array();

	for (size_t i = 0; i < p->count; i++)
		json_array_append_new(j, json_integer(p->asns[i]));
	return j;
}

static json_t *
networks_to_json(const struct trace_report *report)
{
	struct as_path there, back, only_there, only_back;
	json_t *j = json_object();

	find_path(report, report->flows[0], &there);
	find_path(report, report->back, &back);
	only_there = only_in(&there, &back);
	only_back = only_in(&back, &there);
	json_object_set_new(j, "there", path_to_json(&there));
	json_object_set_new(j, "back", path_to_json(&back));
	json_object_set_new(j, "only_there", path_to_json(&only_there));
	json_object_set_new(j, "only_back", path_to_json(&only_back));
	return j;
}

json_t *
trace_ways_to_json(const struct trace_report *report)
{
	const struct trace *flows[] = { report->back };
	struct trace_report way = *report;
	json_t *j, *hops;
	char to[IP_STR_MAX];

	if (report->back == NULL && report->back_problem == NULL)
		return json_null();
	j = json_object();
	json_object_set_new(j, "problem", json_text(report->back_problem));
	if (report->back == NULL)
		return j;
	way.flows = flows;
	way.flow_count = 1;
	hops = json_array();
	for (uint32_t ttl = 1; ttl <= trace_hops(report->back); ttl++)
		json_array_append_new(hops, trace_hop_to_json(&way, ttl));
	json_object_set_new(j, "host", json_text(report->back_who->host));
	json_object_set_new(j, "site", json_text(report->back_who->site));
	json_object_set_new(j, "to", json_string(ip_format(report->back_to, to)));
	json_object_set_new(j, "reached", json_boolean(trace_has_reached(report->back)));
	json_object_set_new(j, "probes", json_integer(trace_queries(report->back)));
	json_object_set_new(j, "hops", hops);
	json_object_set_new(j, "networks", networks_to_json(report));
	return j;
}
