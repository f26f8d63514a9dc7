/* Rounds of a trace, each made of what its hops answer: a time in ms, or 0 for nothing. */
#include "measure/trace_rounds.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "measure/json.h"
#include "measure/trace_live.h"
#include "measure/trace_report.h"
#include "tap.h"

static const struct trace_run_conf conf = {
	.trace = { .target = { .family = IP_V4, .bytes = { 203, 0, 113, 10 } },
	    .max_hops = 8,
	    .queries = 3,
	    .parallel = 16,
	    .gap_limit = 2,
	    .wait = { 3 * NS_PER_S } },
	.port = 33434,
};

struct answer {
	int64_t ms;
	bool other; /* another router of the hop */
	bool target;
};

/* One round; hops ends with one that is the target, or with zeros. */
static struct trace *
round_of(struct trace_rounds *r, const struct answer *hops)
{
	struct trace_conf next = trace_rounds_next(r, &conf.trace);
	struct trace *t = trace_new(&next);
	struct instant now = { 0 };
	struct trace_probe probe;

	CHECK_INT(next.queries, 1);
	for (int turn = 0; turn < 50 && !trace_is_over(t); turn++) {
		while (trace_take_probe(t, now, &probe)) {
			const struct answer *a = &hops[probe.ttl - 1];
			struct trace_reply reply = {
				.from = a->target ? conf.trace.target
						  : ip_from_v4(0xc6336400 + probe.ttl +
							       (a->other ? 100 : 0)),
				.kind = a->target ? TRACE_REACHED : TRACE_EXCEEDED,
				.icmp = true,
				.type = a->target ? 3 : 11,
				.code = a->target ? 3 : 0,
				.numbered = true,
				.number = probe.number,
				.at = instant_add(now, DURATION_MS(a->ms))
			};

			if (a->ms > 0)
				CHECK(trace_input(t, &reply));
		}
		now.ns += NS_PER_S;
		trace_expire(t, now);
	}
	CHECK(trace_is_over(t));
	return t;
}

static void
add(struct trace_rounds *r, const struct answer *hops)
{
	struct trace *t = round_of(r, hops);

	trace_rounds_add(r, t);
	trace_free(t);
}

#define HOP(n)                                                                                     \
	{                                                                                          \
		.ms = (n)                                                                          \
	}
#define TARGET(n)                                                                                  \
	{                                                                                          \
		.ms = (n), .target = true                                                          \
	}
#define ROUND(...) add(r, (const struct answer[8]){ __VA_ARGS__ })

/* Hop 2 limits its answers, hop 3 loses one for real, as the target does. */
static struct trace_rounds *
four_rounds(void)
{
	struct trace_rounds *r = trace_rounds_new();

	ROUND(HOP(1), HOP(10), HOP(20), TARGET(30));
	ROUND(HOP(1), HOP(0), { .ms = 22, .other = true }, TARGET(34));
	ROUND(HOP(3), HOP(0), HOP(0), HOP(0));
	ROUND(HOP(1), HOP(0), HOP(24), TARGET(32));
	return r;
}

TEST(figures_of_each_hop)
{
	struct trace_rounds *r = four_rounds();
	const struct trace_round_hop *hop;
	struct duration d;

	CHECK_INT(trace_rounds_count(r), 4);
	CHECK_INT(trace_rounds_hops(r), 4);
	CHECK(trace_rounds_reached(r));
	hop = trace_rounds_hop(r, 4);
	CHECK_INT(hop->sent, 4);
	CHECK_INT(hop->answered, 3);
	CHECK_INT(duration_ms(hop->last), 32);
	CHECK_INT(duration_ms(hop->best), 30);
	CHECK_INT(duration_ms(hop->worst), 34);
	CHECK(hop->mean_ms > 31.999 && hop->mean_ms < 32.001);
	CHECK(hop->stdev_ms > 1.632 && hop->stdev_ms < 1.634); /* sqrt(8/3) */
	hop = trace_rounds_hop(r, 3);
	CHECK_INT(hop->router_count, 2);
	CHECK_INT(hop->routers[0].answers, 2);
	CHECK_INT(hop->routers[1].answers, 1);
	/* the newest first */
	CHECK(trace_rounds_recent(r, 4, 0, &d) && duration_ms(d) == 32);
	CHECK(trace_rounds_recent(r, 4, 1, &d) && d.ns < 0);
	CHECK(trace_rounds_recent(r, 4, 3, &d) && duration_ms(d) == 30);
	CHECK(!trace_rounds_recent(r, 4, 4, &d));
	CHECK(!trace_rounds_recent(r, 6, 0, &d));
	trace_rounds_free(r);
}

