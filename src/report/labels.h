/*
 * Where the names of marks go, so that none covers another. Pure.
 *
 * One after the other, the first one being most important, each takes the place around its mark
 * that costs least: near is better than far, beside better than above, and what other things are
 * covered costs. A name that is not beside its mark has a line to it. This is the greedy method of
 * Christensen, Marks and Shieber, "An empirical study of algorithms for point-feature label
 * placement" (1995), enough for as few as sites are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "report/projection.h"

struct label {
	struct plane_point mark;
	double radius;        /* of the mark */
	double width, height; /* of the name */
	/* set by labels_place() */
	double left, top;
	bool is_far; /* a line should lead from the mark's edge to the name */
	struct plane_point start, joint;
	bool is_hidden; /* there was no room */
};

/* Marks of labels are never covered by names; others, of the given radius, only if need be. */
void labels_place(struct label *labels, size_t count, const struct plane_point *others,
    size_t other_count, double other_radius, double width, double height);
