#include "measure/trace_report.h"

#include "base/alloc.h"
#include "base/table.h"
#include "measure/json.h"

static const char *const method_names[] = { [TRACE_UDP] = "udp", [TRACE_ICMP] = "icmp" };

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

/* What is shown of a hop's address. The target is named by who answers at it, if nothing else does.
 */
struct shown {
	const char *name, *city, *city_name, *network;
	uint32_t asn;
};

static struct shown
look_up(const struct trace_report *report, struct ip address)
{
	const struct name_entry *entry = names_find(report->names, address);
	bool target = ip_equal(address, report->conf->trace.target);
	struct shown s = { 0 };

	if (target && report->answered_by && (entry == NULL || entry->name == NULL))
		entry = names_find_name(report->names, report->answered_by);
	if (entry)
		s = (struct shown){
			.name = entry->name,
			.city = entry->city,
			.city_name = entry->city_name,
			.network = entry->network,
			.asn = entry->asn,
		};
	if (s.name == NULL && target)
		s.name = report->answered_by;
	if (s.name == NULL && report->find_name)
		s.name = report->find_name(report->userdata, address);
	return s;
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
add_network(struct table *t, const struct shown *s)
{
	if (s->network && s->asn)
		table_add_cellf(t, "%s AS%u", s->network, s->asn);
	else if (s->asn)
		table_add_cellf(t, "AS%u", s->asn);
	else
		table_add_cell(t, s->network ? s->network : "");
}

static void
add_time(struct table *t, const struct trace_answer *a)
{
	char buf[TRACE_TEXT_MAX];
	const char *mark = a->icmp ? trace_mark(a->from.family, a->type, a->code, buf) : "";

	table_add_cellf(t, "%.3f ms%s%s", duration_ms_f(a->rtt), *mark ? " " : "", mark);
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
			add_time(t, a);
	}
}

static void
add_hop(struct table *t, const struct trace_report *report, uint32_t ttl, bool named)
{
	bool first = true;

	for (uint32_t q = 0; q < trace_queries(report->trace); q++) {
		const struct trace_answer *a = trace_answer(report->trace, ttl, q);
		char text[IP_STR_MAX];
		struct shown s;

		if (a->kind == TRACE_LOST || is_shown_before(report->trace, ttl, q))
			continue;
		s = look_up(report, a->from);
		table_add_row(t);
		if (first)
			table_add_cellf(t, "%u", ttl);
		else
			table_add_cell(t, "");
		if (named) {
			table_add_styled(t, STYLE_STRONG, "%s", s.name ? s.name : "");
			table_add_cell(t, s.city_name ? s.city_name : s.city ? s.city : "");
			add_network(t, &s);
		}
		table_add_styled(
		    t, named ? STYLE_DIM : STYLE_PLAIN, "%s", ip_format(a->from, text));
		add_times(t, report->trace, ttl, &a->from, first);
		first = false;
	}
	if (!first)
		return;
	table_add_row(t);
	table_add_cellf(t, "%u", ttl);
	for (int i = 0; i < (named ? 4 : 1); i++)
		table_add_cell(t, "");
	add_times(t, report->trace, ttl, NULL, true);
}

static void
add_outcome(const struct trace_report *report, struct strbuf *out)
{
	uint32_t last = trace_hops(report->trace);

	if (!trace_has_reached(report->trace)) {
		strbuf_addf(out, "%s was not reached; the last answer came from hop %u\n",
		    report->target, last);
		return;
	}
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
	struct table *t = table_new();
	char address[IP_STR_MAX];
	bool named = report->names || report->find_name || report->answered_by;

	strbuf_addf(out, "trace to %s (%s) by %s, at most %u hops\n", report->target,
	    ip_format(report->conf->trace.target, address), method_names[report->conf->method],
	    report->conf->trace.max_hops);
	table_add_column(t, "", TABLE_RIGHT);
	for (int i = 0; i < (named ? 4 : 1); i++)
		table_add_column(t, "", TABLE_LEFT);
	for (uint32_t q = 0; q < trace_queries(report->trace); q++)
		table_add_column(t, "", TABLE_RIGHT);
	for (uint32_t ttl = 1; ttl <= trace_hops(report->trace); ttl++)
		add_hop(t, report, ttl, named);
	table_format(t, (struct table_look){ .colour = report->colour }, out);
	table_free(t);
	add_outcome(report, out);
}

/* ---- JSON ---- */

static json_t *
reply_to_json(const struct trace_report *report, const struct trace_answer *a)
{
	struct shown s = look_up(report, a->from);
	char text[IP_STR_MAX], icmp[TRACE_TEXT_MAX];
	json_t *j = json_object();

	json_object_set_new(j, "address", json_string(ip_format(a->from, text)));
	json_object_set_new(j, "name", json_text(s.name));
	json_object_set_new(j, "city", json_text(s.city));
	json_object_set_new(j, "city_name", json_text(s.city_name));
	json_object_set_new(j, "network", json_text(s.network));
	json_object_set_new(j, "asn", s.asn ? json_integer(s.asn) : json_null());
	json_object_set_new(j, "rtt_ms", json_ms(a->rtt));
	json_object_set_new(j, "icmp",
	    a->icmp ? json_string(trace_icmp_text(a->from.family, a->type, a->code, icmp))
		    : json_null());
	json_object_set_new(j, "guessed", json_boolean(a->guessed));
	return j;
}

static json_t *
hop_to_json(const struct trace_report *report, uint32_t ttl)
{
	json_t *j = json_object(), *replies = json_array();
	json_int_t lost = 0;

	for (uint32_t q = 0; q < trace_queries(report->trace); q++) {
		const struct trace_answer *a = trace_answer(report->trace, ttl, q);

		if (a->kind == TRACE_LOST)
			lost++;
		else
			json_array_append_new(replies, reply_to_json(report, a));
	}
	json_object_set_new(j, "ttl", json_integer(ttl));
	json_object_set_new(j, "replies", replies);
	json_object_set_new(j, "lost", json_integer(lost));
	return j;
}

json_t *
trace_to_json(const struct trace_report *report)
{
	json_t *j = json_object(), *hops = json_array();
	char address[IP_STR_MAX];

	for (uint32_t ttl = 1; ttl <= trace_hops(report->trace); ttl++)
		json_array_append_new(hops, hop_to_json(report, ttl));
	json_object_set_new(j, "target", json_text(report->target));
	json_object_set_new(
	    j, "address", json_string(ip_format(report->conf->trace.target, address)));
	json_object_set_new(j, "method", json_string(method_names[report->conf->method]));
	json_object_set_new(j, "reached", json_boolean(trace_has_reached(report->trace)));
	json_object_set_new(j, "hops", hops);
	json_object_set_new(j, "answered_by", json_text(report->answered_by));
	json_object_set_new(j, "answered_site", json_text(report->answered_site));
	return j;
}
