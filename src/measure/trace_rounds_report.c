/* What many rounds of a trace have shown, hop by hop: for people and as JSON. */
#include <inttypes.h>
#include <stdio.h>

#include "measure/json.h"
#include "measure/trace_report_internal.h"

static double
percent(uint32_t part, uint32_t whole)
{
	return whole > 0 ? 100.0 * part / whole : 0.0;
}

/* ---- text ---- */

static void
add_router(struct table *t, const struct trace_report *report, const struct trace_round_hop *hop,
    size_t router)
{
	bool named = trace_is_named(report), silent = router >= hop->router_count;
	struct trace_shown s = { 0 };
	char text[IP_STR_MAX];

	if (!silent)
		s = trace_look_up(report, hop->routers[router].address);
	table_add_styled(t, STYLE_STRONG, "%s", s.name ? s.name : "");
	table_add_cell(t, s.city_name ? s.city_name : s.city ? s.city : "");
	trace_add_network(t, &s);
	table_add_styled(t, named ? STYLE_DIM : STYLE_PLAIN, "%s",
	    silent ? "*" : ip_format(hop->routers[router].address, text));
}

static void
add_figures(struct table *t, const struct trace_round_hop *hop, const struct trace_loss *loss)
{
	if (loss->kind == TRACE_LOSS_UNKNOWN)
		table_add_cell(t, "?");
	else
		table_add_styled(t, loss->on_way > 0 ? STYLE_BAD : STYLE_PLAIN, "%.1f%%",
		    percent(loss->on_way, hop->sent));
	table_add_styled(t, loss->lost > loss->on_way ? STYLE_PLAIN : STYLE_DIM, "%.1f%%",
	    percent(loss->lost, hop->sent));
	table_add_cellf(t, "%" PRIu32, hop->sent);
	if (hop->answered == 0)
		return;
	table_add_cellf(t, "%.3f", duration_ms_f(hop->last));
	table_add_cellf(t, "%.3f", hop->mean_ms);
	table_add_cellf(t, "%.3f", duration_ms_f(hop->best));
	table_add_cellf(t, "%.3f", duration_ms_f(hop->worst));
	table_add_cellf(t, "%.3f", hop->stdev_ms);
}

static void
add_hop(
    struct table *t, const struct trace_report *report, const struct trace_rounds *r, uint32_t ttl)
{
	const struct trace_round_hop *hop = trace_rounds_hop(r, ttl);
	struct trace_loss loss = trace_rounds_loss(r, ttl);

	table_add_row(t);
	table_add_cellf(t, "%" PRIu32, ttl);
	add_router(t, report, hop, 0);
	add_figures(t, hop, &loss);
	for (size_t i = 1; i < hop->router_count; i++) {
		table_add_row(t);
		table_add_cell(t, "");
		add_router(t, report, hop, i);
	}
}

void
trace_rounds_to_text(
    const struct trace_report *report, const struct trace_rounds *r, struct strbuf *out)
{
	static const char *const figures[] = { "lost", "no answer", "sent", "last ms", "avg",
		"best", "worst", "stdev" };
	_cleanup_(table_freep) struct table *t = table_new();
	uint32_t hops = trace_rounds_hops(r), count = trace_rounds_count(r);
	char rounds[32];

	(void)snprintf(
	    rounds, sizeof(rounds), ", %" PRIu32 " round%s", count, count == 1 ? "" : "s");
	trace_add_head(report, rounds, out);
	table_add_column(t, "", TABLE_RIGHT);
	for (int i = 0; i < 4; i++)
		table_add_column(t, "", TABLE_LEFT);
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		table_add_column(t, figures[i], TABLE_RIGHT);
	for (uint32_t ttl = 1; ttl <= hops; ttl++)
		add_hop(t, report, r, ttl);
	table_format(t, trace_look(report), out);
	if (!trace_rounds_reached(r))
		strbuf_addf(out, "%s was not reached; the last answer came from hop %" PRIu32 "\n",
		    report->target, hops);
	else
		trace_add_answered_by(report, out);
}

/* ---- JSON ---- */

static json_t *
routers_to_json(const struct trace_report *report, const struct trace_round_hop *hop)
{
	json_t *array = json_array();

	for (size_t i = 0; i < hop->router_count; i++) {
		json_t *j = trace_address_to_json(report, hop->routers[i].address);

		json_object_set_new(j, "answers", json_integer(hop->routers[i].answers));
		json_array_append_new(array, j);
	}
	return array;
}

/* To whole microseconds, as json_ms() has them. */
static json_t *
ms_to_json(double ms)
{
	return json_ms(DURATION_NS(ms * (double)NS_PER_MS));
}

static json_t *
hop_to_json(const struct trace_report *report, const struct trace_rounds *r, uint32_t ttl)
{
	const struct trace_round_hop *hop = trace_rounds_hop(r, ttl);
	struct trace_loss loss = trace_rounds_loss(r, ttl);
	bool any = hop->answered > 0;
	json_t *j = json_object();

	json_object_set_new(j, "ttl", json_integer(ttl));
	json_object_set_new(j, "routers", routers_to_json(report, hop));
	json_object_set_new(j, "sent", json_integer(hop->sent));
	json_object_set_new(j, "lost", json_integer(loss.lost));
	json_object_set_new(j, "lost_on_way",
	    loss.kind == TRACE_LOSS_UNKNOWN ? json_null() : json_integer(loss.on_way));
	json_object_set_new(j, "last_ms", any ? json_ms(hop->last) : json_null());
	json_object_set_new(j, "mean_ms", any ? ms_to_json(hop->mean_ms) : json_null());
	json_object_set_new(j, "best_ms", any ? json_ms(hop->best) : json_null());
	json_object_set_new(j, "worst_ms", any ? json_ms(hop->worst) : json_null());
	json_object_set_new(j, "stdev_ms", any ? ms_to_json(hop->stdev_ms) : json_null());
	return j;
}

json_t *
trace_rounds_to_json(const struct trace_report *report, const struct trace_rounds *r)
{
	json_t *j = json_object(), *hops = json_array();

	for (uint32_t ttl = 1; ttl <= trace_rounds_hops(r); ttl++)
		json_array_append_new(hops, hop_to_json(report, r, ttl));
	trace_add_head_json(report, j);
	json_object_set_new(j, "rounds", json_integer(trace_rounds_count(r)));
	json_object_set_new(j, "reached", json_boolean(trace_rounds_reached(r)));
	json_object_set_new(j, "hops", hops);
	trace_add_answered_json(report, j);
	return j;
}
