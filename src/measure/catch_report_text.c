/* What a merged catchment comes to, as text that fits in 40 columns. */
#include <inttypes.h>
#include <stdio.h>

#include "measure/catch_merge.h"
#include "measure/catch_report.h"

static void
add_row(struct table *t, const char *what, const struct catch_amount *a,
    const struct catch_amount *whole, bool weights)
{
	table_add_row(t);
	table_add_cellf(t, "%.14s", what);
	catch_amount_add_cells(t, a, whole, weights);
}

static void
add_head(struct table *t, const char *what, bool weights)
{
	table_add_column(t, what, TABLE_LEFT);
	table_add_column(t, "targets", TABLE_RIGHT);
	table_add_column(t, "", TABLE_RIGHT);
	table_add_column(t, weights ? "weight" : "", TABLE_RIGHT);
}

static void
add_ms(struct strbuf *out, const char *what, uint32_t us)
{
	if (us != CATCH_US_NONE)
		strbuf_addf(out, "  %s %.1f ms", what, us / 1000.0);
}

static void
add_ms_cell(struct table *t, uint32_t us)
{
	if (us == CATCH_US_NONE)
		table_add_cell(t, "-");
	else
		table_add_cellf(t, "%.1f", us / 1000.0);
}

/* From each site, to the targets that land there and that it measured. */
static void
rtts_to_text(const struct catch_merge *m, const struct catch_sums *s, struct strbuf *out)
{
	struct table *t = table_new();

	strbuf_add(out, "\n");
	table_add_column(t, "RTT, ms", TABLE_LEFT);
	table_add_column(t, "targets", TABLE_RIGHT);
	table_add_column(t, "median", TABLE_RIGHT);
	table_add_column(t, "p95", TABLE_RIGHT);
	for (size_t i = 0; i < s->site_count; i++) {
		table_add_row(t);
		table_add_cellf(t, "%.14s", m->table.sites[i]);
		table_add_cellf(t, "%" PRIu64, s->rtts[i].count);
		add_ms_cell(t, s->rtts[i].median);
		add_ms_cell(t, s->rtts[i].p95);
	}
	table_format(t, (struct table_look){ 0 }, out);
	table_free(t);
}

static void
inflation_to_text(const struct catch_merge *m, const struct catch_sums *s, struct strbuf *out)
{
	struct table *t = table_new();
	char what[24];

	strbuf_add(out, "\n");
	add_head(t, "inflation", m->has_weights);
	add_row(t, "best site", &s->at_best, &s->compared, m->has_weights);
	for (size_t i = 0; i < CATCH_STEPS; i++) {
		(void)snprintf(what, sizeof(what), "> %u ms", catch_steps_ms[i]);
		add_row(t, what, &s->more[i], &s->compared, m->has_weights);
	}
	table_format(t, (struct table_look){ 0 }, out);
	table_free(t);
	add_ms(out, "median", s->inflation.median);
	add_ms(out, "90 %", s->inflation.p90);
	strbuf_add_char(out, '\n');
}

static void
files_to_text(const struct catch_merge *m, struct strbuf *out)
{
	for (size_t i = 0; i < m->file_count; i++) {
		const struct catch_merged_file *f = &m->files[i];
		const char *name = f->site ? f->site : f->path;

		if (f->state == CATCH_FILE_CUT)
			strbuf_addf(out, "incomplete: %s went away\n", name);
		else if (f->state == CATCH_FILE_STOPPED)
			strbuf_addf(out, "incomplete: %s was stopped\n", name);
		else if (f->state == CATCH_FILE_DROPPED)
			strbuf_addf(out, "incomplete: %s lost replies\n", name);
		else if (f->state == CATCH_FILE_FORGED)
			strbuf_addf(
			    out, "incomplete: %s, %" PRIu64 " forged (key?)\n", name, f->forged);
		else if (f->state == CATCH_FILE_REFUSED)
			strbuf_addf(out, "incomplete: without %s\n", name);
		else if (f->bad > 0)
			strbuf_addf(out, "incomplete: %s, %" PRIu64 " bad lines\n", name, f->bad);
		if (f->state != CATCH_FILE_FORGED && f->forged > 0)
			strbuf_addf(out, "%s: %" PRIu64 " forged, left out\n", name, f->forged);
	}
}

static void
asked_to_text(uint64_t asked, uint64_t heard, struct strbuf *out)
{
	if (asked > heard)
		strbuf_addf(out, "%" PRIu64 " asked, %" PRIu64 " heard, %" PRIu64 " unheard\n",
		    asked, heard, asked - heard);
}

void
catch_merge_to_text(const struct catch_merge *m, struct strbuf *out)
{
	struct table *t = table_new();
	struct catch_sums s;

	catch_sums_compute(&m->table, m->has_weights, &s);
	strbuf_add_printable(out, m->address ? m->address : "no catchment");
	strbuf_add(out, "\n");
	add_head(t, "site", m->has_weights);
	for (size_t i = 0; i < s.site_count; i++)
		add_row(t, m->table.sites[i], &s.sites[i], &s.all, m->has_weights);
	add_row(t, "(flipping)", &s.flipping, &s.all, m->has_weights);
	table_format(t, (struct table_look){ 0 }, out);
	table_free(t);
	asked_to_text(catch_merge_asked(m), s.all.targets, out);
	if (m->has_rtt) {
		rtts_to_text(m, &s, out);
		inflation_to_text(m, &s, out);
	} else if (m->address != NULL) {
		strbuf_add(out, "\nno RTTs: they come from catchment rtt\n");
	}
	files_to_text(m, out);
	catch_sums_done(&s);
}

/* As a person would say it: no seconds of an hour. */
static void
add_left(uint64_t seconds, struct strbuf *out)
{
	if (seconds / 3600 >= 2)
		strbuf_addf(out, ", %" PRIu64 " h left", seconds / 3600);
	else if (seconds / 60 >= 2)
		strbuf_addf(out, ", %" PRIu64 " min left", seconds / 60);
	else if (seconds > 0)
		strbuf_addf(out, ", %" PRIu64 " s left", seconds);
}

void
catch_progress_to_text(
    const struct catch_run_counts *c, uint64_t total, uint32_t pps, struct strbuf *out)
{
	uint64_t done = MIN(c->sent + c->failed + c->skipped, total);

	if (total > 0)
		strbuf_addf(out, "%" PRIu64 " of %" PRIu64 " sent, ", c->sent, total);
	strbuf_addf(out, "%" PRIu64 " landed", c->verdicts[CATCH_OWN]);
	if (pps > 0)
		add_left((total - done) / pps, out);
}
