#include "measure/inflation.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

#define NAMES                                                                                      \
	"{\"names\":["                                                                             \
	"{\"address\":\"192.0.2.1\",\"site\":\"am6\",\"latitude\":52.37,\"longitude\":4.9},"       \
	"{\"address\":\"192.0.2.2\",\"site\":\"sg1\",\"latitude\":1.29,\"longitude\":103.85},"     \
	"{\"address\":\"192.0.2.3\",\"site\":\"nowhere\"}]}"

static const struct geo_point edinburgh = { 55.95, -3.19 };

static void
answer(struct probe_summary *s, const char *site, int64_t ms)
{
	struct probe_record r = { .site = site ? xstrdup(site) : NULL,
		.phases = { [PROBE_TOTAL] = DURATION_MS(ms) } };

	probe_summary_add(s, &r);
	probe_record_done(&r);
}

static void
finish(struct probe_summary *s, size_t count)
{
	for (size_t i = 0; i < count; i++)
		probe_summary_finish(&s[i]);
}

static void
done(struct probe_summary *s, size_t count)
{
	for (size_t i = 0; i < count; i++)
		probe_summary_done(&s[i]);
}

TEST(latency_is_over_the_best_of_the_family)
{
	static const struct probe_target targets[] = {
		{ .name = "any IPv4", .family = IP_V4 },
		{ .name = "any IPv6", .family = IP_V6 },
		{ .name = "am6 IPv4", .family = IP_V4, .reference = true },
		{ .name = "am6 IPv6", .family = IP_V6, .reference = true },
		{ .name = "sg1", .reference = true },
	};
	static const int64_t took[] = { 30, 40, 20, 25, 10 };
	struct probe_summary s[5] = { 0 };
	struct inflation n[5];

	for (size_t i = 0; i < 5; i++)
		answer(&s[i], NULL, took[i]);
	finish(s, 5);
	inflation_compute(targets, s, 5, NULL, NULL, n);
	CHECK(n[0].has_latency && duration_ms(n[0].latency) == 10 && n[0].ratio == 1.5);
	CHECK(n[1].has_latency && duration_ms(n[1].latency) == 15);
	CHECK(!n[0].has_km);
	/* the other family is no measure, nor is a name without references */
	inflation_compute(targets, s, 3, NULL, NULL, n);
	CHECK(n[0].has_latency && !n[1].has_latency);
	inflation_compute(targets, s, 2, NULL, NULL, n);
	CHECK(!n[0].has_latency && !n[1].has_latency);
	done(s, 5);
}

/* The best is that of the medians, for the tail as well. */
TEST(the_tail_is_compared_with_that_of_the_best)
{
	static const struct probe_target targets[] = {
		{ .name = "any" },
		{ .name = "am6", .reference = true },
		{ .name = "sg1", .reference = true },
	};
	static const int64_t took[3][3] = { { 30, 31, 90 }, { 20, 20, 60 }, { 25, 25, 25 } };
	struct probe_summary s[3] = { 0 };
	struct inflation n[3];

	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++)
			answer(&s[i], NULL, took[i][k]);
	finish(s, 3);
	inflation_compute(targets, s, 3, NULL, NULL, n);
	CHECK_INT(duration_ms(n[0].latency), 11);
	/* 84.1 - 56 */
	CHECK_INT(n[0].latency_p95.ns / NS_PER_US, 28100);
	CHECK(n[1].is_best && n[1].latency_p95.ns == 0);
	done(s, 3);
}

TEST(an_address_tells_its_family)
{
	static const struct probe_target targets[] = {
		{ .name = "any IPv4", .family = IP_V4 },
		{ .name = "any IPv6", .family = IP_V6 },
		{ .name = "am6", .address = { .family = IP_V4 }, .reference = true },
	};
	struct probe_summary s[3] = { 0 };
	struct inflation n[3];

	for (size_t i = 0; i < 3; i++)
		answer(&s[i], NULL, 30 - (int64_t)i);
	finish(s, 3);
	inflation_compute(targets, s, 3, NULL, NULL, n);
	CHECK(n[0].has_latency && duration_ms(n[0].latency) == 2 && !n[1].has_latency);
	done(s, 3);
}

