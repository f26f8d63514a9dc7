/* The outlines of the land as a path of SVG. Pure; the data is in world.def. */
#pragma once

#include "base/strbuf.h"
#include "report/projection.h"

#define WORLD_PER_UNIT 10 /* of the view: whole numbers are short */

/*
 * The value of "d", in tenths of the view's unit: what a view shows of it. A sea within the land is
 * an outline too (evenodd).
 */
void world_path(const struct map_view *v, struct strbuf *out);
