#include "measure/report.h"

#include <math.h>

#include "measure/report_write.h"
#include "report_example.h"
#include "tap.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 0.05;
}

TEST(inflation_is_over_the_best_and_over_the_nearest)
{
	struct report r;
	const struct report_landing *l;

	report_example(&r);
	l = &r.clients[1].after; /* Lisbon, at New York */
	CHECK(near(l->inflation, 54.8));
	CHECK_INT(l->nearest_site, 0);
	CHECK(l->km > 5400 && l->km < 5450 && l->nearest_km > 1850 && l->nearest_km < 1880);
	CHECK(near(l->inflation_km, l->km - l->nearest_km));
	CHECK(isnan(r.clients[4].after.inflation) && isnan(r.clients[4].after.inflation_km));
	CHECK(isnan(r.clients[5].after.km) && near(r.clients[5].after.inflation, 0));
	report_done(&r);
}

TEST(amounts_are_of_those_that_answered)
{
	struct report r;

	report_example(&r);
	CHECK_INT(r.after.heard.clients, 6);
	CHECK(near(r.after.heard.weight, 2000) && near(r.after.heard.share, 100));
	CHECK_INT(r.after.several.clients, 1);
	CHECK(near(r.after.several.share, 6));
	CHECK_INT(r.sites[0].after.clients, 2);
	CHECK(near(r.sites[0].after.share, 21));
	CHECK_INT(r.sites[2].after.clients, 0);
	CHECK_INT(r.sites[2].before.clients, 6);
	CHECK_INT(r.after.compared.clients, 5);
	CHECK_INT(r.after.at_best.clients, 3);
	CHECK_INT(r.after.placed.clients, 4);
	CHECK_INT(r.after.at_nearest.clients, 2);
	CHECK(near(r.before.rtt.median, 75.2) && near(r.after.rtt.median, 86.5));
	report_done(&r);
}

TEST(those_a_better_site_could_serve_are_found_the_costliest_first)
{
	struct report r;

	report_example(&r);
	CHECK_INT(r.finding_count, 2);
	CHECK_INT(r.findings[0].client, 2);
	CHECK_INT(r.findings[0].better_site, 2);
	CHECK(near(r.findings[0].share, 45) && near(r.findings[0].better_rtt, 69));
	CHECK_INT(r.findings[1].client, 1);
	CHECK_INT(r.clients[1].finding, 1);
	CHECK_INT(r.clients[0].finding, REPORT_NONE);
	/* Edinburgh and Boston, and the one without a place; Tokyo is worse off */
	CHECK_INT(r.change.mended.clients, 3);
	CHECK_INT(r.change.worsened.clients, 1);
	report_done(&r);
}

/* Lisbon lands at New York, and nobody measured how far that is. */
static size_t
findings_with_limit(double km)
{
	struct report r;
	struct report_client *c;
	size_t found;

	report_init(&r);
	r.limits.km = km;
	report_add_site(&r, "am6")->place =
	    (struct report_place){ .has_point = true, .point = { 52.37, 4.90 } };
	report_add_site(&r, "ny5")->place =
	    (struct report_place){ .has_point = true, .point = { 40.71, -74.01 } };
	c = report_add_client(&r, "192.0.2.1");
	c->place = (struct report_place){ .has_point = true, .point = { 38.72, -9.14 } };
	c->after.heard = true;
	c->after.site = 1;
	report_compute(&r);
	found = r.finding_count;
	if (found > 0) {
		CHECK_INT(r.findings[0].better_site, 0);
		CHECK(isnan(r.findings[0].ms) && isnan(r.findings[0].better_rtt));
	}
	report_done(&r);
	return found;
}

TEST(kilometres_alone_are_a_finding_when_there_are_many)
{
	CHECK_INT(findings_with_limit(1000), 1);
	CHECK_INT(findings_with_limit(5000), 0);
}

TEST(a_distribution_is_thinned_and_keeps_its_ends)
{
	struct report r;
	const struct report_cdf *cdf = &r.after.latency_cdf;

	report_init(&r);
	(void)report_add_site(&r, "am6");
	for (int i = 0; i < 5000; i++) {
		struct report_client *c = report_add_client(&r, "192.0.2.1");

		c->after.heard = true;
		c->after.site = 0;
		c->after.rtt = 5000 - i;
	}
	report_compute(&r);
	CHECK(cdf->count > 400 && cdf->count <= REPORT_CDF_POINTS_MAX);
	CHECK(near(cdf->points[0].value, 1) && near(cdf->points[cdf->count - 1].value, 5000));
	CHECK(near(cdf->points[cdf->count - 1].share, 100));
	for (size_t i = 1; i < cdf->count; i++)
		CHECK(cdf->points[i].value > cdf->points[i - 1].value &&
		      cdf->points[i].share > cdf->points[i - 1].share);
	CHECK(near(r.after.rtt.p95, 4750));
	report_done(&r);
}

