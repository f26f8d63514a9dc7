/*
 * Where the MTU falls on a way that has been traced, as a pure engine.
 *
 * Packets of the greatest size that the way still takes, with "don't fragment", end at one hop
 * after the other. A router that cannot forward one says so with the MTU of its next link (RFC
 * 1191, RFC 8201); then the size falls to that. A hop that answers a small packet but no large one
 * may only be shy; but when no hop behind it answers large ones either, the large ones vanish
 * without a word (RFC 2923 2.1: a black hole), and the greatest size that gets through is searched
 * at the farthest of these hops.
 *
 * One probe waits at a time. A size counts as swallowed only when a small packet to the same hop,
 * sent right after, is answered, and a second later no large one: else the hop limits its answers.
 *
 * Sizes are of whole IP packets, in bytes. The engine reads no clock.
 */
#pragma once

#include "proto/trace/trace.h"

#define TRACE_MTU_FALLS_MAX 8
/* Probe numbers from here on, so that late replies to the trace itself are not taken for ours. */
#define TRACE_MTU_NUMBER 0x8000

struct trace_mtu_fall {
	uint32_t hop;   /* behind this one; 0: at this host */
	bool silent;    /* nobody said so: a black hole */
	struct ip from; /* who said so; of a black hole the hop's, if it is known */
	uint32_t before, mtu;
};

struct trace_mtu;

/* t is over, and borrowed for the call only; wait: for a reply at most. */
struct trace_mtu *trace_mtu_new(const struct trace *t, enum ip_family family, struct duration wait);
void trace_mtu_free(struct trace_mtu *m); /* NULL is fine */

/* The next probe to send now, if there is one; it counts as sent then. */
bool trace_mtu_take_probe(
    struct trace_mtu *m, struct instant now, struct trace_probe *ret) _must_use_;
/* The probe was not sent: this host's own link has this MTU. */
void trace_mtu_too_big_here(struct trace_mtu *m, uint32_t mtu);
/* False: it belongs to no probe that matters now. */
bool trace_mtu_input(struct trace_mtu *m, const struct trace_reply *reply);
void trace_mtu_expire(struct trace_mtu *m, struct instant now);
struct instant trace_mtu_deadline(const struct trace_mtu *m);
bool trace_mtu_is_over(const struct trace_mtu *m);

/* The greatest size known to get to the farthest hop that answered one, and which that is; 0: none
 * did. */
uint32_t trace_mtu_path(const struct trace_mtu *m, uint32_t *ret_hop);
uint32_t trace_mtu_own(const struct trace_mtu *m); /* of this host's own link; 0: not known */
/* In the order of the way. Borrowed. */
size_t trace_mtu_falls(const struct trace_mtu *m, const struct trace_mtu_fall **ret);
