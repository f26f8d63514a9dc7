#include "measure/catch_diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/catch_file.h"
#include "measure/catch_report.h"

#define MOVES_SHOWN 20

void
catch_diff_done(struct catch_diff *d)
{
	catch_table_done(&d->table);
	free(d->moves);
	for (size_t i = 0; i < ARRAY_SIZE(d->sides); i++) {
		free(d->sides[i].address);
		free(d->sides[i].run);
		free(d->sides[i].sender);
		free(d->sides[i].began);
	}
	strbuf_done(&d->report);
}

/* ---- reading ---- */

/* The two rows of a target that is in both, made one. */
static void
join(struct catch_table *t)
{
	size_t kept = 0;

	for (size_t i = 0, next; i < t->count; i = next) {
		struct catch_row row = t->rows[i];

		next = catch_table_next(t, i);
		for (size_t k = i + 1; k < next; k++) {
			if (row.site == CATCH_NO_SITE)
				row.site = t->rows[k].site;
			if (row.best_site == CATCH_NO_SITE)
				row.best_site = t->rows[k].best_site;
		}
		t->rows[kept++] = row;
	}
	t->count = kept;
}

static int
take_row(struct catch_diff *d, struct catch_reader *r, struct line_word place, bool second)
{
	char name[LINES_TEXT_MAX];
	struct catch_row *row;
	uint16_t site;

	(void)lines_word(&r->lines, place, name, sizeof(name));
	site = catch_table_site(&d->table, name);
	if (site == CATCH_NO_SITE)
		return -E2BIG;
	row = catch_table_add(&d->table, r->last, second ? CATCH_NO_SITE : site);
	if (second)
		row->best_site = site;
	return 0;
}

static char *
text_of(const struct catch_reader *r, const char *key)
{
	const char *text = catch_reader_text(r, key);

	return *text ? xstrdup(text) : NULL;
}

static void
take_head(struct catch_diff_side *s, const struct catch_reader *r)
{
	s->address = text_of(r, "address");
	s->run = text_of(r, "run");
	s->sender = text_of(r, "sender");
	s->began = text_of(r, "began");
}

/* What lands at two addresses may differ for good. */
static void
compare_addresses(struct catch_diff *d)
{
	const char *a = d->sides[0].address, *b = d->sides[1].address;

	if (a == NULL || b == NULL || strcmp(a, b) == 0)
		return;
	d->other_address = true;
	strbuf_add(&d->report, "the first is of ");
	strbuf_add_printable(&d->report, a);
	strbuf_add(&d->report, ", the second of ");
	strbuf_add_printable(&d->report, b);
	strbuf_add(&d->report, ": a difference is no move\n");
}

static int
read_catchment(struct catch_diff *d, const char *path, bool second, struct err *e)
{
	static const char *const kinds[] = { "merged", NULL };
	struct line_word words[3];
	struct catch_reader r;
	int got = catch_reader_open(&r, path, kinds, e);

	if (got < 0)
		return got;
	take_head(&d->sides[second], &r);
	if (d->table.family == IP_NONE)
		d->table.family = r.family;
	if (r.family != d->table.family)
		got = err_set(e, -EINVAL, "%s: is of the other family than the first", path);
	while (got >= 0 && (got = catch_reader_next(&r, words, ARRAY_SIZE(words), e)) > 0) {
		if (catch_reader_columns(&r, words, ARRAY_SIZE(words)) == ARRAY_SIZE(words))
			got = take_row(d, &r, words[2], second);
		if (got < 0)
			(void)err_set(e, got, "%s: more than %d places", path, CATCH_SITES_MAX);
	}
	lines_end_report(&r.lines);
	strbuf_add(&d->report, strbuf_get(&r.lines.report));
	d->bad += r.lines.bad;
	if (got >= 0 && r.end == NULL)
		strbuf_addf(&d->report, "%s: has no last line: the file was cut off\n", path);
	else if (got >= 0 && !json_is_true(json_object_get(r.end, "complete")))
		strbuf_addf(&d->report, "%s: is of a merge to which something was missing\n", path);
	d->incomplete |= r.end == NULL || !json_is_true(json_object_get(r.end, "complete"));
	catch_reader_close(&r);
	return got;
}