TEST(an_empty_report_is_one)
{
	struct report r;

	report_init(&r);
	report_compute(&r);
	CHECK(isnan(r.after.rtt.median) && r.after.latency_cdf.count == 0 && r.finding_count == 0);
	report_done(&r);
}

TEST(who_lands_at_the_best_site_is_no_finding_whatever_was_measured_twice)
{
	struct report r;
	struct report_client *c;

	report_init(&r);
	(void)report_add_site(&r, "am6");
	c = report_add_client(&r, "192.0.2.1");
	c->after.heard = true;
	c->after.site = c->after.best_site = 0;
	c->after.rtt = 90;
	c->after.best_rtt = 20;
	report_compute(&r);
	CHECK_INT(r.finding_count, 0);
	CHECK_INT(r.after.at_best.clients, 1);
	CHECK(r.clients[0].after.inflation == 0 && r.after.inflation.p95 == 0);
	report_done(&r);
}

/* A table that does not fit is stacked, as table.h says: no line of one is longer. */
TEST(tables_fit_a_narrow_terminal)
{
	struct strbuf text = { 0 };
	struct report r;

	report_example(&r);
	report_to_text(&r, 20, 0, &text);
	CHECK(strstr(strbuf_get(&text), "clients  best site") != NULL);
	strbuf_done(&text);
	report_to_text(&r, 20, 40, &text);
	CHECK(strstr(strbuf_get(&text), "clients  best site") == NULL);
	CHECK(strstr(strbuf_get(&text), "best site") != NULL);
	strbuf_done(&text);
	report_done(&r);
}

TEST(a_site_that_is_nearer_is_not_called_quicker)
{
	struct strbuf text = { 0 };
	struct report_client *c;
	struct report r;

	report_init(&r);
	report_add_site(&r, "am6")->place =
	    (struct report_place){ "Amsterdam", "NL", true, { 52.37, 4.90 } };
	report_add_site(&r, "sg1")->place =
	    (struct report_place){ "Singapore", "SG", true, { 1.29, 103.85 } };
	c = report_add_client(&r, "192.0.2.1");
	c->place = (struct report_place){ "Tokyo", "JP", true, { 35.68, 139.69 } };
	c->after.heard = true;
	c->after.site = c->after.best_site = 0;
	c->after.rtt = c->after.best_rtt = 250;
	report_compute(&r);
	REQUIRE(r.finding_count == 1 && r.findings[0].only_nearer);
	CHECK_STR(
	    report_nearer_words(&r.findings[0]), "how long its own address takes was not measured");
	report_to_text(&r, 20, 0, &text);
	CHECK(strstr(strbuf_get(&text), " sg1          -     ") != NULL);
	CHECK(strstr(strbuf_get(&text), "not known; nearer by ") != NULL);
	strbuf_done(&text);
	report_to_text(&r, 20, 80, &text);
	CHECK(strstr(strbuf_get(&text), "  not known\n") != NULL);
	report_know_rtt(&r, 0, 1, 267.6);
	report_know_rtt(&r, 0, 0, 100);
	CHECK(r.findings[0].better_rtt == 267.6);
	CHECK_STR(report_nearer_words(&r.findings[0]),
	    "its own address is not quicker: the way there may share the fault");
	report_know_rtt(&r, 0, 1, 249);
	CHECK(report_nearer_words(&r.findings[0]) == NULL);
	strbuf_done(&text);
	report_done(&r);
}

TEST(a_time_is_one_for_people)
{
	struct report r;

	report_init(&r);
	CHECK_STR(report_time(&r, "2026-11-30T17:12:29.501511Z"), "2026-11-30 17:12:29 UTC");
	CHECK_STR(report_time(&r, "2026-11-30T17:12:29Z"), "2026-11-30 17:12:29 UTC");
	CHECK_STR(report_time(&r, "2026-11-30"), "2026-11-30");
	CHECK_STR(report_time(&r, "yesterday"), "yesterday");
	CHECK_STR(report_time(&r, ""), "");
	report_done(&r);
}
