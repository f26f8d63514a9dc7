#include "controller/catchment_report.h"

#include <string.h>

#include "base/strbuf.h"
#include "base/style.h"
#include "controller/catchment_counts.h"
#include "measure/report_build.h"

void
catchment_report_done(struct catchment_report *report)
{
	report_done(&report->r);
	catchment_places_done(&report->known);
	catchment_rows_done(&report->now);
	catchment_rows_done(&report->before);
}

/* ---- its sites ---- */

/* Those of the service, in an order that stays while replies land: colours and shapes are theirs by
 * it. */
static int
add_sites(struct call *c, const struct catchment_case *k, struct report_builder *b)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT DISTINCT site_name FROM catchment_parts WHERE catchment = $1"
	    " ORDER BY site_name",
	    SQL_TEXT(k->id));

	while (r >= 0 && store_next(&rows))
		(void)report_builder_site(b, store_text(&rows, 0));
	return r;
}

static const char *
text_or_null(struct report *r, const char *text)
{
	return *text != '\0' ? report_text(r, text) : NULL;
}

static struct report_place
place_of(const struct store_rows *rows, struct report *r)
{
	struct report_place place = { .city = text_or_null(r, store_text(rows, 1)),
		.country = text_or_null(r, store_text(rows, 2)),
		.has_point = !store_is_null(rows, 3) && !store_is_null(rows, 4) };

	/* millionths of a degree */
	if (place.has_point)
		place.point = (struct geo_point){ (double)store_int(rows, 3) / 1e6,
			(double)store_int(rows, 4) / 1e6 };
	return place;
}

/* One that has another name by now, or is gone, has no place. */
static int
place_sites(struct call *c, struct report *report)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT name, city, country, latitude, longitude FROM sites ORDER BY name");

	while (r >= 0 && store_next(&rows)) {
		uint32_t at = report_find_site(report, store_text(&rows, 0));

		if (at != REPORT_NONE)
			report->sites[at].place = place_of(&rows, report);
	}
	return r;
}

/* ---- what is missing ---- */

static void
note_part(struct report *report, const char *host, const char *why)
{
	report_add_note(report, report_printf(report, "%s: %s", host, why));
}

static int
note_parts(struct call *c, const struct catchment_case *k, struct report *report)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT host_name, why, restarted, counts FROM catchment_parts WHERE catchment = $1"
	    " ORDER BY site_name, host_name",
	    SQL_TEXT(k->id));

	while (r >= 0 && store_next(&rows)) {
		const char *host = store_text(&rows, 0), *why = store_text(&rows, 1);
		json_int_t dropped = catchment_counts_of(store_text(&rows, 3), "dropped");

		if (*why != '\0')
			note_part(report, host, why);
		else if (store_int(&rows, 2) == 1)
			note_part(report, host, "its agent began anew in the middle");
		if (dropped > 0)
			note_part(report, host,
			    report_printf(report,
				"up to %" JSON_INTEGER_FORMAT
				" replies came faster than they could be taken",
				dropped));
	}
	return r;
}

static void
note_state(const struct catchment_case *k, struct report *report)
{
	if (!catchment_is_over(&k->c))
		report_add_note(report, "it goes on: more may land");
	else if (k->c.state != CATCHMENT_DONE)
		report_add_note(report,
		    report_printf(report, "%s: %s", catchment_state_name(k->c.state), k->c.why));
}

/* ---- what others wrote ---- */

static void
make_printable(struct report *r, const char **text)
{
	_cleanup_(strbuf_done) struct strbuf shown = { 0 };

	if (*text == NULL)
		return;
	strbuf_add_printable(&shown, *text);
	if (strcmp(strbuf_get(&shown), *text) != 0)
		*text = report_text(r, strbuf_get(&shown));
}

/* Names of networks and places come from files of others: none turns the direction of what stands
 * beside it. */
static void
make_names_printable(struct report *r)
{
	for (size_t i = 0; i < r->client_count; i++) {
		struct report_client *c = &r->clients[i];

		make_printable(r, &c->network);
		make_printable(r, &c->place.city);
		make_printable(r, &c->place.country);
	}
}

/* ---- all of it ---- */

static void
name_it(struct call *c, const json_t *brief, struct report *r)
{
	r->made_wall_ns = c->request->now;
	r->global_ip = report_text(r, call_text(brief, "address"));
	r->title = report_printf(r, "Where clients of %s land", r->global_ip);
	r->asked = (uint64_t)json_integer_value(json_object_get(brief, "target_count"));
	report_add_condition(r, "requests",
	    report_printf(
		r, "from %s, since %s", call_text(brief, "site"), call_text(brief, "created_at")));
}

/* Both by the same weights: those of this one. */
static void
weigh(const struct weights *weights, struct catch_merge *m)
{
	if (weights == NULL || weights->count == 0)
		return;
	m->has_weights = true;
	for (size_t i = 0; i < weights->count; i++) {
		if (!catch_table_share(
			&m->table, weights->items[i].prefix, weights->items[i].count))
			m->unmapped += (double)weights->items[i].count;
	}
}

static int
build(struct call *c, const struct catchment_case *k, const struct catchment_case *before,
    struct catchment_report *ret)
{
	struct report_builder b = {
		.report = &ret->r, .origins = ret->known.origins, .places = ret->known.places
	};
	int r = add_sites(c, k, &b);

	if (r >= 0)
		r = catchment_rows_read(c, k, &ret->now);
	if (r >= 0) {
		weigh(ret->known.weights, &ret->now.m);
		report_build_catchment(&b, &ret->now.m, REPORT_AFTER);
	}
	if (r >= 0 && before != NULL)
		r = catchment_rows_read(c, before, &ret->before);
	if (r >= 0 && before != NULL) {
		weigh(ret->known.weights, &ret->before.m);
		report_build_catchment(&b, &ret->before.m, REPORT_BEFORE);
	}
	report_builder_done(&b);
	return r;
}

int
catchment_report_make(struct call *c, const struct catchment_case *k,
    const struct catchment_case *before, const json_t *brief, struct catchment_report *ret)
{
	int r = catchment_places_read(c, k->id, &ret->known);

	report_init(&ret->r);
	name_it(c, brief, &ret->r);
	note_state(k, &ret->r);
	if (r >= 0)
		r = note_parts(c, k, &ret->r);
	if (r >= 0)
		r = build(c, k, before, ret);
	if (r >= 0)
		r = place_sites(c, &ret->r);
	if (r < 0)
		return r;
	make_names_printable(&ret->r);
	/* why they land there is not looked for: a controller has no traces, and without them no
	 * reason is known */
	report_compute(&ret->r);
	return 0;
}
