/* The engine against a network that is a table: each hop with its distance, and how it answers. */
#include "proto/trace/trace.h"

#include <stdlib.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "tap.h"

#define HOPS_MAX 40
#define EVENTS_MAX 1024

struct hop {
	int64_t rtt_ms;     /* 0: it is silent */
	unsigned answers;   /* to how many probes it answers; 0: all */
	unsigned drops;     /* of how many it does not answer the first */
	uint8_t type, code; /* 0, 0: time exceeded, or port unreachable at the end */
	bool unnumbered;    /* quotes too little */
};

struct world {
	struct hop hops[HOPS_MAX];
	unsigned count; /* the last is the target */
	bool no_target; /* it is not: what goes further is lost */
	struct trace_conf conf;
	/* what happened */
	unsigned sent, at_target, in_flight_max, seen[HOPS_MAX];
	struct {
		struct instant at;
		struct trace_reply reply;
	} events[EVENTS_MAX];
	size_t event_count;
	struct instant now;
};

static struct ip
hop_address(unsigned ttl)
{
	return ip_from_v4(0xc6336400 + ttl); /* 198.51.100.ttl */
}

static void
send_probe(struct world *w, struct trace_probe probe)
{
	unsigned ttl = MIN((unsigned)probe.ttl, w->count);
	bool target = ttl == w->count && !w->no_target;
	struct hop *hop = &w->hops[ttl - 1];

	w->sent++;
	if (probe.ttl > w->count && w->no_target)
		return;
	w->at_target += target;
	w->seen[ttl]++;
	if (hop->rtt_ms == 0 || w->seen[ttl] <= hop->drops ||
	    (hop->answers > 0 && w->seen[ttl] > hop->drops + hop->answers))
		return;

	struct trace_reply reply = {
		.from = hop_address(ttl),
		.icmp = true,
		.type = hop->type ? hop->type
			: target  ? 3
				  : 11,
		.code = hop->type ? hop->code
			: target  ? 3
				  : 0,
		.numbered = !hop->unnumbered,
		.number = hop->unnumbered ? 0 : probe.number,
		.at = instant_add(w->now, DURATION_MS(hop->rtt_ms)),
	};
	reply.kind = trace_kind_of_icmp(IP_V4, reply.type, reply.code);
	w->events[w->event_count].at = reply.at;
	w->events[w->event_count++].reply = reply;
}

/* The index of the next event, or the count when the deadline comes first. */
static size_t
next_event(const struct world *w, struct instant deadline)
{
	size_t next = w->event_count;

	for (size_t i = 0; i < w->event_count; i++) {
		if (instant_cmp(w->events[i].at, deadline) <= 0 &&
		    (next == w->event_count ||
			instant_cmp(w->events[i].at, w->events[next].at) < 0))
			next = i;
	}
	return next;
}

/* Runs it to its end; gives the engine. Every probe is answered or given up in virtual time. */
static struct trace *
run(struct world *w)
{
	struct trace *t;
	unsigned turns = 0;

	w->conf.max_hops = w->conf.max_hops ? w->conf.max_hops : 30;
	w->conf.queries = w->conf.queries ? w->conf.queries : 3;
	w->conf.parallel = w->conf.parallel ? w->conf.parallel : 16;
	w->conf.wait = w->conf.wait.ns ? w->conf.wait : DURATION_S(3);
	w->conf.target = hop_address(w->count);
	t = trace_new(&w->conf);
	for (;;) {
		struct trace_probe probe;
		struct instant deadline;
		size_t next;

		while (trace_take_probe(t, w->now, &probe))
			send_probe(w, probe);
		w->in_flight_max = MAX(w->in_flight_max, w->sent ? (unsigned)w->event_count : 0);
		if (trace_is_over(t) || turns++ > 10000)
			break;
		deadline = trace_deadline(t);
		next = next_event(w, deadline);
		if (next == w->event_count && instant_is_never(deadline))
			break;
		if (next == w->event_count) {
			w->now = deadline;
		} else {
			w->now = w->events[next].at;
			(void)trace_input(t, &w->events[next].reply);
			w->events[next] = w->events[--w->event_count];
		}
		trace_expire(t, w->now);
	}
	CHECK(trace_is_over(t));
	return t;
}