/* ---- sums ---- */

static void
add(struct catch_amount *a, double weight)
{
	a->targets++;
	a->weight += weight;
}

static void
add_move(struct catch_diff *d, const struct catch_row *row)
{
	struct catch_move *m = NULL;

	for (size_t i = 0; i < d->move_count && m == NULL; i++) {
		if (d->moves[i].from == row->site && d->moves[i].to == row->best_site)
			m = &d->moves[i];
	}
	if (m == NULL) {
		d->moves = grow_array(d->moves, d->move_count, &d->move_cap, sizeof(*d->moves));
		m = &d->moves[d->move_count++];
		*m = (struct catch_move){ .from = row->site, .to = row->best_site };
	}
	add(&m->amount, row->weight);
}

static int
compare_moves(const void *a, const void *b)
{
	const struct catch_move *x = a, *y = b;

	if (x->amount.weight != y->amount.weight)
		return x->amount.weight < y->amount.weight ? 1 : -1;
	if (x->amount.targets != y->amount.targets)
		return x->amount.targets < y->amount.targets ? 1 : -1;
	return x->from != y->from ? x->from - y->from : x->to - y->to;
}

static void
sum(struct catch_diff *d)
{
	for (size_t i = 0; i < d->table.count; i++) {
		const struct catch_row *row = &d->table.rows[i];

		if (row->site == CATCH_NO_SITE) {
			add(&d->come, row->weight);
		} else if (row->best_site == CATCH_NO_SITE) {
			add(&d->gone, row->weight);
		} else {
			add(&d->both, row->weight);
			if (row->site != row->best_site) {
				add(&d->moved, row->weight);
				add_move(d, row);
			}
		}
	}
	if (d->move_count > 0)
		qsort(d->moves, d->move_count, sizeof(*d->moves), compare_moves);
}

int
catch_diff_read(
    struct catch_diff *d, const char *first, const char *second, const char *weights, struct err *e)
{
	int r = read_catchment(d, first, false, e);

	if (r >= 0)
		r = read_catchment(d, second, true, e);
	if (r < 0)
		return r;
	compare_addresses(d);
	catch_table_sort(&d->table);
	join(&d->table);
	d->has_weights = weights != NULL;
	if (weights != NULL)
		r = catch_table_weigh(&d->table, weights, &d->unmapped, &d->report, &d->bad, e);
	sum(d);
	return r;
}

/* ---- what is shown ---- */

static const char *
place_name(const struct catch_diff *d, uint16_t place)
{
	return d->table.sites[place];
}

int
catch_diff_write(const struct catch_diff *d, const char *path, struct err *e)
{
	struct catch_writer w;
	char text[IP_STR_MAX];
	int r = catch_writer_open(&w, path, e);

	for (size_t i = 0; i < d->table.count && r == 0; i++) {
		const struct catch_row *row = &d->table.rows[i];

		if (row->site == row->best_site || row->site == CATCH_NO_SITE ||
		    row->best_site == CATCH_NO_SITE)
			continue;
		strbuf_addf(&w.rows, "%s %s %s\n",
		    ip_format(catch_table_target(&d->table, i), text), place_name(d, row->site),
		    place_name(d, row->best_site));
		if (catch_writer_is_full(&w))
			r = catch_writer_flush(&w, e);
	}
	if (r == 0)
		r = catch_writer_flush(&w, e);
	catch_writer_close(&w);
	return r;
}

static json_t *
side_to_json(const struct catch_diff_side *s)
{
	return json_pack("{s:s?, s:s?, s:s?, s:s?}", "address", s->address, "run", s->run, "sender",
	    s->sender, "began", s->began);
}

