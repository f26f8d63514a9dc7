/*
 * A trace back in rounds: one probe for each hop in each of them, so that what is lost on the way
 * can be told from hops that limit their answers, which several probes at once would make them do.
 * Pure; a driver runs the rounds.
 *
 * The first round finds how far it is; each other one goes as far as the target was last, and does
 * not end at silent hops, so that what is lost behind a break counts at every hop. What it costs is
 * bounded by rounds, hops and time: after REVERSE_ROUNDS_TIME no round begins.
 */
#pragma once

#include "proto/trace/trace.h"

#define REVERSE_HOPS_MAX 30
#define REVERSE_ROUNDS_MAX TRACE_QUERIES_MAX
/* For who does not say how many. */
#define REVERSE_ROUNDS_USUAL 2
/* Who asks is the target, and Linux sends one host six ICMP errors at once, then one a second
 * (net.ipv4.icmp_ratelimit): ten in 5.4 s are not too many, and what is missing was lost. */
#define REVERSE_ROUND_EVERY DURATION_MS(600)
#define REVERSE_ROUNDS_TIME DURATION_S(15)

struct reverse_rounds;

/* rounds: as it was asked for, whatever that is. */
struct reverse_rounds *reverse_rounds_new(struct ip target, uint32_t rounds, struct instant now);
void reverse_rounds_free(struct reverse_rounds *r); /* NULL is fine */

/* What the next round is to do. */
struct trace_conf reverse_rounds_conf(const struct reverse_rounds *r);
/* It is over. Gives when the next one begins; INSTANT_NEVER: there is none. */
struct instant reverse_rounds_add(
    struct reverse_rounds *r, const struct trace *round, struct instant now);
/* All rounds as one trace, with a query for each; NULL: none has ended. Borrowed. */
const struct trace *reverse_rounds_result(const struct reverse_rounds *r);
