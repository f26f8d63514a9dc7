#include "report/dots.h"

#include <math.h>

#include "report_example.h"
#include "tap.h"

static const struct dot *
dot_of(const struct dots *d, uint32_t client)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->items[i].client == client)
			return &d->items[i];
	}
	return NULL;
}

TEST(clients_are_dots_of_their_sites)
{
	struct report r;
	struct map_view v = map_view_fit(NULL, 0, 1000, 440);
	struct dots d;

	report_example(&r);
	d = dots_of(&r, &v, false);
	CHECK_INT(d.count, 5);
	CHECK_INT(d.unplaced, 2);
	CHECK_INT(d.left_out, 0);
	REQUIRE(dot_of(&d, 1) && dot_of(&d, 0) && dot_of(&d, 4));
	CHECK(dot_of(&d, 1)->is_bad); /* Lisbon, at ny5 */
	CHECK_INT(dot_of(&d, 1)->site, 1);
	CHECK(!dot_of(&d, 0)->is_bad);
	CHECK_INT(dot_of(&d, 4)->site, REPORT_NONE); /* at several */
	CHECK(dot_of(&d, 4)->is_heard);
	CHECK_INT(d.items[0].client, 2); /* with most users */
	dots_done(&d);
	d = dots_of(&r, &v, true);
	CHECK_INT(dot_of(&d, 1)->site, 2);
	dots_done(&d);
	report_done(&r);
}

static struct report_client *
add_at(struct report *r, struct geo_point at, uint32_t site, double weight)
{
	struct report_client *c = report_add_client(r, "192.0.2.0/29");

	c->place = (struct report_place){ NULL, NULL, true, at };
	c->weight = weight;
	c->after.heard = true;
	c->after.site = site;
	return c;
}

TEST(one_place_is_one_dot)
{
	const struct geo_point paris = { 48.86, 2.35 }, nearby = { 48.80, 2.40 };
	struct map_view v = map_view_fit(NULL, 0, 1000, 440);
	struct report r;
	struct dots d;

	report_init(&r);
	(void)report_add_site(&r, "am6");
	(void)report_add_site(&r, "ny5");
	add_at(&r, paris, 0, 1);
	add_at(&r, nearby, 0, 3);
	add_at(&r, paris, 1, 2); /* elsewhere, so a dot of its own */
	report_compute(&r);
	d = dots_of(&r, &v, false);
	REQUIRE(d.count == 2);
	CHECK_INT(d.items[0].clients, 2);
	CHECK(d.items[0].weight == 4);
	CHECK_INT(d.items[0].client, 1); /* the heavier one gives its name */
	CHECK_INT(d.items[1].site, 1);
	dots_done(&d);
	report_done(&r);
}

TEST(too_many_are_left_out_and_counted)
{
	struct map_view v = map_view_fit(NULL, 0, 1000, 440);
	struct report r;
	struct dots d;

	report_init(&r);
	(void)report_add_site(&r, "am6");
	for (int i = 0; i < 60; i++) {
		for (int k = 0; k < 40; k++)
			add_at(&r, (struct geo_point){ -50 + 3 * k, -175 + 5.8 * i }, 0, 1 + i + k);
	}
	report_compute(&r);
	d = dots_of(&r, &v, false);
	CHECK(d.count <= DOTS_MAX);
	CHECK(d.left_out > 0);
	CHECK_INT(d.items[0].client, r.client_count - 1);
	dots_done(&d);
	report_done(&r);
}

TEST(nothing_is_no_dot)
{
	struct map_view v = map_view_fit(NULL, 0, 1000, 440);
	struct report r;
	struct dots d;

	report_init(&r);
	report_compute(&r);
	d = dots_of(&r, &v, false);
	CHECK_INT(d.count, 0);
	dots_done(&d);
	report_done(&r);
}
