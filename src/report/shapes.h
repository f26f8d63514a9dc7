/*
 * The mark of a site: a shape and a colour, so that neither has to be seen. Pure.
 *
 * There are as many colours as shapes; the ninth site has the first colour with another shape, and
 * so on, so that 64 sites differ. Colours are those of page.css, classes c0 to c7.
 */
#pragma once

#include <stdint.h>

#include "base/strbuf.h"

#define SHAPES 8

/* "c3": the class of a site's colour; of REPORT_NONE: "cn". */
void shape_class(struct strbuf *out, uint32_t site);
/*
 * The value of "d" of a path around (x, y). Shapes look equally large: each has the area of a
 * circle of that radius. REPORT_NONE has a shape of its own, a ring, as has no site.
 */
void shape_path(struct strbuf *out, uint32_t site, double x, double y, double radius);
