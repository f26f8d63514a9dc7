/* What came of a catchment: its sums, and its file. */
#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/api_catchments.h"
#include "controller/catchment_counts.h"
#include "controller/catchment_rows.h"
#include "measure/json.h"

/* What is told of a file of ours is told of the host, in parts: it has no path. */
static json_t *
summary_of(const struct catch_merge *m, const struct catchment_case *k)
{
	json_t *summary = catch_merge_to_json(m), *sum = catchment_counts_new();

	for (size_t i = 0; i < k->c.part_count; i++) {
		json_auto_t *counts = json_loads(k->hosts[i].counts, 0, NULL);

		catchment_counts_add(sum, counts);
	}
	(void)json_object_del(summary, "files");
	(void)json_object_del(summary, "asked"); /* the counts tell it */
	(void)json_object_del(summary, "weights");
	(void)json_object_set_new(summary, "counts", sum);
	(void)json_object_set_new(summary, "complete",
	    json_boolean(catch_merge_is_complete(m) && k->c.state == CATCHMENT_DONE));
	return summary;
}

static int
keep(struct call *c, const struct catchment_case *k, const struct catch_merge *m,
    uint8_t block_length)
{
	_cleanup_(strbuf_done) struct strbuf merged = { 0 };
	json_auto_t *summary = summary_of(m, k);
	_cleanup_(freep) char *text = json_dumps(summary, JSON_COMPACT | MEASURE_JSON_FLAGS);
	int r;

	catch_merge_format(m, block_length, &merged);
	r = store_do(c->store, c->e,
	    "INSERT INTO catchment_results (catchment, summary, merged) VALUES ($1, $2, $3)",
	    SQL_TEXT(k->id), SQL_TEXT(text), SQL_TEXT(strbuf_get(&merged)));
	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM catchment_rows WHERE catchment = $1",
		    SQL_TEXT(k->id));
	return r < 0 ? r : 0;
}

int
catchment_result_make(struct call *c, const struct catchment_case *k)
{
	_cleanup_(catchment_rows_done) struct catchment_rows rows = { 0 };
	int r = catchment_rows_merge(c, k, &rows);

	return r < 0 ? r : keep(c, k, &rows.m, rows.block_length);
}