TEST(kinds_are_not_compared)
{
	static const struct probe_target targets[] = {
		{ .name = "web" },
		{ .name = "dns", .parsed = { .kind = PROBE_DNS } },
		{ .name = "am6", .reference = true },
	};
	struct probe_summary s[3] = { 0 };
	struct inflation n[3];

	answer(&s[0], NULL, 40);
	answer(&s[1], NULL, 20);
	answer(&s[2], NULL, 35);
	finish(s, 3);
	inflation_compute(targets, s, 3, NULL, NULL, n);
	CHECK(n[0].has_latency && duration_ms(n[0].latency) == 5 && !n[1].has_latency);
	/* nor without references */
	inflation_compute(targets, s, 2, NULL, NULL, n);
	CHECK(!n[0].has_latency && !n[1].has_latency);
	done(s, 3);
}

/* Whichever stands first, and for each family the best of its own. */
TEST(each_kind_and_family_has_its_best)
{
	static const struct probe_target targets[] = {
		{ .name = "dns", .parsed = { .kind = PROBE_DNS } },
		{ .name = "web IPv4", .family = IP_V4 },
		{ .name = "web IPv6", .family = IP_V6 },
		{ .name = "am6 IPv4", .family = IP_V4, .reference = true },
		{ .name = "am6 IPv6", .family = IP_V6, .reference = true },
	};
	static const int64_t took[] = { 20, 40, 50, 35, 41 };
	struct probe_summary s[5] = { 0 };
	struct inflation n[5];
	struct strbuf text = { 0 };

	for (size_t i = 0; i < 5; i++)
		answer(&s[i], NULL, took[i]);
	finish(s, 5);
	inflation_compute(targets, s, 5, NULL, NULL, n);
	CHECK(!n[0].is_best && !n[1].is_best && !n[2].is_best && n[3].is_best && n[4].is_best);
	probe_to_text(targets, s, n, 5, (struct probe_look){ 0 }, &text);
	CHECK_STR(strstr(strbuf_get(&text), "target"),
	    "target    requests  failed  answered by  from the best\n"
	    "dns              1       0  not said\n"
	    "web IPv4         1       0  not said          +5.00 ms  1.14×\n"
	    "web IPv6         1       0  not said          +9.00 ms  1.22×\n"
	    "am6 IPv4         1       0  not said          the best\n"
	    "am6 IPv6         1       0  not said          the best\n");
	strbuf_done(&text);
	done(s, 5);
}

TEST(kilometres_are_over_the_nearest_site)
{
	static const struct probe_target targets[] = { { .name = "near" }, { .name = "both" },
		{ .name = "unknown" }, { .name = "silent" } };
	struct probe_summary s[4] = { 0 };
	struct names *names = NULL;
	struct inflation n[4];
	struct err e = { 0 };

	REQUIRE(names_load_text("names", NAMES, strlen(NAMES), &names, &e) == 0);
	answer(&s[0], "am6", 1);
	answer(&s[1], "am6", 1);
	answer(&s[1], "sg1", 1);
	answer(&s[2], "nowhere", 1);
	answer(&s[3], NULL, 1);
	finish(s, 4);
	inflation_compute(targets, s, 4, names, &edinburgh, n);
	REQUIRE(n[0].has_km && n[1].has_km);
	CHECK(fabs(n[0].km) < 1e-6 && fabs(n[0].nearest_km - 660) < 5);
	CHECK_STR(n[0].nearest, "am6");
	/* half of the answers came from 10,900 km away */
	CHECK(fabs(n[1].km - (10930.0 - 660) / 2) < 50);
	CHECK(!n[2].has_km && !n[3].has_km);
	inflation_compute(targets, s, 4, names, NULL, n);
	CHECK(!n[0].has_km);
	names_free(names);
	done(s, 4);
}

TEST(places_are_read)
{
	static const char *const bad[] = { "", "1", "1,", "1;2", "1, 2", "1,2x", "nan,1", "1e1,2",
		"0x1,2", "--1,2" };
	struct geo_point p;

	CHECK_INT(geo_parse("55.95,-3.19", &p), 0);
	CHECK(p.latitude == 55.95 && p.longitude == -3.19);
	CHECK(geo_parse("91,0", &p) < 0 && geo_parse("0,-181", &p) < 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (geo_parse(bad[i], &p) == 0)
			tap_fail(__FILE__, __LINE__, "\"%s\" was taken", bad[i]);
	}
}
