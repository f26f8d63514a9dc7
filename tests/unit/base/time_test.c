#include "base/time.h"

#include <errno.h>

#include "tap.h"

TEST(parse_accepts_units_in_falling_order)
{
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {
		{ "0", 0 },
		{ "1ns", 1 },
		{ "250ms", 250 * NS_PER_MS },
		{ "1.5s", 1500 * NS_PER_MS },
		{ "1h30m", 5400 * NS_PER_S },
		{ "2d", 172800 * NS_PER_S },
		{ "0s", 0 },
		{ "1m0.5s", 60500 * NS_PER_MS },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct duration d = { -1 };

		CHECK_INT(duration_parse(rows[i].text, &d), 0);
		CHECK_INT(d.ns, rows[i].ns);
	}
}

TEST(parse_refuses_what_is_no_duration)
{
	static const char *const rows[] = { "", "5", "s", "-1s", "1 s", "1s ", "30m1h", "1m1m", "1x", "1.s",
		".", "1.5", "+1s", "1e3s" };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct duration d = { 42 };

		if (duration_parse(rows[i], &d) != -EINVAL)
			tap_fail(__FILE__, __LINE__, "\"%s\" was not refused", rows[i]);
		CHECK_INT(d.ns, 42);
	}
	struct duration d = { 42 };

	CHECK_INT(duration_parse("999999999d", &d), -ERANGE);
	CHECK_INT(duration_parse("0.0000000001s", &d), -ERANGE);
	CHECK_INT(d.ns, 42);
}

TEST(format_reads_back)
{
	char buf[DURATION_STR_MAX];

	CHECK_STR(duration_format(DURATION_MS(90500), buf), "1m30.5s");
	CHECK_STR(duration_format(DURATION_NS(1500000), buf), "1.5ms");
	CHECK_STR(duration_format(DURATION_NS(1000042), buf), "1.000042ms");
	CHECK_STR(duration_format(DURATION_NS(60000000001), buf), "1m1ns");
	CHECK_STR(duration_format(DURATION_NS(0), buf), "0");
	CHECK_STR(duration_format(DURATION_S(86400), buf), "1d");
	CHECK_STR(duration_format(DURATION_FOREVER, buf), "forever");
	/* the longest there is */
	CHECK_STR(duration_format(DURATION_NS(INT64_MAX - 1), buf), "106751d23h47m16.854775806s");
}

TEST(a_time_that_is_left_is_rounded)
{
	char text[DURATION_STR_MAX];

	CHECK_STR(duration_format(duration_round_s(DURATION_MS(59999)), text), "1m");
	CHECK_STR(duration_format(duration_round_s(DURATION_MS(59499)), text), "59s");
	CHECK_STR(duration_format(duration_round_s(DURATION_MS(1500)), text), "2s");
	CHECK_STR(duration_format(duration_round_s(DURATION_MS(0)), text), "0");
}

TEST(arithmetic_saturates)
{
	struct instant late = { INT64_MAX - 5 };

	CHECK(instant_is_never(instant_add(late, DURATION_S(1))));
	CHECK(instant_is_never(instant_add(INSTANT_NEVER, DURATION_S(1))));
	CHECK(instant_is_never(instant_add((struct instant){ 0 }, DURATION_FOREVER)));
	CHECK(!instant_reached(INSTANT_NEVER, late));
	CHECK(instant_reached(late, late));
	CHECK_INT(instant_diff((struct instant){ 10 }, (struct instant){ 15 }).ns, -5);
	CHECK_INT(duration_scale(DURATION_S(100), 3, 4).ns, 75 * NS_PER_S);
}
