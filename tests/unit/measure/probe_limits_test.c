#include "measure/probe_limits.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

static const struct probe_target targets[] = {
	{ .name = "any" },
	{ .name = "am6", .reference = true },
};

static void
answer(struct probe_summary *s, const char *site, int64_t ms)
{
	struct probe_record r = { .served_by = xstrdup("host"),
		.site = site ? xstrdup(site) : NULL,
		.phases = { [PROBE_TOTAL] = DURATION_MS(ms) } };

	probe_summary_add(s, &r);
	probe_record_done(&r);
}

static void
fail(struct probe_summary *s)
{
	struct probe_record r = { .error = xstrdup("timed out") };

	probe_summary_add(s, &r);
	probe_record_done(&r);
}

/* "STATE: reasons" of what was answered so, with the limits. */
static const char *
judge(struct probe_summary *s, const char *warn, const char *critical)
{
	static char text[1024];
	struct probe_limits limits[2] = { 0 };
	struct inflation inflations[2];
	struct strbuf reasons = { 0 };
	struct err e = { 0 };
	enum probe_state state;

	if ((*warn && probe_limits_parse(&limits[0], warn, &e) < 0) ||
	    (*critical && probe_limits_parse(&limits[1], critical, &e) < 0))
		return strcpy(text, e.message);
	for (int i = 0; i < 2; i++)
		probe_summary_finish(&s[i]);
	inflation_compute(targets, s, 2, NULL, NULL, inflations);
	state = probe_judge(
	    &(struct probe_judgement){ targets, s, inflations, 2, &limits[0], &limits[1] },
	    &reasons);
	(void)snprintf(text, sizeof(text), "%s: %s", probe_state_name(state), strbuf_get(&reasons));
	strbuf_done(&reasons);
	return text;
}

static void
done(struct probe_summary *s)
{
	for (int i = 0; i < 2; i++)
		probe_summary_done(&s[i]);
}

TEST(limits_that_are_none)
{
	struct probe_limits l = { 0 };
	static const char *const bad[] = { "", "median", "median=50", "median=-1ms", "loss=5",
		"loss=101%", "loss=5%%", "km=far", "km=1km", "site=", "speed=1ms",
		"median=1ms,,loss=5%", "km=1e3", "km=0x10" };
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct probe_limits one = { 0 };

		if (probe_limits_parse(&one, bad[i], &e) != -EINVAL)
			tap_fail(__FILE__, __LINE__, "\"%s\" was taken", bad[i]);
	}
	CHECK(probe_limits_is_empty(&l));
	CHECK_INT(probe_limits_parse(&l, "median=50ms,loss=0.5%,km=500,site=am6,site=ams", &e), 0);
	CHECK(!probe_limits_is_empty(&l));
	CHECK_INT(probe_limits_parse(&l, "median=60ms", &e), -EINVAL);
	CHECK_STR(e.message, "median is given twice");
}

#define KM_UNKNOWN                                                                                 \
	"geographic inflation is not known (it needs to know who answered, and the places of the " \
	"sites (--names) and of this client (--at))"

TEST(each_limit_is_judged)
{
	struct probe_summary s[2] = { 0 };

	for (int i = 0; i < 9; i++)
		answer(&s[0], i < 8 ? "am6" : "sg1", 70);
	fail(&s[0]);
	answer(&s[1], "am6", 60);
	CHECK_STR(judge(s, "median=70ms,loss=10%,inflation=10ms,site=am6,site=sg1", ""), "OK: ");
	CHECK_STR(judge(s, "median=69ms", ""), "WARNING: any: median 70.00 ms is above 69.00 ms");
	CHECK_STR(judge(s, "median=1ms,p95=1ms", "median=50ms"),
	    "CRITICAL: any: median 70.00 ms is above 50.00 ms; any: p95 70.00 ms is above 1.00 ms");
	CHECK_STR(judge(s, "", "loss=9.5%"), "CRITICAL: any: loss 10.00 % is above 9.50 %");
	CHECK_STR(judge(s, "inflation=9ms", ""),
	    "WARNING: any: latency inflation 10.00 ms is above 9.00 ms");
	CHECK_STR(judge(s, "site=am6", ""), "WARNING: any: answered at site sg1");
	CHECK_STR(judge(s, "km=1", ""), "UNKNOWN: any: " KM_UNKNOWN);
	/* what is known to be bad counts more than what is not known */
	CHECK_STR(judge(s, "km=1,median=1ms", ""),
	    "WARNING: any: median 70.00 ms is above 1.00 ms; any: " KM_UNKNOWN);
	done(s);
}

TEST(nobody_answers)
{
	struct probe_summary s[2] = { 0 };

	CHECK_STR(judge(s, "median=1s", ""), "UNKNOWN: any: nothing was asked");
	fail(&s[0]);
	CHECK_STR(judge(s, "median=1s", ""), "CRITICAL: any: no answer (timed out)");
	answer(&s[0], NULL, 1);
	CHECK_STR(judge(s, "", "site=am6"), "UNKNOWN: any: no answer said its site");
	done(s);
}

TEST(the_line_of_a_plugin)
{
	struct probe_summary s[2] = { 0 };
	static const struct probe_target odd[] = { { .name = "it's|a=b" },
		{ .name = "am6", .reference = true } };
	struct inflation inflations[2] = {
		{ .has_latency = true, .latency = DURATION_MS(-2), .has_km = true, .km = 5548.56 },
	};
	struct probe_limits warning = { 0 }, critical = { 0 };
	const struct probe_judgement of = { odd, s, inflations, 2, &warning, &critical };
	struct strbuf reasons = { 0 }, b = { 0 };
	struct err e = { 0 };

	CHECK_INT(probe_limits_parse(&warning, "km=500,median=60ms,loss=5%", &e), 0);
	CHECK_INT(probe_limits_parse(&critical, "loss=50%,inflation=0.5ms", &e), 0);
	answer(&s[0], "am6", 70);
	fail(&s[1]);
	for (int i = 0; i < 2; i++)
		probe_summary_finish(&s[i]);
	CHECK_INT(probe_judge(&of, &reasons), PROBE_WARNING);
	CHECK_STR(strbuf_get(&reasons), "it's|a=b: median 70.00 ms is above 60.00 ms; "
					"it's|a=b: geographic inflation 5549 km is above 500 km");
	probe_state_to_text(PROBE_OK, "", &of, &b);
	CHECK_STR(strbuf_get(&b),
	    "PROBE OK: all within limits | 'it''s_a_b median'=70.000ms;~:60; "
	    "'it''s_a_b p95'=70.000ms 'it''s_a_b p99'=70.000ms 'it''s_a_b loss'=0.0%;~:5;~:50 "
	    "'it''s_a_b inflation'=-2.000ms;;~:0.5 'it''s_a_b km'=5548.6;~:500; "
	    "'am6 loss'=100.0%\n");
	strbuf_done(&reasons);
	strbuf_done(&b);
	done(s);
}
