#include "measure/trace_loss.h"

#include "base/attr.h"
#include "tap.h"

#define QUERIES 3

static const struct ip target = { .family = IP_V4, .bytes = { 203, 0, 113, 10 } };

/*
 * A trace in which each hop answers so many of three probes, the last one as the target if that is
 * reached.
 */
static struct trace *
make(const uint32_t *answers, uint32_t hops, bool reached)
{
	const struct trace_conf conf = { .target = target,
		.max_hops = hops,
		.queries = QUERIES,
		.parallel = TRACE_PARALLEL_MAX,
		.wait = DURATION_S(1) };
	struct trace *t = trace_new(&conf);
	struct instant now = { 0 };
	struct trace_probe probe;

	for (int turn = 0; turn < 100 && !trace_is_over(t); turn++) {
		while (trace_take_probe(t, now, &probe)) {
			bool last = probe.ttl == hops;
			struct trace_reply reply = {
				.from =
				    last && reached ? target : ip_from_v4(0xc6336400 + probe.ttl),
				.kind = last && reached ? TRACE_REACHED : TRACE_EXCEEDED,
				.numbered = true,
				.number = probe.number,
				.at = now
			};

			if (probe.number % QUERIES < answers[probe.ttl - 1])
				CHECK(trace_input(t, &reply));
		}
		now.ns += 2 * NS_PER_S;
		trace_expire(t, now);
	}
	CHECK(trace_is_over(t));
	return t;
}

struct row {
	const char *title;
	uint32_t hops, answers[4];
	bool unreached;
	struct trace_loss want[4];
};

static const struct row rows[] = {
	{ "nothing is lost", 2, { 3, 3 }, false, { { 0 }, { 0 } } },
	{ "a router limits its answers", 3, { 3, 1, 3 }, false,
	    { { 0 }, { TRACE_LOSS_LIMITED, 2, 0 }, { 0 } } },
	{ "a router never answers", 3, { 3, 0, 3 }, false,
	    { { 0 }, { TRACE_LOSS_SILENT, 3, 0 }, { 0 } } },
	{ "what is lost from a hop on is lost on the way", 4, { 3, 2, 2, 2 }, false,
	    { { 0 }, { TRACE_LOSS_ON_WAY, 1, 1 }, { TRACE_LOSS_ON_WAY, 1, 1 },
		{ TRACE_LOSS_ON_WAY, 1, 1 } } },
	{ "of a silent hop only what the target loses", 3, { 0, 1, 2 }, false,
	    { { TRACE_LOSS_ON_WAY, 3, 1 }, { TRACE_LOSS_ON_WAY, 2, 1 },
		{ TRACE_LOSS_ON_WAY, 1, 1 } } },
	{ "one hop behind without loss is enough", 4, { 2, 1, 3, 2 }, false,
	    { { TRACE_LOSS_LIMITED, 1, 0 }, { TRACE_LOSS_LIMITED, 2, 0 }, { 0 },
		{ TRACE_LOSS_ON_WAY, 1, 1 } } },
	{ "without the target nobody knows", 3, { 2, 3, 1 }, true,
	    { { TRACE_LOSS_LIMITED, 1, 0 }, { 0 }, { TRACE_LOSS_UNKNOWN, 2, 0 } } },
};

TEST(loss_counts_when_it_persists)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct trace *t = make(rows[i].answers, rows[i].hops, !rows[i].unreached);

		CHECK_INT(trace_hops(t), rows[i].hops);
		for (uint32_t ttl = 1; ttl <= rows[i].hops; ttl++) {
			struct trace_loss loss = trace_loss(t, ttl);
			const struct trace_loss *want = &rows[i].want[ttl - 1];

			if (loss.kind != want->kind || loss.lost != want->lost ||
			    loss.on_way != want->on_way)
				tap_fail(__FILE__, __LINE__,
				    "%s, hop %u: kind %d, lost %u, on the way %u", rows[i].title,
				    ttl, (int)loss.kind, loss.lost, loss.on_way);
		}
		trace_free(t);
	}
}
