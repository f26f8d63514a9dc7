#include "measure/catch_merge.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "measure/catch_report.h"
#include "measure/json.h"

/* To a thousandth: finer digits would be noise. */
static json_t *
share_to_json(double part, double whole)
{
	return json_real(round(catch_share(part, whole) * 1000) / 1000);
}

json_t *
catch_amount_to_json(const struct catch_amount *a, const struct catch_amount *whole, bool weights)
{
	json_t *j = json_object();

	json_object_set_new(j, "targets", json_integer((json_int_t)a->targets));
	json_object_set_new(j, "share", share_to_json((double)a->targets, (double)whole->targets));
	if (weights) {
		json_object_set_new(j, "weight", json_real(round(a->weight * 1000) / 1000));
		json_object_set_new(j, "weight_share", share_to_json(a->weight, whole->weight));
	}
	return j;
}

void
catch_amount_add_cells(
    struct table *t, const struct catch_amount *a, const struct catch_amount *whole, bool weights)
{
	table_add_cellf(t, "%" PRIu64, a->targets);
	table_add_cellf(t, "%.1f %%", catch_share((double)a->targets, (double)whole->targets));
	if (weights)
		table_add_cellf(t, "%.1f %%", catch_share(a->weight, whole->weight));
}

json_t *
catch_us_to_json(uint32_t us)
{
	return us == CATCH_US_NONE ? json_null() : json_ms(DURATION_US(us));
}

static void
set_quantiles(json_t *j, struct catch_quantiles q)
{
	json_object_set_new(j, "median_ms", catch_us_to_json(q.median));
	json_object_set_new(j, "p90_ms", catch_us_to_json(q.p90));
	json_object_set_new(j, "p95_ms", catch_us_to_json(q.p95));
	json_object_set_new(j, "p99_ms", catch_us_to_json(q.p99));
}

static const char *const state_names[] = { "whole", "stopped", "cut", "dropped", "forged",
	"refused" };

static json_t *
file_to_json(const struct catch_merged_file *f)
{
	return json_pack("{s:s, s:s?, s:s, s:s, s:I, s:I, s:s?, s:O?}", "file", f->path, "site",
	    f->site, "kind", f->rtt ? "rtt" : "replies", "state", state_names[f->state], "rows",
	    (json_int_t)f->rows, "bad_lines", (json_int_t)f->bad, "why", f->why, "end", f->end);
}

static json_t *
sites_to_json(const struct catch_merge *m, const struct catch_sums *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->site_count; i++) {
		json_t *j = json_pack("{s:s}", "site", m->table.sites[i]);

		(void)json_object_update_new(
		    j, catch_amount_to_json(&s->sites[i], &s->all, m->has_weights));
		if (m->has_rtt) {
			json_t *rtt = json_object();

			set_quantiles(rtt, s->rtts[i]);
			json_object_set_new(j, "rtt", rtt);
		}
		(void)json_array_append_new(list, j);
	}
	return list;
}

static json_t *
inflation_to_json(const struct catch_merge *m, const struct catch_sums *s)
{
	json_t *j = json_object(), *more = json_array();

	json_object_set_new(
	    j, "compared", catch_amount_to_json(&s->compared, &s->all, m->has_weights));
	json_object_set_new(
	    j, "at_best_site", catch_amount_to_json(&s->at_best, &s->compared, m->has_weights));
	set_quantiles(j, s->inflation);
	for (size_t i = 0; i < CATCH_STEPS; i++) {
		json_t *step = catch_amount_to_json(&s->more[i], &s->compared, m->has_weights);

		json_object_set_new(step, "more_than_ms", json_integer(catch_steps_ms[i]));
		(void)json_array_append_new(more, step);
	}
	json_object_set_new(j, "more", more);
	return j;
}

json_t *
catch_merge_to_json(const struct catch_merge *m)
{
	json_t *j = json_object(), *files = json_array();
	uint64_t asked = catch_merge_asked(m);
	struct catch_sums s;

	catch_sums_compute(&m->table, m->has_weights, &s);
	for (size_t i = 0; i < m->file_count; i++)
		(void)json_array_append_new(files, file_to_json(&m->files[i]));
	json_object_set_new(j, "run", json_text(m->run));
	json_object_set_new(j, "address", json_text(m->address));
	json_object_set_new(j, "complete", json_boolean(catch_merge_is_complete(m)));
	json_object_set_new(j, "asked", asked > 0 ? json_integer((json_int_t)asked) : json_null());
	json_object_set_new(j, "targets", json_integer((json_int_t)s.all.targets));
	json_object_set_new(j, "sites", sites_to_json(m, &s));
	json_object_set_new(
	    j, "flipping", catch_amount_to_json(&s.flipping, &s.all, m->has_weights));
	json_object_set_new(j, "inflation", m->has_rtt ? inflation_to_json(m, &s) : json_null());
	json_object_set_new(j, "weights",
	    m->has_weights ? json_pack("{s:f, s:f, s:I}", "mapped", s.all.weight, "unmapped",
				 m->unmapped, "bad_lines", (json_int_t)m->bad_weights)
			   : json_null());
	json_object_set_new(j, "files", files);
	catch_sums_done(&s);
	return j;
}
