/* A merge as one file, or a text of the same lines: what catch_merged.h reads again. */
#include <inttypes.h>

#include "base/strbuf.h"
#include "measure/catch_file.h"
#include "measure/catch_merge.h"

static void
add_us(struct strbuf *out, uint32_t us)
{
	if (us == CATCH_US_NONE)
		strbuf_add(out, " -");
	else
		strbuf_addf(out, " %" PRIu32, us);
}

static void
add_target(
    const struct catch_table *t, size_t first, size_t end, uint8_t block_len, struct strbuf *out)
{
	struct ip target = catch_table_target(t, first);
	struct prefix block = prefix_mask((struct prefix){ .addr = target, .len = block_len });
	const struct catch_row *row = &t->rows[first];
	char ip_text[IP_STR_MAX], text[PREFIX_STR_MAX];

	strbuf_addf(out, "%s %s ", ip_format(target, ip_text), prefix_format(block, text));
	for (size_t i = first; i < end; i++)
		strbuf_addf(out, "%s%s", i > first ? "," : "", t->sites[t->rows[i].site]);
	strbuf_addf(out, " %" PRId32, row->elapsed);
	add_us(out, row->rtt);
	strbuf_addf(out, " %s", row->best_site == CATCH_NO_SITE ? "-" : t->sites[row->best_site]);
	add_us(out, row->best);
	strbuf_add_char(out, '\n');
}

static json_t *
head_of(const struct catch_merge *m)
{
	json_t *sites = json_array();

	/* also those where nobody lands: they may be the nearest */
	for (size_t i = 0; i < m->table.site_count; i++)
		(void)json_array_append_new(sites, json_string(m->table.sites[i]));
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s*, s:s*, s:o}", "nearcast_catchment",
	    CATCH_FILE_VERSION, "kind", "merged", "run", m->run ? m->run : "", "family",
	    m->table.family == IP_V6 ? "ipv6" : "ipv4", "address", m->address ? m->address : "",
	    "sender", m->sender, "began", m->began, "sites", sites);
}

static json_t *
end_of(const struct catch_merge *m)
{
	json_t *end =
	    json_pack("{s:s, s:b}", "end", "done", "complete", catch_merge_is_complete(m));
	uint64_t asked = catch_merge_asked(m);

	if (asked > 0)
		(void)json_object_set_new(end, "asked", json_integer((json_int_t)asked));
	return end;
}

static int
write_all(const struct catch_merge *m, struct catch_writer *w, uint8_t block_len, struct err *e)
{
	int r = 0;

	catch_writer_json(w, head_of(m));
	for (size_t i = 0, next; i < m->table.count && r == 0; i = next) {
		next = catch_table_next(&m->table, i);
		add_target(&m->table, i, next, block_len, &w->rows);
		if (catch_writer_is_full(w))
			r = catch_writer_flush(w, e);
	}
	catch_writer_json(w, end_of(m));
	return r < 0 ? r : catch_writer_flush(w, e);
}

int
catch_merge_write(const struct catch_merge *m, const char *path, uint8_t block_len, struct err *e)
{
	struct catch_writer w;
	int r = catch_writer_open(&w, path, e);

	if (r < 0)
		return r;
	r = write_all(m, &w, block_len, e);
	catch_writer_close(&w);
	return r;
}

static void
add_text(void *userdata, const char *text, size_t len)
{
	strbuf_add_mem(userdata, text, len);
}

void
catch_merge_format(const struct catch_merge *m, uint8_t block_len, struct strbuf *out)
{
	struct catch_writer w;
	struct err e = { 0 };

	catch_writer_open_rows(&w, add_text, out);
	(void)write_all(m, &w, block_len, &e); /* there is no file that could be full */
	catch_writer_close(&w);
}
