/* What Prometheus reads; that promtool accepts all of ours is tested with the agent, tests/lab. */
#include "base/prom.h"

#include <math.h>

#include "tap.h"

static void
check(struct strbuf *out, const char *want)
{
	CHECK_STR(strbuf_get(out), want);
	strbuf_done(out);
}

TEST(families_and_samples)
{
	struct strbuf out = { 0 };

	prom_family(&out, "nearcast_things_total", PROM_COUNTER, "Things.");
	prom_count(&out, "nearcast_things_total", NULL, UINT64_MAX);
	prom_count(&out, "nearcast_things_total",
	    (prom_labels){ { "service", "web" }, { "kind", NULL }, { "at", "am6" } }, 0);
	prom_family(&out, "nearcast_share", PROM_GAUGE, "A share.");
	prom_number(&out, "nearcast_share", (prom_labels){ { "kind", NULL } }, 0.25);
	check(&out, "# HELP nearcast_things_total Things.\n"
		    "# TYPE nearcast_things_total counter\n"
		    "nearcast_things_total 18446744073709551615\n"
		    "nearcast_things_total{service=\"web\",at=\"am6\"} 0\n"
		    "# HELP nearcast_share A share.\n"
		    "# TYPE nearcast_share gauge\n"
		    "nearcast_share 0.25\n");
}

TEST(any_text_is_escaped)
{
	struct strbuf out = { 0 };

	prom_family(&out, "x", PROM_GAUGE, "a \"quote\", a \\ and\na line");
	prom_count(&out, "x", (prom_labels){ { "l", "a \"quote\", a \\ and\na line" } }, 1);
	check(&out, "# HELP x a \"quote\", a \\\\ and\\na line\n"
		    "# TYPE x gauge\n"
		    "x{l=\"a \\\"quote\\\", a \\\\ and\\na line\"} 1\n");
}

/* Prometheus refuses a whole file for one label that is no UTF-8. */
TEST(text_from_outside_is_cleaned)
{
	struct strbuf out = { 0 };

	prom_count(
	    &out, "x", (prom_labels){ { "l", "\x1b[31m\x01 caf\xe9 caf\xc3\xa9\tz\xc3" } }, 1);
	check(&out, "x{l=\"?[31m? caf? caf\xc3\xa9?z?\"} 1\n");
}

TEST(numbers)
{
	struct strbuf out = { 0 };

	prom_number(&out, "x", NULL, NAN);
	prom_number(&out, "x", NULL, INFINITY);
	prom_number(&out, "x", NULL, -INFINITY);
	prom_number(&out, "x", NULL, -1);
	prom_number(&out, "x", NULL, 1795963374.123456);
	prom_number(&out, "x", NULL, 0.000001);
	check(&out, "x NaN\nx +Inf\nx -Inf\nx -1\nx 1795963374.12346\nx 1e-06\n");
}

TEST(all_labels)
{
	struct strbuf out = { 0 };

	prom_count(&out, "x",
	    (prom_labels){ { "a", "1" }, { "b", "2" }, { "c", "3" }, { "d", "4" }, { "e", "5" } },
	    7);
	check(&out, "x{a=\"1\",b=\"2\",c=\"3\",d=\"4\",e=\"5\"} 7\n");
}

TEST(histograms)
{
	struct strbuf out = { 0 };
	struct histogram h = { 0 };

	histogram_add(&h, DURATION_US(100)); /* a bound belongs to the bucket below it */
	histogram_add(&h, DURATION_US(101));
	histogram_add(&h, DURATION_NS(-5));
	histogram_add(&h, DURATION_S(60));
	prom_histogram(&out, "x", (prom_labels){ { "e", "soft" } }, &h);
	check(&out, "x_bucket{e=\"soft\",le=\"0.0001\"} 2\n"
		    "x_bucket{e=\"soft\",le=\"0.00025\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.0005\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.001\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.0025\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.005\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.01\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.025\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.05\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.1\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"0.5\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"1\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"10\"} 3\n"
		    "x_bucket{e=\"soft\",le=\"+Inf\"} 4\n"
		    "x_sum{e=\"soft\"} 60.000201\n"
		    "x_count{e=\"soft\"} 4\n");
}
