#include "report/labels.h"

#include <math.h>

#include "base/rng.h"
#include "tap.h"

#define WIDTH 1000
#define HEIGHT 440

static struct label
label(double x, double y, double width)
{
	return (struct label){ .mark = { x, y }, .radius = 10, .width = width, .height = 14 };
}

static bool
overlap(const struct label *a, const struct label *b)
{
	return a->left < b->left + b->width && b->left < a->left + a->width &&
	       a->top < b->top + b->height && b->top < a->top + a->height;
}

static bool
covers(const struct label *l, struct plane_point p, double radius)
{
	double x = fmin(fmax(p.x, l->left), l->left + l->width);
	double y = fmin(fmax(p.y, l->top), l->top + l->height);

	return hypot(p.x - x, p.y - y) < radius;
}

TEST(a_name_stands_to_the_right)
{
	struct label l = label(500, 200, 30);

	labels_place(&l, 1, NULL, 0, 0, WIDTH, HEIGHT);
	CHECK(!l.is_hidden && !l.is_far);
	CHECK(l.left > 510 && l.left < 516);
	CHECK(fabs(l.top + 7 - 200) < 0.01);
}

TEST(at_the_edge_it_stands_elsewhere)
{
	struct label l = label(985, 8, 60);

	labels_place(&l, 1, NULL, 0, 0, WIDTH, HEIGHT);
	CHECK(!l.is_hidden);
	CHECK(l.left >= 0 && l.left + l.width <= WIDTH && l.top >= 0);
}

TEST(dots_are_left_free_if_that_is_near)
{
	struct label l = label(500, 200, 30);
	const struct plane_point dots[] = { { 525, 200 }, { 535, 204 } };

	labels_place(&l, 1, dots, 2, 4, WIDTH, HEIGHT);
	CHECK(!covers(&l, dots[0], 4) && !covers(&l, dots[1], 4));
}

TEST(what_finds_no_room_is_hidden)
{
	struct label l = label(20, 20, 100);

	labels_place(&l, 1, NULL, 0, 0, 60, 40);
	CHECK(l.is_hidden);
}

/* Many in a small place: no name covers another name or a mark, and each stays in the picture. */
TEST(in_a_crowd_none_covers_another)
{
	struct rng rng = { 3 };
	struct label labels[20];
	size_t shown = 0;

	for (size_t i = 0; i < 20; i++)
		labels[i] = label(
		    400 + (double)rng_below(&rng, 200), 150 + (double)rng_below(&rng, 150), 34);
	labels_place(labels, 20, NULL, 0, 0, WIDTH, HEIGHT);
	for (size_t i = 0; i < 20; i++) {
		if (labels[i].is_hidden)
			continue;
		shown++;
		for (size_t k = 0; k < 20; k++) {
			CHECK(!covers(&labels[i], labels[k].mark, labels[k].radius));
			CHECK(k == i || labels[k].is_hidden || !overlap(&labels[i], &labels[k]));
		}
	}
	CHECK(shown >= 10);
}

TEST(a_line_leads_from_the_edge_of_its_mark)
{
	/* a cross of marks, so that nothing is free beside the one in the middle */
	struct label labels[] = { label(500, 200, 34), label(530, 200, 34), label(470, 200, 34),
		label(500, 226, 34), label(500, 174, 34), label(526, 222, 34), label(474, 222, 34),
		label(526, 178, 34), label(474, 178, 34) };

	labels_place(labels, 9, NULL, 0, 0, WIDTH, HEIGHT);
	if (labels[0].is_hidden)
		return;
	CHECK(labels[0].is_far);
	CHECK(fabs(hypot(labels[0].start.x - 500, labels[0].start.y - 200) - 10) < 0.01);
}
