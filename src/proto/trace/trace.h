/*
 * A traceroute as a pure engine: which probe to send next, what a reply means, when it is over.
 *
 * One probe a hop goes ahead, the scout; the next hop's follows when it has been answered, or after
 * TRACE_PACE. When a hop or one behind it has answered (or its scout was given up), the rest of its
 * queries follow at once. So a long way is walked in little more than its round trip, with up to
 * `parallel` probes waiting for their replies, and a target is not flooded with probes that were
 * meant for hops beyond it: hosts limit the rate of ICMP errors, and would spend it on those.
 *
 * A probe that is not answered is given up after `wait`, or sooner, when the same hop or a farther
 * one has answered: by then its own reply is overdue.
 *
 * The trace ends with the nearest hop that reached the target or was told that it cannot be
 * reached, once all probes up to that hop are settled; or after max_hops; or when gap_limit hops in
 * a row have settled without any reply. Probes that had already been sent beyond that hop are
 * forgotten.
 *
 * A reply whose quote is too short to name its probe is given to the oldest probe that waits at the
 * hop where its sender answered before, else to the oldest that waits; it is marked as guessed.
 *
 * The engine reads no clock: the driver tells when a probe was sent and when the reply came.
 */
#pragma once

#include "base/ip.h"
#include "base/time.h"
#include "proto/trace/packet.h"

#define TRACE_HOPS_MAX 255
#define TRACE_QUERIES_MAX 10
#define TRACE_PARALLEL_MAX 64
#define TRACE_PACE DURATION_MS(20)

struct trace_conf {
	struct ip target;
	uint32_t max_hops, queries, parallel; /* 1 to their maximum */
	uint32_t gap_limit;                   /* 0: none */
	struct duration wait;
	/* the number of the first probe; of traces that follow each other on one socket, each needs
	 * numbers of its own, so that late replies belong to none */
	uint16_t first_number;
};

struct trace_probe {
	uint16_t number;
	uint8_t ttl;
	uint16_t size; /* of the IP packet; 0: the usual one, trace_packet_size() */
};

/* A reply as the driver got it. */
struct trace_reply {
	struct ip from;
	enum trace_kind kind; /* not TRACE_LOST */
	bool icmp;            /* else it is an answer of an application, without type and code */
	uint8_t type, code;
	uint32_t mtu;       /* of a router's next link, when its ICMP says so */
	enum trace_tcp tcp; /* without `icmp` */
	bool numbered;
	uint16_t number; /* with `numbered` */
	struct instant at;
};

/* What became of one probe. */
struct trace_answer {
	enum trace_kind kind; /* TRACE_LOST also for those still waiting */
	struct ip from;
	struct duration rtt;
	bool icmp;
	uint8_t type, code;
	enum trace_tcp tcp;
	bool guessed;
};

struct trace;

struct trace *trace_new(const struct trace_conf *conf);
void trace_free(struct trace *t); /* NULL is fine */

/* The next probe to send now, if there is one; it counts as sent then. */
bool trace_take_probe(struct trace *t, struct instant now, struct trace_probe *ret) _must_use_;
/* False: it belongs to no probe that waits (late, twice, or foreign). */
bool trace_input(struct trace *t, const struct trace_reply *reply);
/* Gives up what is overdue. */
void trace_expire(struct trace *t, struct instant now);
/* When there will be something to do without a reply: probes to give up, or one to take. */
struct instant trace_deadline(const struct trace *t);

bool trace_is_over(const struct trace *t);
bool trace_has_reached(const struct trace *t); /* the target */
/* The hops to show: up to the last that answered, at least 1. */
uint32_t trace_hops(const struct trace *t);
uint32_t trace_queries(const struct trace *t); /* for each hop */
/* False also for hops beyond the end. */
bool trace_was_sent(const struct trace *t, uint32_t ttl, uint32_t query);
/* ttl from 1, query from 0. Borrowed until the next input. */
const struct trace_answer *trace_answer(const struct trace *t, uint32_t ttl, uint32_t query);

/* For a trace that was made elsewhere, of which nothing is sent here: what became of each probe,
 * and that it is over at max_hops. */
void trace_put(struct trace *t, uint32_t ttl, uint32_t query, const struct trace_answer *answer);
void trace_put_end(struct trace *t, bool reached);
