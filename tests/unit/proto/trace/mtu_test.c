/* The search for the MTU against a network that is a table of links, in virtual time. */
#include "proto/trace/mtu.h"

#include <stdlib.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "tap.h"

#define HOPS_MAX 8

/* The link before a hop, and the hop. */
struct hop {
	uint32_t mtu;
	bool hole;      /* the router before it does not say when that is too much */
	bool old;       /* it says so, but not how much it takes */
	bool silent;    /* the hop does not answer anything */
	bool shy;       /* it answers small packets only, but forwards all */
	unsigned limit; /* it answers so many probes, and then one a second */
	unsigned spent;
	int64_t spent_since;
};

struct world {
	struct hop hops[HOPS_MAX];
	uint32_t count;
	enum ip_family family;
	struct instant now;
	unsigned sent;
	unsigned lose; /* the first so many large ones are lost */
};

static struct ip
hop_address(uint32_t ttl)
{
	return ip_from_v4(0xc6336400 + ttl); /* 198.51.100.ttl */
}

/* A trace of that way which is over. */
static struct trace *
walk(const struct world *w)
{
	struct trace_conf conf = { .target = hop_address(w->count),
		.max_hops = w->count,
		.queries = 1,
		.parallel = 16,
		.wait = DURATION_S(1) };
	struct trace *t = trace_new(&conf);
	struct trace_probe probe;

	for (int i = 0; i < 100 && !trace_is_over(t); i++) {
		struct instant now = { i * NS_PER_S };

		while (trace_take_probe(t, now, &probe)) {
			struct trace_reply reply = { .from = hop_address(probe.ttl),
				.kind = probe.ttl == w->count ? TRACE_REACHED : TRACE_EXCEEDED,
				.icmp = true,
				.numbered = true,
				.number = probe.number,
				.at = instant_add(now, DURATION_MS(probe.ttl)) };

			if (!w->hops[probe.ttl].silent)
				CHECK(trace_input(t, &reply));
		}
		trace_expire(t, (struct instant){ now.ns + 2 * NS_PER_S });
	}
	CHECK(trace_is_over(t));
	return t;
}

static bool
may_speak(struct world *w, struct hop *hop)
{
	int64_t earned = (w->now.ns - hop->spent_since) / NS_PER_S;

	if (hop->limit == 0)
		return true;
	if (hop->spent > 0 && earned > 0) {
		hop->spent -= MIN(hop->spent, (unsigned)earned);
		hop->spent_since = w->now.ns;
	}
	if (hop->spent >= hop->limit)
		return false;
	if (hop->spent++ == 0)
		hop->spent_since = w->now.ns;
	return true;
}

/* What the network makes of a probe; false: nothing. */
static bool
answer(struct world *w, struct trace_probe probe, struct trace_reply *ret)
{
	bool v4 = w->family == IP_V4, large = probe.size > 100;

	*ret = (struct trace_reply){
		.icmp = true, .numbered = true, .number = probe.number, .at = w->now
	};
	if (large && w->lose > 0 && w->lose--)
		return false;
	for (uint32_t ttl = 1; ttl <= probe.ttl; ttl++) {
		struct hop *hop = &w->hops[ttl];

		if (probe.size <= hop->mtu)
			continue;
		ret->from = hop_address(ttl - 1);
		ret->type = v4 ? 3 : 2;
		ret->code = v4 ? 4 : 0;
		ret->mtu = hop->old ? 0 : hop->mtu;
		ret->kind = TRACE_OTHER;
		return !hop->hole && may_speak(w, hop);
	}
	ret->from = hop_address(probe.ttl);
	ret->kind = probe.ttl == w->count ? TRACE_REACHED : TRACE_EXCEEDED;
	ret->type = v4 ? 11 : 3;
	return !w->hops[probe.ttl].silent && !(large && w->hops[probe.ttl].shy) &&
	       may_speak(w, &w->hops[probe.ttl]);
}

/* "1500, 2>1400, 3!1280: 1280 to 4" */
static char *
describe(const struct trace_mtu *m)
{
	const struct trace_mtu_fall *falls;
	size_t count = trace_mtu_falls(m, &falls);
	struct strbuf b = { 0 };
	uint32_t hop, size = trace_mtu_path(m, &hop);

	strbuf_addf(&b, "%u", trace_mtu_own(m));
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(
		    &b, ", %u%c%u", falls[i].hop, falls[i].silent ? '!' : '>', falls[i].mtu);
		if (falls[i].hop > 0)
			CHECK(ip_equal(falls[i].from, hop_address(falls[i].hop)));
	}
	strbuf_addf(&b, ": %u to %u", size, hop);
	return strbuf_take(&b);
}

static void
check_way(struct world *w, const char *want)
{
	struct trace *t;
	struct trace_mtu *m;
	char *got;

	w->family = w->family ? w->family : IP_V4;
	while (w->count + 1 < HOPS_MAX && w->hops[w->count + 1].mtu > 0)
		w->count++;
	t = walk(w);
	m = trace_mtu_new(t, w->family, DURATION_S(1));
	trace_free(t);
	for (int i = 0; i < 1000 && !trace_mtu_is_over(m); i++) {
		struct trace_probe probe;
		struct trace_reply reply;
		bool answered = false;

		if (trace_mtu_take_probe(m, w->now, &probe)) {
			w->sent++;
			CHECK(!trace_mtu_take_probe(m, w->now, &probe)); /* one at a time */
			if (probe.size > w->hops[1].mtu)
				trace_mtu_too_big_here(m, w->hops[1].mtu);
			else if ((answered = answer(w, probe, &reply)))
				CHECK(trace_mtu_input(m, &reply));
		}
		if (!answered && !trace_mtu_is_over(m))
			w->now = instant_max(w->now, trace_mtu_deadline(m));
		trace_mtu_expire(m, w->now);
	}
	CHECK(trace_mtu_is_over(m));
	CHECK(instant_is_never(trace_mtu_deadline(m)));
	got = describe(m);
	CHECK_STR(got, want);
	free(got);
	trace_mtu_free(m);
}