TEST(loss_that_is_real)
{
	static const struct trace_loss want[] = { { TRACE_LOSS_NONE, 0, 0 },
		{ TRACE_LOSS_ON_WAY, 3, 1 }, { TRACE_LOSS_ON_WAY, 1, 1 },
		{ TRACE_LOSS_ON_WAY, 1, 1 } };
	struct trace_rounds *r = four_rounds();

	for (uint32_t ttl = 1; ttl <= 4; ttl++) {
		struct trace_loss loss = trace_rounds_loss(r, ttl);

		CHECK_INT(loss.kind, want[ttl - 1].kind);
		CHECK_INT(loss.lost, want[ttl - 1].lost);
		CHECK_INT(loss.on_way, want[ttl - 1].on_way);
	}
	trace_rounds_free(r);
}

/* Once the target is known, a round goes no further and does not wait long for it; a way that grows
 * is followed. */
TEST(a_round_learns_from_those_before)
{
	struct trace_rounds *r = trace_rounds_new();
	struct trace_conf next = trace_rounds_next(r, &conf.trace);
	uint16_t first = next.first_number;

	CHECK_INT(next.max_hops, 8);
	ROUND(HOP(1), TARGET(10));
	next = trace_rounds_next(r, &conf.trace);
	CHECK(next.first_number != first);
	CHECK_INT(next.max_hops, 2);
	CHECK_INT(duration_ms(next.wait), 1040);
	ROUND(HOP(1), HOP(0));
	CHECK_INT(trace_rounds_hops(r), 2);
	next = trace_rounds_next(r, &conf.trace);
	CHECK_INT(next.max_hops, 2);
	ROUND(HOP(1), HOP(10));
	next = trace_rounds_next(r, &conf.trace);
	CHECK_INT(next.max_hops, 8);
	ROUND(HOP(1), HOP(10), TARGET(12));
	CHECK_INT(trace_rounds_hops(r), 3);
	ROUND(TARGET(4));
	CHECK_INT(trace_rounds_hops(r), 1);
	trace_rounds_reset(r);
	CHECK_INT(trace_rounds_count(r), 0);
	CHECK_INT(trace_rounds_hops(r), 1);
	CHECK(!trace_rounds_reached(r));
	CHECK_INT(trace_rounds_hop(r, 1)->sent, 0);
	trace_rounds_free(r);
}

static const char *
find_name(const void *userdata, struct ip address)
{
	return address.bytes[3] == 1 ? userdata : NULL;
}

static const struct trace_report report = { .target = "any.example",
	.conf = &conf,
	.find_name = find_name,
	.userdata = "edge.example\033[2J",
	.answered_by = "am6-c3.medium.x86-01",
	.answered_site = "am6" };

/* Nothing is lost when the table does not fit: its figures stand behind their heads. */
TEST(the_report_in_a_narrow_terminal)
{
	struct trace_rounds *r = trace_rounds_new(), *four = four_rounds();
	struct trace_report narrow = report;
	struct strbuf b = { 0 }, wide = { 0 };

	ROUND(TARGET(30));
	narrow.columns = 40;
	trace_rounds_to_text(&narrow, r, &b);
	CHECK_STR(strbuf_get(&b),
	    "trace to any.example (203.0.113.10) by udp, 1 round, at most 8 hops\n"
	    "1  am6-c3.medium.x86-01  203.0.113.10\n"
	    "   lost 0.0%  no answer 0.0%  sent 1\n"
	    "   last ms 30.000  avg 30.000\n"
	    "   best 30.000  worst 30.000\n"
	    "   stdev 0.000\n"
	    "any.example is answered by am6-c3.medium.x86-01 (am6)\n");
	strbuf_done(&b);
	/* the table fits in 80 columns when names stand above figures */
	narrow.columns = 80;
	trace_rounds_to_text(&narrow, four, &wide);
	CHECK_STR(strbuf_get(&wide),
	    "trace to any.example (203.0.113.10) by udp, 4 rounds, at most 8 hops\n"
	    "    lost  no answer  sent  last ms     avg    best   worst  stdev\n"
	    "1  edge.example?[2J  198.51.100.1\n"
	    "    0.0%       0.0%     4    1.000   1.500   1.000   3.000  0.866\n"
	    "2  198.51.100.2\n"
	    "   25.0%      75.0%     4   10.000  10.000  10.000  10.000  0.000\n"
	    "3  198.51.100.3\n"
	    "   198.51.100.103\n"
	    "   25.0%      25.0%     4   24.000  22.000  20.000  24.000  1.633\n"
	    "4  am6-c3.medium.x86-01  203.0.113.10\n"
	    "   25.0%      25.0%     4   32.000  32.000  30.000  34.000  1.633\n"
	    "any.example is answered by am6-c3.medium.x86-01 (am6)\n");
	strbuf_done(&wide);
	trace_rounds_free(four);
	trace_rounds_free(r);
}

