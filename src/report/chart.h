/* Distributions as curves of an SVG, with axes, lines and labels. Pure. */
#pragma once

#include "base/strbuf.h"
#include "measure/report.h"

struct chart_curve {
	const char *label; /* written beside the curve */
	const char *class; /* a literal: "was" or "is" */
	const struct report_cdf *cdf;
};

#define CHART_CURVES_MAX 2

struct chart {
	const char *id;                  /* a literal, one for each chart of a page */
	const char *title, *description; /* read aloud */
	const char *quantity;            /* below the axis: "RTT, ms" */
	struct chart_curve curves[CHART_CURVES_MAX];
	size_t count; /* of curves; those without points are left out */
};

/* Whether there is anything to draw. */
bool chart_has_points(const struct chart *c) _pure_;
void chart_write(const struct chart *c, struct strbuf *out);