TEST(the_same_all_the_way)
{
	struct world w = { .hops = { [1] = { .mtu = 1500 }, { .mtu = 9000 }, { .mtu = 1500 } } };

	check_way(&w, "1500: 1500 to 3");
	CHECK_INT(w.sent, 4);
	CHECK_INT(w.now.ns, 0);
}

TEST(it_falls_twice)
{
	struct world w = {
		.hops = { [1] = { .mtu = 9000 }, { .mtu = 9000 }, { .mtu = 1500 }, { .mtu = 1400 } }
	};

	check_way(&w, "9000, 2>1500, 3>1400: 1400 to 4");
}

TEST(an_old_router_does_not_say_how_much)
{
	struct world w = {
		.hops = { [1] = { .mtu = 1500 }, { .mtu = 1500 }, { .mtu = 1400, .old = true } }
	};

	/* 1492 is still too much, 1006 is not */
	check_way(&w, "1500, 2>1492, 2>1006: 1006 to 3");
}

TEST(a_black_hole_is_named_and_measured)
{
	struct world w = { .hops = { [1] = { .mtu = 1500 },
			       { .mtu = 1500 },
			       { .mtu = 1404, .hole = true },
			       { .mtu = 1500 } } };

	check_way(&w, "1500, 2!1404: 1404 to 4");
	CHECK(w.now.ns < 30 * NS_PER_S);
}

TEST(a_black_hole_at_the_last_link)
{
	struct world w = { .family = IP_V6,
		.hops = { [1] = { .mtu = 1500 }, { .mtu = 1480 }, { .mtu = 1300, .hole = true } } };

	check_way(&w, "1500, 1>1480, 2!1300: 1300 to 3");
}

TEST(behind_a_black_hole_it_may_fall_again)
{
	struct world w = {
		.hops = { [1] = { .mtu = 1500 }, { .mtu = 1450, .hole = true }, { .mtu = 1300 } }
	};

	/* what the second router says of sizes that got through is found when the walk goes on */
	check_way(&w, "1500, 1!1450, 2>1300: 1300 to 3");
}

TEST(shy_and_silent_hops_are_no_black_holes)
{
	struct world w = { .hops = { [1] = { .mtu = 1500 },
			       { .mtu = 1500, .shy = true },
			       { .mtu = 1500, .silent = true },
			       { .mtu = 1500 } } };

	check_way(&w, "1500: 1500 to 4");
}

TEST(loss_is_no_black_hole)
{
	struct world w = { .hops = { [1] = { .mtu = 1500 }, { .mtu = 1500 } }, .lose = 4 };

	check_way(&w, "1500: 1500 to 2");
}

/* Linux limits "port unreachable" to six at once, and then one a second. */
TEST(limits_of_the_target_are_no_black_hole)
{
	struct world w = { .hops = { [1] = { .mtu = 1500 }, { .mtu = 1500, .limit = 1 } } };

	w.hops[2].spent = 1;
	check_way(&w, "1500: 1500 to 2");
	w = (struct world){ .hops = { [1] = { .mtu = 1500 },
				{ .mtu = 1404, .hole = true, .limit = 3 } } };
	check_way(&w, "1500, 1!1404: 1404 to 2");
}

TEST(what_is_forged_does_not_count)
{
	struct world w = {
		.count = 2, .family = IP_V6, .hops = { [1] = { .mtu = 1500 }, { .mtu = 1500 } }
	};
	struct trace *t = walk(&w);
	struct trace_mtu *m = trace_mtu_new(t, IP_V6, DURATION_S(1));
	struct trace_reply reply = { .from = hop_address(1),
		.kind = TRACE_OTHER,
		.icmp = true,
		.type = 2,
		.numbered = true,
		.mtu = 600 };
	struct trace_probe probe;
	uint32_t hop;

	trace_free(t);
	CHECK(trace_mtu_take_probe(m, w.now, &probe));
	trace_mtu_too_big_here(m, 1500);
	CHECK(trace_mtu_take_probe(m, w.now, &probe));
	reply.number = probe.number;
	CHECK(!trace_mtu_input(m, &reply)); /* less than IPv6 has */
	reply.number++;
	reply.mtu = 1400;
	CHECK(!trace_mtu_input(m, &reply)); /* not sent yet */
	reply.number = 3;
	CHECK(!trace_mtu_input(m, &reply)); /* a late one of the trace */
	/* one who tells of smaller and smaller links is not followed for ever */
	for (uint32_t mtu = 1499; mtu > 1290 && !trace_mtu_is_over(m); mtu--) {
		reply.number = probe.number;
		reply.mtu = mtu;
		CHECK(trace_mtu_input(m, &reply));
		CHECK(trace_mtu_take_probe(m, w.now, &probe) != trace_mtu_is_over(m));
	}
	CHECK(trace_mtu_is_over(m));
	CHECK_INT(trace_mtu_path(m, &hop), 0);
	CHECK(!trace_mtu_input(m, &reply));
	trace_mtu_free(m);
}