TEST(the_report)
{
	struct trace_rounds *r = four_rounds();
	struct strbuf b = { 0 };
	json_t *j, *hop;

	trace_rounds_to_text(&report, r, &b);
	/* clang-format off */
	CHECK_STR(strbuf_get(&b),
	    "trace to any.example (203.0.113.10) by udp, 4 rounds, at most 8 hops\n"
	    "                                          lost  no answer  sent  last ms     avg    best   worst  stdev\n"
	    "1  edge.example?[2J      198.51.100.1     0.0%       0.0%     4    1.000   1.500   1.000   3.000  0.866\n"
	    "2                        198.51.100.2    25.0%      75.0%     4   10.000  10.000  10.000  10.000  0.000\n"
	    "3                        198.51.100.3    25.0%      25.0%     4   24.000  22.000  20.000  24.000  1.633\n"
	    "                         198.51.100.103\n"
	    "4  am6-c3.medium.x86-01  203.0.113.10    25.0%      25.0%     4   32.000  32.000  30.000  34.000  1.633\n"
	    "any.example is answered by am6-c3.medium.x86-01 (am6)\n");
	/* clang-format on */
	strbuf_done(&b);
	j = trace_rounds_to_json(&report, r);
	CHECK_INT(json_integer_value(json_object_get(j, "rounds")), 4);
	CHECK(json_is_true(json_object_get(j, "reached")));
	hop = json_array_get(json_object_get(j, "hops"), 1);
	CHECK_INT(json_integer_value(json_object_get(hop, "sent")), 4);
	CHECK_INT(json_integer_value(json_object_get(hop, "lost")), 3);
	CHECK_INT(json_integer_value(json_object_get(hop, "lost_on_way")), 1);
	hop = json_array_get(json_object_get(j, "hops"), 3);
	CHECK(json_real_value(json_object_get(hop, "stdev_ms")) == 1.632);
	CHECK_STR(json_string_value(json_object_get(j, "answered_by")), "am6-c3.medium.x86-01");
	json_decref(j);
	trace_rounds_free(r);
}

/* A frame, without what the table above has shown to be right. */
static char *
frame(const struct trace_live *live, const struct trace_rounds *r)
{
	struct strbuf b = { 0 };

	trace_live_to_text(live, &report, r, &b);
	return strbuf_take(&b);
}

static void
check_frame(const struct trace_live *live, const char *want)
{
	struct trace_rounds *r = four_rounds();
	char *got = frame(live, r);

	CHECK_STR(got, want);
	free(got);
	trace_rounds_free(r);
}

/* clang-format off */
TEST(a_narrow_frame)
{
	struct trace_live live = { .columns = 40, .rows = 10 };

	check_frame(&live,
	    "any.example (203.0.113.10) by udp, roun~\n"
	    "                    lost last ms     avg\n"
	    " 1 edge.example?[~    0%    1.00    1.50\n"
	    " 2 198.51.100.2      25%    10.0    10.0\n"
	    " 3 198.51.100.103    25%    24.0    22.0\n"
	    " 4 am6-c3.medium.~   25%    32.0    32.0\n"
	    "q quit  r reset  d display  p pause  n ~");
	live.display = TRACE_LIVE_HISTORY;
	check_frame(&live,
	    "any.example (203.0.113.10) by udp, roun~\n"
	    "                    lost         history\n"
	    " 1 edge.example?[~    0%            ▁▁▁▁\n"
	    " 2 198.51.100.2      25%            ▃???\n"
	    " 3 198.51.100.103    25%            ▅▆?▆\n"
	    " 4 am6-c3.medium.~   25%            ██?█\n"
	    "q quit  r reset  d display  p pause  n ~");
	live.ascii = live.numeric = live.paused = true;
	live.rows = 5; /* the last two hops */
	check_frame(&live,
	    "PAUSED any.example (203.0.113.10) by ud~\n"
	    "                    lost         history\n"
	    " 3 198.51.100.103    25%            56?6\n"
	    " 4 203.0.113.10      25%            88?8\n"
	    "q quit  r reset  d display  p pause  n ~");
}

