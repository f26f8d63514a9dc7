/*
 * Several flows of a trace, side by side: which routers each hop has, and which flows pass them.
 * Pure.
 *
 * Routers spread flows over equally good ways by addresses and ports. A trace is one flow, so that
 * it shows one way; several with other ports show the others. How many it takes to see all ways is
 * a matter of luck; nothing here claims that it has.
 */
#pragma once

#include "proto/trace/trace.h"

#define TRACE_FLOWS_MAX 64

struct trace_router {
	struct ip address;
	uint64_t flows; /* a bit for each that it answered, the first lowest */
	struct duration best;
};

struct trace_hop {
	struct trace_router *routers; /* owned; in the order of the flows */
	size_t count, cap;
	uint64_t silent; /* flows that pass the hop, and were not answered */
};

/* All flows are over; hop counts from 1. */
void trace_flows_at(
    const struct trace *const *flows, size_t count, uint32_t ttl, struct trace_hop *ret);
void trace_hop_done(struct trace_hop *hop);
/* Of the flow with most hops. */
uint32_t trace_flows_hops(const struct trace *const *flows, size_t count);
/* How many reached the target. */
size_t trace_flows_reached(const struct trace *const *flows, size_t count);
