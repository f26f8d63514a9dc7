#include "controller/catchment_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

enum what { PLACES, ASNS, WEIGHTS, WHATS };

/* All have the same shape: what they are called, and what reads them. */
static const char *const names[WHATS] = { "places", "asns", "weights" };
static const char *const fields[WHATS] = { "/places", "/asns", "/weights" };

void
catchment_places_done(struct catchment_places *p)
{
	places_free(p->places);
	origins_free(p->origins);
	weights_free(p->weights);
	*p = (struct catchment_places){ 0 };
}

static int
load(enum what what, const char *text, struct catchment_places *ret, struct strbuf *report,
    struct err *e)
{
	if (what == PLACES)
		return places_load_text(names[what], text, &ret->places, report, e);
	if (what == ASNS)
		return origins_load_text(names[what], text, &ret->origins, report, e);
	return weights_load_text(names[what], text, &ret->weights, report, e);
}

static size_t
count_of(enum what what, const struct catchment_places *p)
{
	if (what == PLACES)
		return places_count(p->places);
	return what == ASNS ? origins_count(p->origins) : p->weights->count;
}

/* ---- what is sent ---- */

/* "places:17:5: expected a prefix": the number of the line, and what is said of it; NULL: it is
 * another line of the report, which shows the one that is meant. */
static const char *
read_complaint(enum what what, const char *line, size_t *ret_number)
{
	size_t number = 0, len = strlen(names[what]);

	if (strncmp(line, names[what], len) != 0 || line[len] != ':')
		return NULL;
	for (line += len + 1; ascii_is_digit(*line); line++)
		number = number * 10 + (size_t)(*line - '0');
	*ret_number = number;
	line = strstr(line, ": ");
	return number > 0 && line != NULL ? line + 2 : NULL;
}

/* Lines of a request that are new: all of them behind those that were there. */
struct added {
	enum what what;
	struct strbuf all;
	size_t before; /* lines that were there */
	size_t *index; /* owned: of each new line, in the request */
	size_t count, cap;
};

static void
added_done(struct added *a)
{
	strbuf_done(&a->all);
	free(a->index);
}

/* What a report (lines.h) says is wrong, as errors of the request's lines: those that were there
 * are good. */
static json_t *
errors_of(const struct added *a, const char *report)
{
	json_t *errors = json_array();

	for (const char *line = report; *line != '\0'; line += *line == '\n') {
		size_t number;
		const char *said = read_complaint(a->what, line, &number);
		char pointer[64];

		line += strcspn(line, "\n");
		if (said == NULL || number <= a->before || number > a->before + a->count)
			continue;
		(void)snprintf(pointer, sizeof(pointer), "/%s/%zu", names[a->what],
		    a->index[number - a->before - 1]);
		field_error(errors, pointer, "%.*s", (int)(line - said), said);
	}
	return errors;
}

