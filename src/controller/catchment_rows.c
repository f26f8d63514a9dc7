#include "controller/catchment_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/catchment_counts.h"
#include "measure/catch_file.h"

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

/* One that has not handed in all it had, did not take all that came, or was away for a while, has
 * no last line. */
static bool
is_whole(const struct catchment_part *p, const struct catchment_host *h)
{
	return p->state == PART_ENDED && !h->restarted &&
	       catchment_counts_of(h->counts, "dropped") == 0;
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

/* The merge borrows the names of files for as long as it is there. */
static const char *
keep_name(struct catchment_rows *rows, char *name)
{
	rows->names = grow_array(rows->names, rows->name_count, &rows->name_cap, sizeof(char *));
	rows->names[rows->name_count++] = name;
	return name;
}

static int
merge_kind(struct call *c, const struct catchment_case *k, const struct of_run *run,
    const char *kind, struct catchment_rows *ret)
{
	bool is_rtt = strcmp(kind, "rtt") == 0;
	int r = 0;

	for (size_t i = 0; i < k->c.part_count && r >= 0; i++) {
		struct part_file file = { 0 };

		if (is_rtt && !k->parts[i].measures)
			continue;
		r = make_file(c, k, i, run, kind, &file);
		if (r >= 0 && file.text != NULL)
			catch_merge_read_text(&ret->m, keep_name(ret, file.name), file.text);
		free(file.text);
	}
	catch_merge_sort(&ret->m);
	return r;
}

int
catchment_rows_merge(struct call *c, const struct catchment_case *k, struct catchment_rows *ret)
{
	struct of_run run;
	int r = read_run(c, k, &run);

	if (r >= 0)
		r = merge_kind(c, k, &run, "replies", ret);
	if (r >= 0 && k->c.best)
		r = merge_kind(c, k, &run, "rtt", ret);
	ret->block_length = run.block_length;
	free(run.address);
	return r;
}

int
catchment_rows_read(struct call *c, const struct catchment_case *k, struct catchment_rows *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	if (!catchment_is_over(&k->c))
		return catchment_rows_merge(c, k, ret);
	r = store_query(c->store, &rows, c->e,
	    "SELECT merged FROM catchment_results WHERE catchment = $1", SQL_TEXT(k->id));
	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	ret->m.takes_merged = true;
	catch_merge_read_text(&ret->m, keep_name(ret, xstrdup(k->id)), store_text(&rows, 0));
	catch_merge_sort(&ret->m);
	return 0;
}

void
catchment_rows_done(struct catchment_rows *rows)
{
	catch_merge_done(&rows->m);
	for (size_t i = 0; i < rows->name_count; i++)
		free(rows->names[i]);
	free(rows->names);
	*rows = (struct catchment_rows){ 0 };
}
