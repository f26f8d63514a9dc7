/*
 * A way that is traced again and again: what each hop has answered over all rounds. Pure.
 *
 * A round is a trace with one query for each hop. The standard deviation is that of all answers (of
 * the population), as ping's mdev and mtr's StDev are.
 */
#pragma once

#include "measure/trace_loss.h"

#define TRACE_RECENT_MAX 256
#define TRACE_ROUTERS_MAX 8
#define TRACE_NO_ANSWER DURATION_NS(-1)

struct trace_round_router {
	struct ip address;
	uint32_t answers;
};

/* A hop over all rounds. The times are 0 while it has answered nothing. */
struct trace_round_hop {
	uint32_t sent, answered;
	struct duration last, best, worst;
	double mean_ms, stdev_ms;
	struct trace_round_router routers[TRACE_ROUTERS_MAX]; /* as they came; more are not kept */
	size_t router_count;
};

struct trace_rounds;

struct trace_rounds *trace_rounds_new(void);
void trace_rounds_free(struct trace_rounds *r); /* NULL is fine */
/* Forgets all. */
void trace_rounds_reset(struct trace_rounds *r);
/* A round that is over. */
void trace_rounds_add(struct trace_rounds *r, const struct trace *round);

uint32_t trace_rounds_count(const struct trace_rounds *r);
/* The hops to show: up to the target, or the last that ever answered; at least 1. */
uint32_t trace_rounds_hops(const struct trace_rounds *r);
bool trace_rounds_reached(const struct trace_rounds *r); /* in any of them */
/* Borrowed until the next round; ttl from 1. */
const struct trace_round_hop *trace_rounds_hop(const struct trace_rounds *r, uint32_t ttl);
struct trace_loss trace_rounds_loss(const struct trace_rounds *r, uint32_t ttl);
/* What came back `ago` rounds ago, 0 being the last; TRACE_NO_ANSWER for none. False: that long ago
 * nothing was sent, or it is forgotten. */
bool trace_rounds_recent(
    const struct trace_rounds *r, uint32_t ttl, uint32_t ago, struct duration *ret);

/* How the next round is best traced, with numbers of its own: not beyond the target where that is
 * known, nor waiting for it much longer than it ever took. conf says what was asked for. */
struct trace_conf trace_rounds_next(struct trace_rounds *r, const struct trace_conf *conf);
