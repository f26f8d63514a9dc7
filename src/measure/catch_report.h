/* Values of a catchment's reports, for people and as JSON. Pure. */
#pragma once

#include <jansson.h>

#include "base/table.h"
#include "measure/catch_run.h"
#include "measure/catch_sums.h"

/* {"targets":3,"share":30.0,"weight":41.0,"weight_share":12.5} of what `whole` is; the last two
 * only when there are weights. Owned by the caller. */
json_t *catch_amount_to_json(
    const struct catch_amount *a, const struct catch_amount *whole, bool weights);
/* The cells: targets, their share, and that of their weight. */
void catch_amount_add_cells(
    struct table *t, const struct catch_amount *a, const struct catch_amount *whole, bool weights);
json_t *catch_us_to_json(uint32_t us); /* ms, or null */
/* How far a site is, in 40 columns: "1096 of 4096 sent, 12 landed, 50 s left". total: requests; 0:
 * it sends none. pps: at which pace. */
void catch_progress_to_text(
    const struct catch_run_counts *c, uint64_t total, uint32_t pps, struct strbuf *out);