json_t *
catch_diff_to_json(const struct catch_diff *d)
{
	json_t *j = json_object(), *moves = json_array();

	for (size_t i = 0; i < d->move_count; i++) {
		const struct catch_move *m = &d->moves[i];
		json_t *move = json_pack(
		    "{s:s, s:s}", "from", place_name(d, m->from), "to", place_name(d, m->to));

		(void)json_object_update_new(
		    move, catch_amount_to_json(&m->amount, &d->both, d->has_weights));
		(void)json_array_append_new(moves, move);
	}
	json_object_set_new(j, "complete", json_boolean(!d->incomplete && d->bad == 0));
	json_object_set_new(j, "first", side_to_json(&d->sides[0]));
	json_object_set_new(j, "second", side_to_json(&d->sides[1]));
	json_object_set_new(j, "both", catch_amount_to_json(&d->both, &d->both, d->has_weights));
	json_object_set_new(j, "moved", catch_amount_to_json(&d->moved, &d->both, d->has_weights));
	json_object_set_new(
	    j, "only_first", catch_amount_to_json(&d->gone, &d->gone, d->has_weights));
	json_object_set_new(
	    j, "only_second", catch_amount_to_json(&d->come, &d->come, d->has_weights));
	json_object_set_new(j, "moves", moves);
	json_object_set_new(
	    j, "unmapped_weight", d->has_weights ? json_real(d->unmapped) : json_null());
	return j;
}

static double
move_share(const struct catch_diff *d, const struct catch_amount *a)
{
	return d->has_weights ? catch_share(a->weight, d->both.weight)
			      : catch_share((double)a->targets, (double)d->both.targets);
}

static void
add_word(const char *before, const char *word, struct strbuf *out)
{
	if (word == NULL)
		return;
	strbuf_add(out, before);
	strbuf_add_printable(out, word);
}

static void
side_to_text(const char *which, const struct catch_diff_side *s, struct strbuf *out)
{
	add_word(which, s->address ? s->address : "an unknown address", out);
	add_word(", run ", s->run, out);
	add_word("\n  asked from ", s->sender, out);
	add_word(s->sender ? ", " : "\n  ", s->began, out);
	strbuf_add_char(out, '\n');
}

/* For 40 columns: names of sites may be cut, what weighs stands for how many there are. */
void
catch_diff_to_text(const struct catch_diff *d, struct strbuf *out)
{
	struct table *t = table_new();

	side_to_text("first ", &d->sides[0], out);
	side_to_text("second ", &d->sides[1], out);
	strbuf_addf(
	    out, "%" PRIu64 " of %" PRIu64 " targets moved\n", d->moved.targets, d->both.targets);
	table_add_column(t, "from", TABLE_LEFT);
	table_add_column(t, "to", TABLE_LEFT);
	table_add_column(t, "targets", TABLE_RIGHT);
	table_add_column(t, d->has_weights ? "weight" : "", TABLE_RIGHT);
	for (size_t i = 0; i < MIN(d->move_count, (size_t)MOVES_SHOWN); i++) {
		table_add_row(t);
		table_add_cellf(t, "%.9s", place_name(d, d->moves[i].from));
		table_add_cellf(t, "%.9s", place_name(d, d->moves[i].to));
		table_add_cellf(t, "%" PRIu64, d->moves[i].amount.targets);
		table_add_cellf(t, "%.1f %%", move_share(d, &d->moves[i].amount));
	}
	if (d->move_count > 0)
		table_format(t, (struct table_look){ 0 }, out);
	table_free(t);
	if (d->move_count > MOVES_SHOWN)
		strbuf_addf(out, "and %zu more ways\n", d->move_count - MOVES_SHOWN);
	if (d->gone.targets > 0)
		strbuf_addf(out, "%" PRIu64 " only in the first\n", d->gone.targets);
	if (d->come.targets > 0)
		strbuf_addf(out, "%" PRIu64 " only in the second\n", d->come.targets);
	if (d->incomplete || d->bad > 0)
		strbuf_add(out, "incomplete: a merge lacked something\n");
	if (d->other_address)
		strbuf_add(out, "doubtful: of different addresses\n");
}
