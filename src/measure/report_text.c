/* A report in a terminal: the figures, and the costliest findings. */
#include <inttypes.h>
#include <math.h>

#include "base/table.h"
#include "measure/report_write.h"

static void
add_ms(struct table *t, double value)
{
	if (isnan(value))
		table_add_cell(t, "-");
	else
		table_add_cellf(t, "%.1f", value);
}

static void
add_state(const struct report_state *s, struct table *t)
{
	table_add_row(t);
	table_add_cell(t, s->label);
	table_add_cellf(t, "%" PRIu64, s->heard.clients);
	if (s->compared.clients > 0)
		table_add_cellf(t, "%.1f%%", s->at_best.share);
	else
		table_add_cell(t, "-");
	if (s->placed.clients > 0)
		table_add_cellf(t, "%.1f%%", s->at_nearest.share);
	else
		table_add_cell(t, "-");
	add_ms(t, s->rtt.median);
	add_ms(t, s->rtt.p95);
	add_ms(t, s->inflation.median);
	add_ms(t, s->inflation.p95);
}

static void
states_to_text(const struct report *r, size_t columns, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();

	table_add_column(t, "", TABLE_LEFT);
	table_add_column(t, "clients", TABLE_RIGHT);
	table_add_column(t, "best site", TABLE_RIGHT);
	table_add_column(t, "nearest", TABLE_RIGHT);
	table_add_column(t, "RTT median", TABLE_RIGHT);
	table_add_column(t, "p95", TABLE_RIGHT);
	table_add_column(t, "inflation median", TABLE_RIGHT);
	table_add_column(t, "p95", TABLE_RIGHT);
	if (r->has_before)
		add_state(&r->before, t);
	add_state(&r->after, t);
	table_format(t, (struct table_look){ .columns = columns }, out);
}

static const char *
site_name(const struct report *r, uint32_t site)
{
	return site == REPORT_NONE ? "several" : r->sites[site].name;
}

static void
findings_to_text(const struct report *r, size_t max, size_t columns, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();

	table_add_column(t, "client", TABLE_LEFT);
	table_add_column(t, "network", TABLE_LEFT);
	table_add_column(t, "lands at", TABLE_LEFT);
	table_add_column(t, "other", TABLE_LEFT);
	table_add_column(t, "ms more", TABLE_RIGHT);
	table_add_column(t, "km more", TABLE_RIGHT);
	table_add_column(t, "share", TABLE_RIGHT);
	table_may_leave_out(t, 1);
	table_add_column(t, "because", TABLE_LEFT);
	for (size_t i = 0; i < r->finding_count && i < max; i++) {
		const struct report_finding *f = &r->findings[i];
		const struct report_client *c = &r->clients[f->client];

		table_add_row(t);
		table_add_cell(t, c->label ? c->label : c->name);
		table_add_cell(t, c->network ? c->network : "");
		table_add_cell(t, site_name(r, f->site));
		table_add_cell(
		    t, f->better_site == REPORT_NONE ? "" : site_name(r, f->better_site));
		add_ms(t, f->only_nearer ? NAN : f->ms);
		if (isnan(f->km))
			table_add_cell(t, "-");
		else
			table_add_cellf(t, "%.0f", f->km);
		table_add_cellf(t, "%.1f%%", f->share);
		if (f->only_nearer)
			table_add_cellf(t, "%s; nearer by %.0f km, %s",
			    report_reason_title(f->reason), f->km, report_nearer_words(f));
		else
			table_add_cell(t, report_reason_title(f->reason));
		table_add_brief(t, report_reason_title(f->reason));
	}
	if (report_knows_better(r))
		strbuf_addf(out, "\n%zu client%s at a slower or farther site than another one\n",
		    r->finding_count, r->finding_count == 1 ? " lands" : "s land");
	else
		strbuf_add(out, "\nwho lands at a slower or farther site is not known:\n"
				"no RTTs to compare, and no places\n");
	if (r->finding_count > 0)
		table_format(t, (struct table_look){ .columns = columns }, out);
	if (r->finding_count > max)
		strbuf_addf(out, "and %zu more\n", r->finding_count - max);
}

void
report_to_text(const struct report *r, size_t findings, size_t columns, struct strbuf *out)
{
	if (r->title) {
		strbuf_add_printable(out, r->title);
		strbuf_add(out, " (times in ms)\n");
	}
	states_to_text(r, columns, out);
	if (r->has_before)
		strbuf_addf(out,
		    "%" PRIu64 " moved, %" PRIu64 " were mended, %" PRIu64 " are worse off\n",
		    r->change.moved.clients, r->change.mended.clients, r->change.worsened.clients);
	if (r->asked > r->after.heard.clients)
		strbuf_addf(out, "%" PRIu64 " asked, %" PRIu64 " heard, %" PRIu64 " unheard\n",
		    r->asked, r->after.heard.clients, r->asked - r->after.heard.clients);
	findings_to_text(r, findings, columns, out);
	if (r->note_count > 0)
		strbuf_addf(out, "\nincomplete, for %zu reason%s:\n", r->note_count,
		    r->note_count == 1 ? "" : "s");
	for (size_t i = 0; i < r->note_count && i < findings; i++) {
		strbuf_add_printable(out, r->notes[i]);
		strbuf_add_char(out, '\n');
	}
}