TEST(a_wide_frame)
{
	check_frame(&(struct trace_live){ .columns = 120, .rows = 10 },
	    "any.example (203.0.113.10) by udp, round 4, am6-c3.medium.x86-01 (am6)                                                  \n"
	    "                                        lost no answer  sent last ms     avg    best   worst   stdev             history\n"
	    " 1 edge.example?[2J                       0%        0%     4    1.00    1.50    1.00    3.00    0.87                ▁▁▁▁\n"
	    " 2 198.51.100.2                          25%       75%     4    10.0    10.0    10.0    10.0    0.00                ▃???\n"
	    " 3 198.51.100.103                        25%       25%     4    24.0    22.0    20.0    24.0    1.63                ▅▆?▆\n"
	    " 4 am6-c3.medium.x86-01                  25%       25%     4    32.0    32.0    30.0    34.0    1.63                ██?█\n"
	    "q quit  r reset  d display  p pause  n names  ? help                                                                    ");
}

/* clang-format on */

/* Whatever the size, no line is longer, and there are no more of them. */
TEST(frames_of_any_size_fit)
{
	struct trace_rounds *r = four_rounds();

	for (size_t columns = TRACE_LIVE_COLUMNS_MIN; columns < 300; columns++) {
		struct trace_live live = { .columns = columns,
			.rows = 4 + columns % 7,
			.display = columns % 2,
			.help = columns % 5 == 0,
			.ascii = true };
		char *got = frame(&live, r), *line = got;
		size_t lines = 1;

		for (char *p = strchr(got, '\n'); p; p = strchr(line, '\n'), lines++) {
			if ((size_t)(p - line) > columns)
				tap_fail(__FILE__, __LINE__, "%zu of %zu: %.*s", (size_t)(p - line),
				    columns, (int)(p - line), line);
			line = p + 1;
		}
		CHECK(strlen(line) <= columns);
		CHECK(lines <= live.rows);
		free(got);
	}
	trace_rounds_free(r);
}

TEST(keys)
{
	struct trace_live live = { 0 };

	CHECK_INT(trace_live_key(&live, 'x'), TRACE_LIVE_NONE);
	CHECK_INT(trace_live_key(&live, 'd'), TRACE_LIVE_REPAINT);
	CHECK_INT(live.display, TRACE_LIVE_HISTORY);
	CHECK_INT(trace_live_key(&live, 'd'), TRACE_LIVE_REPAINT);
	CHECK_INT(live.display, TRACE_LIVE_FIGURES);
	CHECK_INT(trace_live_key(&live, 'p'), TRACE_LIVE_PAUSE);
	CHECK(live.paused);
	CHECK_INT(trace_live_key(&live, ' '), TRACE_LIVE_PAUSE);
	CHECK(!live.paused);
	CHECK_INT(trace_live_key(&live, 'n'), TRACE_LIVE_REPAINT);
	CHECK(live.numeric);
	CHECK_INT(trace_live_key(&live, '?'), TRACE_LIVE_REPAINT);
	CHECK(live.help);
	CHECK_INT(trace_live_key(&live, 'x'), TRACE_LIVE_REPAINT);
	CHECK(!live.help);
	CHECK_INT(trace_live_key(&live, 'r'), TRACE_LIVE_RESET);
	CHECK_INT(trace_live_key(&live, 'q'), TRACE_LIVE_QUIT);
}

TEST(lines_for_a_dumb_terminal)
{
	struct trace_rounds *r = trace_rounds_new();
	struct strbuf b = { 0 };

	trace_live_to_line(&report, r, &b);
	ROUND(HOP(1), HOP(0));
	trace_live_to_line(&report, r, &b);
	ROUND(HOP(1), TARGET(10));
	trace_live_to_line(&report, r, &b);
	ROUND(HOP(1), HOP(0));
	trace_live_to_line(&report, r, &b);
	CHECK_STR(strbuf_get(&b), "round 0: any.example, 1 hop, not reached\n"
				  "round 1: any.example, 1 hop, not reached\n"
				  "round 2: any.example, 2 hops, 10.000 ms; lost 1 of 2\n"
				  "round 3: any.example, 2 hops, no answer; lost 2 of 3\n");
	strbuf_done(&b);
	trace_rounds_free(r);
}
