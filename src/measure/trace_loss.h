/*
 * Loss on the way, told from hops that do not answer. Pure.
 *
 * A router that sees a probe's time to live end answers when it likes: many limit how often, and
 * some never do. What they forward is not touched by that. So a probe that is lost at a hop says
 * something of the way only as far as the hops behind it lose as many: the least that is lost from
 * a hop on is what gets lost on the way to it; more than that are answers that were not given.
 *
 * The last hop has none behind it. If it is the target, what it loses counts; if the target was not
 * reached, nothing tells the two apart, unless a hop behind lost nothing.
 */
#pragma once

#include "proto/trace/trace.h"

enum trace_loss_kind {
	TRACE_LOSS_NONE,
	TRACE_LOSS_ON_WAY,
	TRACE_LOSS_LIMITED, /* it answers some probes, and all get through */
	TRACE_LOSS_SILENT,  /* it answers none, and all get through */
	TRACE_LOSS_UNKNOWN,
};

struct trace_loss {
	enum trace_loss_kind kind;
	uint32_t lost;   /* without an answer from this hop */
	uint32_t on_way; /* of these, lost on the way; 0 with TRACE_LOSS_UNKNOWN */
};

/* What one hop was sent, and how much of that it did not answer. */
struct trace_lost {
	uint32_t sent, lost;
};

/* Of a hop, from 1; hops has those that are shown, the first for hop 1, and reached says whether
 * the last is the target. */
struct trace_loss trace_loss_of(
    const struct trace_lost *hops, uint32_t count, bool reached, uint32_t ttl);
/* Of a hop that is shown, once the trace is over. */
struct trace_loss trace_loss(const struct trace *t, uint32_t ttl);
