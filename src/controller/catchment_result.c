/*
 * The rows of all hosts, put together: as files of a site each, which is what
 * `nearcast catchment merge` reads, so that both come to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/api_catchments.h"
#include "measure/catch_file.h"
#include "measure/catch_merge.h"
#include "measure/json.h"

/* What is the same in all files of one. */
struct of_run {
	char run[16];
	const char *family;
	char *address; /* owned */
	uint8_t block_length;
};

static int
read_run(struct call *c, const struct catchment_case *k, struct of_run *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT run, address, block_length FROM catchments WHERE id = $1", SQL_TEXT(k->id));

	*ret = (struct of_run){ .family = k->family == IP_V6 ? "ipv6" : "ipv4" };
	if (r < 0 || !store_next(&rows))
		return r;
	(void)snprintf(ret->run, sizeof(ret->run), "%08x", (unsigned)store_int(&rows, 0));
	ret->address = xstrdup(store_text(&rows, 1));
	ret->block_length = (uint8_t)store_int(&rows, 2);
	return 0;
}

static void
add_json(struct strbuf *out, json_t *line)
{
	_cleanup_(freep) char *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	strbuf_addf(out, "%s\n", text);
}

/* One that has not handed in all it had, or was away for a while, has no last line. */
static bool
is_whole(const struct catchment_part *p, const struct catchment_host *h)
{
	return p->state == PART_ENDED && !h->restarted;
}

struct part_file {
	char *name, *text; /* owned */
};

/* All that the host handed in of a kind, as the file that it would have written. */
static int
make_file(struct call *c, const struct catchment_case *k, size_t i, const struct of_run *run,
    const char *kind, struct part_file *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 }, names = { 0 };
	const struct catchment_part *p = &k->parts[i];
	const struct catchment_host *h = &k->hosts[i];
	bool sent_all = !p->sends || k->c.outcome == CATCHMENT_DONE;
	struct strbuf text = { 0 };
	int r = store_query(c->store, &names, c->e,
	    "SELECT site_name, host_name FROM catchment_parts WHERE catchment = $1 AND host = $2",
	    SQL_TEXT(k->id), SQL_TEXT(h->id));

	if (r >= 0)
		r = store_query(c->store, &rows, c->e,
		    "SELECT lines FROM catchment_rows WHERE catchment = $1 AND host = $2"
		    " AND kind = $3 ORDER BY number",
		    SQL_TEXT(k->id), SQL_TEXT(h->id), SQL_TEXT(kind));
	if (r < 0 || !store_next(&names))
		return r;
	add_json(&text,
	    json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:b}", "nearcast_catchment",
		CATCH_FILE_VERSION, "kind", kind, "site", store_text(&names, 0), "run", run->run,
		"family", run->family, "address", run->address, "sends", p->sends));
	while (store_next(&rows))
		strbuf_add(&text, store_text(&rows, 0));
	if (is_whole(p, h))
		add_json(&text, json_pack("{s:s}", "end", sent_all ? "done" : "interrupted"));
	ret->name = xstrdup(store_text(&names, 1));
	ret->text = strbuf_take(&text);
	return 0;
}

static int
merge_kind(struct call *c, const struct catchment_case *k, const struct of_run *run,
    const char *kind, struct catch_merge *m, struct part_file *files)
{
	int r = 0;

	for (size_t i = 0; i < k->c.part_count && r >= 0; i++) {
		bool is_rtt = strcmp(kind, "rtt") == 0;

		if (is_rtt && !k->parts[i].measures)
			continue;
		r = make_file(c, k, i, run, kind, &files[i]);
		if (r >= 0 && files[i].text != NULL)
			catch_merge_read_text(m, files[i].name, files[i].text);
		free(files[i].text);
		files[i].text = NULL;
	}
	catch_merge_sort(m);
	return r;
}

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
	_cleanup_(catch_merge_done) struct catch_merge m = { 0 };
	struct part_file *files = xcalloc(2 * k->c.part_count + 1, sizeof(*files));
	struct of_run run;
	int r = read_run(c, k, &run);

	if (r >= 0)
		r = merge_kind(c, k, &run, "replies", &m, files);
	if (r >= 0 && k->c.best)
		r = merge_kind(c, k, &run, "rtt", &m, files + k->c.part_count);
	if (r >= 0)
		r = keep(c, k, &m, run.block_length);
	for (size_t i = 0; i < 2 * k->c.part_count; i++)
		free(files[i].name);
	free(files);
	free(run.address);
	return r;
}
