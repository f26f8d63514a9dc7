#include "controller/catchment_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

enum what { PLACES, ASNS, WHATS };

/* Both have the same shape: what they are called, and what reads them. */
static const char *const names[WHATS] = { "places", "asns" };

void
catchment_places_done(struct catchment_places *p)
{
	places_free(p->places);
	origins_free(p->origins);
	*p = (struct catchment_places){ 0 };
}

static int
load(enum what what, const char *text, struct catchment_places *ret, struct strbuf *report,
    struct err *e)
{
	return what == PLACES ? places_load_text(names[what], text, &ret->places, report, e)
			      : origins_load_text(names[what], text, &ret->origins, report, e);
}

static size_t
count_of(enum what what, const struct catchment_places *p)
{
	return what == PLACES ? places_count(p->places) : origins_count(p->origins);
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
	return call_problem_field(
	    c, a->what == PLACES ? "/places" : "/asns", "cannot be used: %s", e->message);
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
	const char *field = a->what == PLACES ? "/places" : "/asns";
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
	    "SELECT places, asns FROM catchment_places WHERE catchment = $1", SQL_TEXT(id));
}

int
catchment_places_add(struct call *c, const char *id, const struct catchment_places_sent *sent)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	_cleanup_(added_done) struct added places = { .what = PLACES }, asns = { .what = ASNS };
	size_t place_count = 0, asn_count = 0;
	bool is_there;
	int r;

	if (json_array_size(sent->places) + json_array_size(sent->asns) == 0)
		return 0;
	r = select_lines(c, id, &rows);
	if (r < 0)
		return r;
	is_there = store_next(&rows);
	r = add_lines(c, sent->places, is_there ? store_text(&rows, 0) : "", &places, &place_count);
	if (r >= 0)
		r = add_lines(
		    c, sent->asns, is_there ? store_text(&rows, 1) : "", &asns, &asn_count);
	if (r < 0)
		return r;
	r = store_do(c->store, c->e,
	    is_there ? "UPDATE catchment_places SET places = $2, asns = $3, place_count = $4,"
		       " asn_count = $5 WHERE catchment = $1"
		     : "INSERT INTO catchment_places (catchment, places, asns, place_count,"
		       " asn_count) VALUES ($1, $2, $3, $4, $5)",
	    SQL_TEXT(id), SQL_TEXT(strbuf_get(&places.all)), SQL_TEXT(strbuf_get(&asns.all)),
	    SQL_INT((int64_t)place_count), SQL_INT((int64_t)asn_count));
	return r < 0 ? r : 0;
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
