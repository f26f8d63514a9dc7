/* What many rounds of a trace have shown, hop by hop, as JSON. */
#include "measure/json.h"
#include "measure/trace_report_internal.h"

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
