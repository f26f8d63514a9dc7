#include "report/rows.h"

#include <math.h>

#include "report_example.h"
#include "tap.h"

TEST(findings_are_rows)
{
	struct report r;
	struct rows rows;

	report_example(&r);
	rows = rows_of(&r, 10);
	CHECK_INT(rows.count, r.finding_count);
	CHECK_INT(rows.left_out, 0);
	REQUIRE(rows.count == 2);
	CHECK_INT(rows.items[0].client, 2); /* Tokyo: fewer ms, but more users */
	CHECK(fabs(rows.items[0].rtt - 158.9) < 1e-9);
	CHECK(fabs(rows.items[0].better_rtt - 69.0) < 1e-9);
	CHECK(rows.items[0].cost > rows.items[1].cost);
	rows_done(&rows);
	report_done(&r);
}

/* A client of a network that lands at am6 and should land at ny5. */
static struct report_client *
add(struct report *r, uint32_t asn, const char *country, double rtt, double best, double weight)
{
	struct report_client *c = report_add_client(r, "192.0.2.0/29");

	c->asn = asn;
	c->place.country = country;
	c->weight = weight;
	c->after.heard = true;
	c->after.site = 0;
	c->after.rtt = rtt;
	c->after.best_site = 1;
	c->after.best_rtt = best;
	return c;
}

TEST(clients_of_a_network_are_one_row)
{
	struct report r;
	struct rows rows;

	report_init(&r);
	r.has_weights = true;
	(void)report_add_site(&r, "am6");
	(void)report_add_site(&r, "ny5");
	add(&r, 64500, "FR", 100, 20, 1);
	add(&r, 64500, "FR", 200, 40, 3);
	add(&r, 64500, "DE", 90, 20, 1); /* the same network elsewhere */
	add(&r, 0, NULL, 90, 20, 1);     /* two that nothing is known of are not one */
	add(&r, 0, NULL, 90, 20, 1);
	report_compute(&r);
	rows = rows_of(&r, 10);
	REQUIRE(rows.count == 4);
	CHECK_INT(rows.items[0].clients, 2);
	CHECK_INT(rows.items[0].client, 1);
	CHECK(fabs(rows.items[0].rtt - 175) < 1e-9); /* means by weight */
	CHECK(fabs(rows.items[0].better_rtt - 35) < 1e-9);
	CHECK(fabs(rows.items[0].ms - 140) < 1e-9);
	CHECK(isnan(rows.items[0].km));
	CHECK(fabs(rows.items[0].share - 400.0 / 7) < 1e-9);
	rows_done(&rows);
	report_done(&r);
}

TEST(what_costs_least_is_left_out_and_said)
{
	struct report r;
	struct rows rows;

	report_init(&r);
	(void)report_add_site(&r, "am6");
	(void)report_add_site(&r, "ny5");
	for (uint32_t i = 0; i < 6; i++)
		add(&r, 64500 + i, "FR", 60 + 10 * i, 50, 1);
	report_compute(&r); /* the first ones lose 10, 20 ... 60 ms */
	rows = rows_of(&r, 2);
	CHECK_INT(rows.count, 2);
	CHECK_INT(rows.left_out, 4);
	CHECK_INT(rows.left_out_clients, 4);
	CHECK(fabs(rows.left_out_share - 400.0 / 6) < 1e-9);
	CHECK(fabs(rows.left_out_ms - 40) < 1e-9);
	rows_done(&rows);
	report_done(&r);
}

TEST(no_findings_no_rows)
{
	struct report r;
	struct rows rows;

	report_init(&r);
	report_compute(&r);
	rows = rows_of(&r, 10);
	CHECK_INT(rows.count, 0);
	CHECK(isnan(rows.left_out_ms));
	rows_done(&rows);
	report_done(&r);
}
