#include "measure/trace_flows.h"

#include <stdlib.h>

#include "base/alloc.h"

static struct trace_router *
find_router(struct trace_hop *hop, struct ip address)
{
	for (size_t i = 0; i < hop->count; i++) {
		if (ip_equal(hop->routers[i].address, address))
			return &hop->routers[i];
	}
	hop->routers = grow_array(hop->routers, hop->count, &hop->cap, sizeof(*hop->routers));
	hop->routers[hop->count] =
	    (struct trace_router){ .address = address, .best = { INT64_MAX } };
	return &hop->routers[hop->count++];
}

void
trace_flows_at(const struct trace *const *flows, size_t count, uint32_t ttl, struct trace_hop *ret)
{
	*ret = (struct trace_hop){ 0 };
	for (size_t i = 0; i < count; i++) {
		bool answered = false;

		/* what it was told from beyond its end does not count */
		if (ttl > trace_hops(flows[i]))
			continue;
		for (uint32_t q = 0; q < trace_queries(flows[i]); q++) {
			const struct trace_answer *a = trace_answer(flows[i], ttl, q);
			struct trace_router *router;

			if (a->kind == TRACE_LOST)
				continue;
			answered = true;
			router = find_router(ret, a->from);
			router->flows |= UINT64_C(1) << i;
			router->best.ns = MIN(router->best.ns, a->rtt.ns);
		}
		if (!answered)
			ret->silent |= UINT64_C(1) << i;
	}
}

void
trace_hop_done(struct trace_hop *hop)
{
	free(hop->routers);
	*hop = (struct trace_hop){ 0 };
}

uint32_t
trace_flows_hops(const struct trace *const *flows, size_t count)
{
	uint32_t most = 1;

	for (size_t i = 0; i < count; i++)
		most = MAX(most, trace_hops(flows[i]));
	return most;
}

size_t
trace_flows_reached(const struct trace *const *flows, size_t count)
{
	size_t reached = 0;

	for (size_t i = 0; i < count; i++)
		reached += trace_has_reached(flows[i]);
	return reached;
}
