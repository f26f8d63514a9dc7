/* The report of a controller's catchment, as the API gives it, for people. Pure. */
#pragma once

#include <jansson.h>

#include "base/table.h"

/* limit: of rows of those that a better site could serve; the rest is counted. */
void catchment_report_text(
    const json_t *report, size_t limit, struct table_look look, struct strbuf *out);