/* "1:10 10 10|2:* * *|3:30!H ..." and how it ended. */
static char *
describe(const struct trace *t, const struct world *w)
{
	struct strbuf b = { 0 };
	char buf[TRACE_TEXT_MAX];

	for (uint32_t ttl = 1; ttl <= trace_hops(t); ttl++) {
		strbuf_addf(&b, "%s%u:", ttl > 1 ? "|" : "", ttl);
		for (uint32_t q = 0; q < trace_queries(t); q++) {
			const struct trace_answer *a = trace_answer(t, ttl, q);

			strbuf_addf(&b, "%s", q > 0 ? " " : "");
			if (a->kind == TRACE_LOST)
				strbuf_add_char(&b, '*');
			else
				strbuf_addf(&b, "%lld%s%s", (long long)duration_ms(a->rtt),
				    trace_mark(IP_V4, a->type, a->code, buf),
				    a->guessed ? "?" : "");
		}
	}
	strbuf_addf(&b, " %s %lld ms", trace_has_reached(t) ? "reached" : "not reached",
	    (long long)(w->now.ns / NS_PER_MS));
	return strbuf_take(&b);
}

static void
check_run(struct world *w, const char *want)
{
	struct trace *t = run(w);
	char *got = describe(t, w);

	CHECK_STR(got, want);
	free(got);
	trace_free(t);
}

TEST(a_plain_way)
{
	struct world w = { .hops = { { .rtt_ms = 1 }, { .rtt_ms = 10 }, { .rtt_ms = 30 } }, .count = 3 };

	/* 1 ms, 10 ms, then the scouts of hops 4 and 5 at 20 and 40 ms after the third: it answers
	 * before */
	check_run(&w, "1:1 1 1|2:10 10 10|3:30 30 30 reached 71 ms");
	CHECK_INT(w.at_target, 4); /* three, and the scout of the fourth hop */
}

TEST(one_hop_and_one_query)
{
	struct world w = { .hops = { { .rtt_ms = 5 } }, .count = 1, .conf = { .queries = 1 } };

	check_run(&w, "1:5 reached 5 ms");
	CHECK_INT(w.sent, 1);
}

/* Twenty hops, 100 ms away: sequentially this would take seconds. */
TEST(a_long_way_is_walked_in_parallel)
{
	struct world w = { .count = 20 };
	struct trace *t;

	for (int i = 0; i < 20; i++)
		w.hops[i].rtt_ms = 5 * (i + 1);
	t = run(&w);
	CHECK(trace_has_reached(t));
	CHECK_INT(trace_hops(t), 20);
	CHECK(w.now.ns < 600 * NS_PER_MS);
	CHECK(w.in_flight_max <= 16);
	trace_free(t);
}

TEST(silent_hops_do_not_hold_up)
{
	struct world w = { .hops = { { .rtt_ms = 10 }, { .rtt_ms = 0 }, { .rtt_ms = 0 }, { .rtt_ms = 40 } }, .count = 4 };

	/* hops 2 and 3 are given up 4 × 40 + 250 ms after they were sent, their followers at 90 ms
	 */
	check_run(&w, "1:10 10 10|2:* * *|3:* * *|4:40 40 40 reached 500 ms");
}

TEST(a_silent_hop_without_any_beyond_waits_its_time)
{
	struct world w = { .hops = { { .rtt_ms = 10 }, { .rtt_ms = 0 } }, .count = 2, .conf = { .max_hops = 2 } };

	check_run(&w, "1:10 10 10 not reached 6010 ms");
}

TEST(the_gap_limit_ends_it)
{
	struct world w = { .hops = { { .rtt_ms = 10 } },
		.count = 1,
		.no_target = true,
		.conf = { .gap_limit = 5, .max_hops = 255, .parallel = 64 } };

	check_run(&w, "1:10 10 10 not reached 6090 ms");
	CHECK_INT(w.sent, 3 + 5 * 3);
	w = (struct world){
		.hops = { { .rtt_ms = 10 } }, .count = 1, .no_target = true, .conf = { .max_hops = 6 }
	};
	check_run(&w, "1:10 10 10 not reached 6090 ms");
}

