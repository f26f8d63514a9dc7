#include "report/shapes.h"

#include <math.h>
#include <stdlib.h>

#include "measure/report.h"
#include "tap.h"

static char *
mark_of(uint32_t site)
{
	struct strbuf out = { 0 };

	shape_class(&out, site);
	strbuf_add_char(&out, ' ');
	shape_path(&out, site, 50, 50, 10);
	return strbuf_take(&out);
}

TEST(sixty_four_sites_differ)
{
	char *marks[65];

	for (uint32_t i = 0; i < 64; i++)
		marks[i] = mark_of(i);
	marks[64] = mark_of(REPORT_NONE);
	for (size_t i = 0; i < 65; i++) {
		for (size_t k = 0; k < i; k++) {
			if (strcmp(marks[i], marks[k]) == 0)
				tap_fail(__FILE__, __LINE__, "%zu and %zu are the same", i, k);
		}
	}
	for (size_t i = 0; i < 65; i++)
		free(marks[i]);
}

/* The area of a path of corners, by the shoelace formula; 0: it has arcs. */
static double
area_of(const char *d)
{
	double x = 0, y = 0, first_x = 0, first_y = 0, sum = 0;

	for (; *d && *d != 'z'; d += strspn(d, " ")) {
		char command = *d, *end;
		double to_x = strtod(d + 1, &end), to_y = strtod(end, &end);

		if (command == 'a')
			return 0;
		if (command == 'l') {
			to_x += x;
			to_y += y;
		}
		if (command == 'M') {
			first_x = to_x;
			first_y = to_y;
		} else {
			sum += x * to_y - to_x * y;
		}
		x = to_x;
		y = to_y;
		d = end;
	}
	return fabs(sum + x * first_y - first_x * y) / 2;
}

TEST(shapes_are_equally_large)
{
	for (uint32_t i = 1; i < SHAPES; i++) { /* the first one is the circle */
		_cleanup_(strbuf_done) struct strbuf out = { 0 };
		double area;

		shape_path(&out, i, 0, 0, 10);
		area = area_of(strbuf_get(&out));
		if (fabs(area / (M_PI * 100) - 1) > 0.08)
			tap_fail(__FILE__, __LINE__, "shape %u: %g of a circle", (unsigned)i,
			    area / (M_PI * 100));
	}
}
