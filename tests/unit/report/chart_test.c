#include "report/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tap.h"

#define LETTER 7 /* the width of one, at the least */
#define LINE 17

struct box {
	double left, right, y;
};

/* The next label of a curve from there on. */
static const char *
next_label(const char *svg, struct box *ret)
{
	const char *text = strstr(svg, "<text class=\"on "), *end, *x;
	double width;
	bool ends;

	CHECK(text != NULL);
	if (text == NULL)
		return NULL;
	ends = strncmp(strstr(text, "text-anchor=\""), "text-anchor=\"end", 16) == 0;
	x = strstr(text, " x=\"") + 4;
	end = strchr(text, '>') + 1;
	width = (double)strcspn(end, "<") * LETTER;
	ret->left = strtod(x, NULL) - (ends ? width : 0);
	ret->right = ret->left + width;
	ret->y = strtod(strstr(x, " y=\"") + 4, NULL);
	return end;
}

static void
check_apart(double first_ms, double second_ms)
{
	struct report_cdf_point points[2][40];
	struct report_cdf cdfs[2] = { { points[0], 40 }, { points[1], 40 } };
	struct chart chart = {
		.id = "latency",
		.title = "Latency",
		.description = "of clients",
		.quantity = "RTT, ms",
		.curves = { { "fra1 alone", "was", &cdfs[0] },
		    { "one address at 6 sites", "is", &cdfs[1] } },
		.count = 2,
	};
	struct strbuf svg = { 0 };
	struct box a = { 0 }, b = { 0 };
	const char *rest;

	for (int i = 0; i < 40; i++) {
		points[0][i] = (struct report_cdf_point){ first_ms * (1 + i), 2.5 * (i + 1) };
		points[1][i] = (struct report_cdf_point){ second_ms * (1 + i), 2.5 * (i + 1) };
	}
	chart_write(&chart, &svg);
	rest = next_label(strbuf_get(&svg), &a);
	if (rest)
		(void)next_label(rest, &b);
	CHECK(a.right <= b.left || b.right <= a.left || fabs(a.y - b.y) >= LINE);
	CHECK(fmin(a.left, b.left) > 50 && fmax(a.right, b.right) <= 560);
	strbuf_done(&svg);
}

TEST(labels_of_curves_stand_apart)
{
	check_apart(1, 1);
	check_apart(1, 1.1);
	check_apart(1.1, 1);
	check_apart(3, 1);
	check_apart(1, 3);
	check_apart(0.2, 3);
	check_apart(8, 0.1);
}