TEST(unreachable_ends_it)
{
	struct world w = { .hops = { { .rtt_ms = 10 }, { 20, .type = 3, .code = 1 }, { .rtt_ms = 0 } }, .count = 3 };

	check_run(&w, "1:10 10 10|2:20!H 20!H 20!H not reached 50 ms");
}

TEST(some_replies_are_lost)
{
	struct world w = { .hops = { { 10, .answers = 1 }, { 20, .drops = 1 }, { .rtt_ms = 30 } },
		.count = 3 };

	check_run(&w, "1:10 * *|2:* 20 20|3:30 30 30 reached 340 ms");
}

/* A host that answers only so many ICMP errors: the nearest hop gets them. */
TEST(a_target_with_a_rate_limit)
{
	struct world w = { .hops = { { .rtt_ms = 1 }, { .rtt_ms = 2 }, { 100, .answers = 6 } }, .count = 3 };
	struct trace *t = run(&w);

	CHECK(trace_has_reached(t));
	CHECK_INT(trace_hops(t), 3);
	CHECK_INT(trace_answer(t, 3, 0)->kind, TRACE_REACHED);
	trace_free(t);
}

TEST(short_quotes_are_guessed)
{
	struct world w = { .hops = { { 10, .unnumbered = true }, { .rtt_ms = 20 }, { .rtt_ms = 30 } }, .count = 3 };

	check_run(&w, "1:10? 10? 10?|2:20 20 20|3:30 30 30 reached 90 ms");
}

TEST(replies_that_are_not_ours)
{
	const struct trace_conf conf = { .target = { IP_V4, { 203, 0, 113, 10 } },
		.max_hops = 3,
		.queries = 1,
		.parallel = 16,
		.wait = DURATION_S(1) };
	struct trace_reply reply = {
		.from = hop_address(1), .kind = TRACE_EXCEEDED, .numbered = true
	};
	struct instant now = { 5 };
	struct trace_probe probe;
	struct trace *t = trace_new(&conf);

	CHECK(!trace_input(t, &reply)); /* nothing sent */
	reply.numbered = false;
	CHECK(!trace_input(t, &reply));
	REQUIRE(trace_take_probe(t, now, &probe));
	CHECK(!trace_take_probe(t, now, &probe)); /* the next scout waits */
	reply.numbered = true;
	reply.number = 1;
	CHECK(!trace_input(t, &reply)); /* not sent yet */
	reply.number = 65535;
	CHECK(!trace_input(t, &reply));
	reply.number = 0;
	reply.at = (struct instant){ 1 }; /* before it was sent: clocks differ */
	CHECK(trace_input(t, &reply));
	CHECK_INT(trace_answer(t, 1, 0)->rtt.ns, 0);
	CHECK(!trace_input(t, &reply)); /* twice */
	trace_free(t);
}

TEST(the_nearest_end_counts)
{
	const struct trace_conf conf = { .target = { IP_V4, { 203, 0, 113, 10 } },
		.max_hops = 30,
		.queries = 1,
		.parallel = 16,
		.wait = DURATION_S(1) };
	struct trace *t = trace_new(&conf);
	struct trace_probe probe;

	for (int i = 0; i < 5; i++)
		REQUIRE(trace_take_probe(t, (struct instant){ i * 20 * NS_PER_MS }, &probe));

	struct trace_reply reply = { .from = hop_address(9),
		.kind = TRACE_REACHED,
		.numbered = true,
		.number = 4,
		.at = { 200 * NS_PER_MS } };

	CHECK(trace_input(t, &reply));
	CHECK(trace_has_reached(t));
	CHECK(!trace_is_over(t));
	reply.number = 2;
	CHECK(trace_input(t, &reply));
	CHECK_INT(trace_hops(t), 3);
	reply.number = 3; /* beyond the end: forgotten */
	CHECK(!trace_input(t, &reply));
	reply.number = 1;
	reply.kind = TRACE_UNREACHABLE;
	CHECK(trace_input(t, &reply));
	CHECK_INT(trace_hops(t), 2);
	CHECK(!trace_has_reached(t));
	reply.number = 0;
	reply.kind = TRACE_EXCEEDED;
	CHECK(trace_input(t, &reply));
	CHECK(trace_is_over(t));
	CHECK(!trace_take_probe(t, (struct instant){ NS_PER_S }, &probe));
	trace_free(t);
}
