#include "report/labels.h"

#include <math.h>

#define GAP 3 /* between a mark and its name, and between names */
#define DIRECTIONS 16
#define COVERED 9 /* what one covered dot costs, in units of distance */
#define IMPOSSIBLE 1e9
#define BESIDE 0.35 /* of the distance: what it costs to be above or below instead */

/* How far names go from their marks, in heights of a name. */
static const double distances[] = { 0, 0.9, 1.8, 3 };

struct box {
	double left, top, right, bottom;
};

/* The name, with so much more on its left and right. */
static struct box
box_of(const struct label *l, double gap)
{
	return (struct box){ l->left - gap, l->top, l->left + l->width + gap, l->top + l->height };
}

static bool
touches(struct box b, struct plane_point p, double radius)
{
	double x = fmin(fmax(p.x, b.left), b.right), y = fmin(fmax(p.y, b.top), b.bottom);

	return hypot(p.x - x, p.y - y) < radius;
}

static bool
overlap(struct box a, struct box b)
{
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/* The name touches a circle around the mark, in that direction. */
static void
put(struct label *l, int direction, double distance)
{
	double angle = direction * 2 * M_PI / DIRECTIONS;
	double reach = l->radius + GAP + distance * l->height;
	double x = l->mark.x + reach * cos(angle), y = l->mark.y + reach * sin(angle);

	l->left = x - l->width * (1 - cos(angle)) / 2;
	l->top = y - l->height * (1 - sin(angle)) / 2;
}

static bool
is_free(const struct label *l, const struct label *all, size_t count, double width, double height)
{
	struct box b = box_of(l, 0);

	if (b.left < 0 || b.top < 0 || b.right > width || b.bottom > height)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (touches(b, all[i].mark, all[i].radius + 1))
			return false;
		if (&all[i] < l && !all[i].is_hidden && overlap(b, box_of(&all[i], GAP)))
			return false;
	}
	return true;
}

/* Of two segments; ends that lie on the other one do not count. */
static bool
cross(struct plane_point a, struct plane_point b, struct plane_point c, struct plane_point d)
{
	double p = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
	double q = (b.x - a.x) * (d.y - a.y) - (b.y - a.y) * (d.x - a.x);
	double r = (d.x - c.x) * (a.y - c.y) - (d.y - c.y) * (a.x - c.x);
	double s = (d.x - c.x) * (b.y - c.y) - (d.y - c.y) * (b.x - c.x);

	return p * q < 0 && r * s < 0;
}

static bool
segment_meets(struct plane_point a, struct plane_point b, struct box box)
{
	struct plane_point corners[] = { { box.left, box.top }, { box.right, box.bottom },
		{ box.left, box.bottom }, { box.right, box.top } };

	return cross(a, b, corners[0], corners[1]) || cross(a, b, corners[2], corners[3]);
}

/* The line of a far name crosses neither a name nor another line. */
static bool
line_is_free(const struct label *l, const struct label *all)
{
	for (const struct label *o = all; o < l; o++) {
		if (o->is_hidden)
			continue;
		if (l->is_far && segment_meets(l->mark, l->joint, box_of(o, 0)))
			return false;
		if (o->is_far && segment_meets(o->mark, o->joint, box_of(l, 0)))
			return false;
		if (l->is_far && o->is_far && cross(l->mark, l->joint, o->mark, o->joint))
			return false;
	}
	return true;
}

static void
join(struct label *l, double distance)
{
	double x, y, length;

	l->is_far = distance > 0;
	l->joint = (struct plane_point){
		fmin(fmax(l->mark.x, l->left), l->left + l->width),
		l->top + l->height / 2,
	};
	x = l->joint.x - l->mark.x;
	y = l->joint.y - l->mark.y;
	length = fmax(hypot(x, y), 1);
	l->start = (struct plane_point){ l->mark.x + x / length * l->radius,
		l->mark.y + y / length * l->radius };
}

static double
covered(const struct label *l, const struct plane_point *others, size_t count, double radius)
{
	struct box b = box_of(l, 0);
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += touches(b, others[i], radius) ? COVERED : 0;
	return sum;
}

void
labels_place(struct label *labels, size_t count, const struct plane_point *others,
    size_t other_count, double other_radius, double width, double height)
{
	for (size_t i = 0; i < count; i++) {
		struct label *l = &labels[i], best = *l;
		double least = IMPOSSIBLE;

		for (size_t k = 0; k < sizeof(distances) / sizeof(distances[0]); k++) {
			for (int direction = 0; direction < DIRECTIONS; direction++) {
				double angle = direction * 2 * M_PI / DIRECTIONS, cost;

				put(l, direction, distances[k]);
				join(l, distances[k]);
				/* right before left, and both before what is above and below */
				cost = l->height * (distances[k] + BESIDE * fabs(sin(angle)) +
						       (cos(angle) < 0 ? 0.1 : 0));
				if (cost >= least || !is_free(l, labels, count, width, height) ||
				    !line_is_free(l, labels))
					continue;
				cost += covered(l, others, other_count, other_radius);
				if (cost < least) {
					least = cost;
					best = *l;
				}
			}
		}
		*l = best;
		l->is_hidden = least >= IMPOSSIBLE;
	}
}
