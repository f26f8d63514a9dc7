#include "measure/trace_loss.h"

#include "base/attr.h"

static uint32_t
count_lost(const struct trace *t, uint32_t ttl)
{
	uint32_t lost = 0;

	for (uint32_t q = 0; q < trace_queries(t); q++)
		lost += trace_answer(t, ttl, q)->kind == TRACE_LOST;
	return lost;
}

struct trace_loss
trace_loss_of(const struct trace_lost *hops, uint32_t count, bool reached, uint32_t ttl)
{
	const struct trace_lost *hop = &hops[ttl - 1];
	struct trace_loss loss = { .lost = hop->lost };
	uint32_t least = hop->lost;

	for (uint32_t behind = ttl; behind < count; behind++) {
		const struct trace_lost *b = &hops[behind];

		/* as many as of so many probes; the way may have been shorter for some of them */
		if (b->sent > 0)
			least = MIN(least, (uint32_t)((uint64_t)b->lost * hop->sent / b->sent));
	}
	if (loss.lost == 0)
		loss.kind = TRACE_LOSS_NONE;
	else if (least == 0)
		loss.kind = loss.lost == hop->sent ? TRACE_LOSS_SILENT : TRACE_LOSS_LIMITED;
	else if (!reached)
		loss.kind = TRACE_LOSS_UNKNOWN;
	else
		loss = (struct trace_loss){ TRACE_LOSS_ON_WAY, loss.lost, least };
	return loss;
}

struct trace_loss
trace_loss(const struct trace *t, uint32_t ttl)
{
	struct trace_lost hops[TRACE_HOPS_MAX];
	uint32_t count = trace_hops(t);

	for (uint32_t i = 0; i < count; i++)
		hops[i] = (struct trace_lost){ trace_queries(t), count_lost(t, i + 1) };
	return trace_loss_of(hops, count, trace_has_reached(t), ttl);
}