static int
refuse(struct call *c, const struct added *a, const char *report, const struct err *e)
{
	json_t *errors = errors_of(a, report);

	if (json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return call_problem_field(c, fields[a->what], "cannot be used: %s", e->message);
}

/* The lines of a text, as keys; and how many there are. */
static json_t *
lines_of(const char *text, size_t *ret_count)
{
	json_t *lines = json_object();

	for (*ret_count = 0; *text != '\0'; (*ret_count)++) {
		size_t len = strcspn(text, "\n");

		(void)json_object_setn_new_nocheck(lines, text, len, json_true());
		text += len + (text[len] == '\n');
	}
	return lines;
}

/* A line that was there is no second one: who was cut off may send all of it again. */
static void
add_new(struct added *a, const json_t *sent, const char *was)
{
	json_auto_t *known = lines_of(was, &a->before);
	json_t *line;
	size_t i;

	strbuf_add(&a->all, was);
	json_array_foreach (sent, i, line) {
		if (json_object_get(known, json_string_value(line)) != NULL)
			continue;
		strbuf_addf(&a->all, "%s\n", json_string_value(line));
		a->index = grow_array(a->index, a->count, &a->cap, sizeof(*a->index));
		a->index[a->count++] = i;
	}
}

/* Puts what was sent behind what there is, and looks at both. */
static int
add_lines(struct call *c, const json_t *sent, const char *was, struct added *a, size_t *ret_count)
{
	_cleanup_(catchment_places_done) struct catchment_places found = { 0 };
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	const char *field = fields[a->what];
	struct err e = { 0 };

	add_new(a, sent, was);
	if (a->all.len > CATCHMENT_PLACES_BYTES_MAX)
		return call_problem_field(c, field,
		    "are %zu bytes with what is there; at most %u for one catchment", a->all.len,
		    CATCHMENT_PLACES_BYTES_MAX);
	if (load(a->what, strbuf_get(&a->all), &found, &report, &e) < 0)
		return refuse(c, a, strbuf_get(&report), &e);
	*ret_count = count_of(a->what, &found);
	if (*ret_count > CATCHMENT_PLACES_MAX)
		return call_problem_field(c, field,
		    "are %zu prefixes with what is there; at most %d for one catchment", *ret_count,
		    CATCHMENT_PLACES_MAX);
	return 0;
}

/* ---- in the store ---- */

static int
select_lines(struct call *c, const char *id, struct store_rows *rows)
{
	return store_query(c->store, rows, c->e,
	    "SELECT places, asns, weights FROM catchment_places WHERE catchment = $1",
	    SQL_TEXT(id));
}

/* They are kept as texts, in the order of `what`. */
static int
keep(struct call *c, const char *id, bool is_there, struct added added[static WHATS],
    const size_t counts[static WHATS])
{
	int r = store_do(c->store, c->e,
	    is_there ? "UPDATE catchment_places SET places = $2, asns = $3, weights = $4,"
		       " place_count = $5, asn_count = $6, weight_count = $7 WHERE catchment = $1"
		     : "INSERT INTO catchment_places (catchment, places, asns, weights,"
		       " place_count, asn_count, weight_count) VALUES ($1, $2, $3, $4, $5, $6, $7)",
	    SQL_TEXT(id), SQL_TEXT(strbuf_get(&added[PLACES].all)),
	    SQL_TEXT(strbuf_get(&added[ASNS].all)), SQL_TEXT(strbuf_get(&added[WEIGHTS].all)),
	    SQL_INT((int64_t)counts[PLACES]), SQL_INT((int64_t)counts[ASNS]),
	    SQL_INT((int64_t)counts[WEIGHTS]));

	return r < 0 ? r : 0;
}

int
catchment_places_add(struct call *c, const char *id, const struct catchment_places_sent *sent)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const json_t *lines[WHATS] = { sent->places, sent->asns, sent->weights };
	struct added added[WHATS] = { 0 };
	size_t counts[WHATS] = { 0 };
	bool is_there;
	int r;

	if (!catchment_places_is_any(sent))
		return 0;
	r = select_lines(c, id, &rows);
	if (r < 0)
		return r;
	is_there = store_next(&rows);
	for (enum what what = 0; what < WHATS && r >= 0; what++) {
		added[what].what = what;
		r = add_lines(c, lines[what], is_there ? store_text(&rows, (int)what) : "",
		    &added[what], &counts[what]);
	}
	if (r >= 0)
		r = keep(c, id, is_there, added, counts);
	for (enum what what = 0; what < WHATS; what++)
		added_done(&added[what]);
	return r < 0 ? r : 0;
}

bool
catchment_places_is_any(const struct catchment_places_sent *sent)
{
	return json_array_size(sent->places) + json_array_size(sent->asns) +
		   json_array_size(sent->weights) >
	       0;
}

int
catchment_places_read(struct call *c, const char *id, struct catchment_places *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	int r = select_lines(c, id, &rows);

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	/* they were looked at when they came */
	for (enum what what = 0; what < WHATS; what++) {
		if (load(what, store_text(&rows, (int)what), ret, &report, c->e) < 0)
			return STORE_OTHER;
	}
	return 0;
}
