/*
 * Events: pages of them, the newest first, and streams (streams.h), which go on from a number.
 *
 * A stream has two things: the events that were asked for, each with its number as id, and for each
 * object that was changed a message "change", whatever was asked for, so that a page reads the
 * object again. Whoever goes on behind a number of which not all that followed is there any more is
 * told so first, by a message "gap". A project's stream tells of its own objects and of places,
 * which everybody with a token may see. An administrator's order of a whole site or host is an
 * event of each project that has a service there.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/call_filter.h"
#include "controller/cursor.h"
#include "controller/event.h"
#include "controller/event_kinds.h"
#include "controller/handlers.h"
#include "proto/http/event_stream.h"

#define STREAM_ROWS 200 /* at a time */
#define STREAM_BYTES (128u << 10) /* likewise: then the rest comes when that was taken */
#define STREAM_RETRY "retry: 2000\n\n"

/* $1: a number. $2: how many. Then what is asked for; "" and 0 are everything. */
#define COLUMNS                                                                                    \
	"SELECT CAST(e.number AS TEXT), e.number, e.at, e.received_at, e.kind, e.severity,"        \
	" coalesce(p.name, e.project), coalesce(s.name, e.site), coalesce(h.name, e.host),"        \
	" coalesce(v.name, e.service), e.message, e.detail, e.origin"
#define FROM                                                                                       \
	" FROM events e LEFT JOIN projects p ON p.id = e.project"                                  \
	" LEFT JOIN sites s ON s.id = e.site LEFT JOIN hosts h ON h.id = e.host"                   \
	" LEFT JOIN services v ON v.id = e.service"
#define SEVERITY                                                                                   \
	"CASE e.severity WHEN 'debug' THEN 0 WHEN 'info' THEN 1 WHEN 'notice' THEN 2"              \
	" WHEN 'warning' THEN 3 ELSE 4 END"
#define CONCERNS                                                                                   \
	"($3 = '' OR e.project = $3 OR (e.project IS NULL AND e.origin IS NULL"                    \
	" AND e.kind LIKE 'order-%' AND EXISTS (SELECT 1 FROM placements q"                        \
	" JOIN services t ON t.id = q.service JOIN hosts k ON k.id = q.host OR k.site = q.site"    \
	" WHERE t.project = $3 AND (k.project IS NULL OR k.project = $3)"                          \
	" AND CASE WHEN e.host IS NOT NULL THEN k.id = e.host ELSE k.site = e.site END)))"
#define WANTED                                                                                     \
	"($4 = '' OR e.kind = $4) AND " SEVERITY " >= $8"                                          \
	" AND ($5 = '' OR s.name = $5 OR e.site = $5) AND ($6 = '' OR h.name = $6 OR e.host = $6)" \
	" AND ($7 = '' OR v.name = $7 OR e.service = $7)"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "number", COLUMN_INT },
	{ "at", COLUMN_TIME },
	{ "received_at", COLUMN_TIME },
	{ "kind", COLUMN_TEXT },
	{ "severity", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "site", COLUMN_TEXT },
	{ "host", COLUMN_TEXT },
	{ "service", COLUMN_TEXT },
	{ "message", COLUMN_TEXT },
	{ "detail", COLUMN_JSON },
	{ "origin", COLUMN_TEXT },
};

/* What is gone has its events still, and is asked for by its id. */
#define OR_OF_EVENTS(column) " UNION ALL SELECT 1 FROM events WHERE " column " = $1"
#define OF_PROJECT " AND ($2 = '' OR project = $2) LIMIT 1"

/* $3 and so on. Only who begins is told of a filter that fits nothing there is: while a stream goes
 * on, what it is about may go away. */
static int
read_filters(struct call *c, bool begins, struct store_value values[static 6])
{
	const struct call_filter filters[] = {
		{ .name = "kind",
		    .known = event_kinds_known(),
		    .missing = "there are no events of kind",
		    .sql = "SELECT 1 FROM events WHERE kind = $1" OF_PROJECT,
		    .of_project = true },
		CALL_FILTER_SITE(OR_OF_EVENTS("site") " LIMIT 1"),
		CALL_FILTER_HOST(OR_OF_EVENTS("host") OF_PROJECT),
		CALL_FILTER_SERVICE(OR_OF_EVENTS("service") OF_PROJECT),
	};
	const char *severity = call_query(c, "severity");
	int least = severity != NULL && *severity != '\0' ? event_severity(severity) : 0;

	if (least < 0)
		return call_problem_parameter(c, "severity",
		    "expected debug, info, notice, warning or error, the least that is "
		    "shown");
	values[0] = SQL_TEXT(c->project);
	values[5] = SQL_INT(least);
	call_filters_said(c, filters, ARRAY_SIZE(filters), values + 1);
	return begins ? call_filters_check(c, filters, ARRAY_SIZE(filters)) : 0;
}

static bool
is_number(const char *text)
{
	uint64_t number;

	return parse_u64(text, INT64_MAX, &number) == 0;
}

/* ---- pages ---- */

static int
finish(struct call *c, json_t *item)
{
	(void)c;
	(void)json_object_del(item, "origin");
	return 0;
}

static int
check_cursor(struct call *c)
{
	const char *text = call_query(c, "cursor");
	char key[CURSOR_KEY_MAX + 1];

	if (text == NULL || !cursor_read(text, key) || is_number(key))
		return 0; /* or call_list() says so */
	return call_problem_parameter(c, "cursor", "expected the \"next\" of a page before");
}

static int
list(struct call *c)
{
	static const struct call_list all = { .sql = COLUMNS FROM
					      " WHERE e.number < CAST($1 AS BIGINT)"
					      " AND " CONCERNS " AND " WANTED
					      " ORDER BY e.number DESC LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
		.first = "9223372036854775807",
		.finish = finish };
	struct store_value values[6];
	int r = read_filters(c, true, values);

	if (r >= 0)
		r = check_cursor(c);
	return r < 0 ? r : call_list(c, &all, values, ARRAY_SIZE(values));
}

/* ---- streams ---- */

/* What the client will never be told, before all else: it goes on behind upto. */
static void
add_gap(struct call *c, enum event_gap gap, int64_t last, int64_t upto)
{
	bool is_forgotten = gap == EVENT_GAP_FORGOTTEN;
	json_auto_t *data = json_pack("{s:s, s:I, s:I, s:s}", "why",
	    is_forgotten ? "forgotten" : "restored", "after", (json_int_t)last, "upto",
	    (json_int_t)upto, "message",
	    is_forgotten ? "not all events up to there are kept any more"
			 : "the store has not so many events: it was put back to an earlier state");
	_cleanup_(freep) char *text = json_dumps(data, API_JSON);
	char id[24];

	(void)snprintf(id, sizeof(id), "%" PRId64, upto);
	event_stream_add(&c->response->stream_text, id, "gap", text);
}

/* Where it begins: behind what the client has, or with what comes from now on. */
static int
find_begin(struct call *c, int64_t *from)
{
	const char *last = c->request->last_event_id;
	struct event_range range;
	enum event_gap gap;
	uint64_t number;
	int r = event_range(c->store, &range, c->e);

	*from = range.newest;
	if (r < 0 || last == NULL || *last == '\0')
		return r;
	if (parse_u64(last, INT64_MAX, &number) < 0)
		return call_problem_parameter(
		    c, "Last-Event-ID", "expected the id of an event of this stream");
	gap = event_gap(&range, (int64_t)number, from);
	if (gap != EVENT_GAP_NONE)
		add_gap(c, gap, (int64_t)number, *from);
	return 0;
}

/* The message that an object of ours was changed; an agent's event is none. */
static void
add_change(struct strbuf *out, const json_t *event)
{
	const json_t *detail = json_object_get(event, "detail");
	json_auto_t *change =
	    json_pack("{s:s?, s:s?, s:s?, s:s?, s:s?}", "kind", call_text(detail, "object_kind"),
		"id", call_text(detail, "object"), "name", call_text(detail, "name"), "action",
		call_text(detail, "action"), "project", call_text(event, "project"));
	_cleanup_(freep) char *text = json_dumps(change, API_JSON);

	event_stream_add(out, NULL, "change", text);
}

static void
add_row(struct strbuf *out, json_t *event, bool is_ours, bool is_wanted)
{
	_cleanup_(freep) char *text = NULL, *id = xstrdup(call_text(event, "id"));

	(void)json_object_del(event, "origin");
	if (is_wanted) {
		text = json_dumps(event, API_JSON);
		event_stream_add(out, id, NULL, text);
	}
	if (is_ours && call_text(json_object_get(event, "detail"), "object_kind") != NULL)
		add_change(out, event);
}

/*
 * Those behind a number. The columns after the event's: whether it is asked for; the first of them
 * is behind the table of columns.
 */
static int
go_on(struct call *c, int64_t from, struct store_value values[static 6])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct store_value all[8] = { SQL_INT(from), SQL_INT(STREAM_ROWS) };
	struct api_response *response = c->response;
	size_t n = 0;
	int r;

	memcpy(all + 2, values, 6 * sizeof(values[0]));
	r = store_query_values(c->store, &rows, c->e,
	    COLUMNS ", CASE WHEN " CONCERNS " AND " WANTED " THEN 1 ELSE 0 END" FROM
		    " WHERE e.number > $1 AND ($3 = '' OR e.project = $3 OR (e.project IS NULL"
		    " AND e.origin IS NULL AND (e.site IS NOT NULL OR e.host IS NOT NULL)))"
		    " ORDER BY e.number LIMIT $2",
	    all, ARRAY_SIZE(all));
	if (r < 0)
		return r;
	for (; response->stream_text.len < STREAM_BYTES && store_next(&rows); n++) {
		json_auto_t *event = columns_json(&rows, columns, ARRAY_SIZE(columns));

		add_row(&response->stream_text, event,
		    store_is_null(&rows, ARRAY_SIZE(columns) - 1),
		    store_bool(&rows, ARRAY_SIZE(columns)));
		response->stream_upto = store_int(&rows, 1);
	}
	response->stream_has_more = n == STREAM_ROWS || n < rows.count;
	return 0;
}

static int
stream(struct call *c)
{
	struct store_value values[6];
	int64_t from = c->request->stream_from;
	bool begins = from == STREAM_BEGINS;
	int r = read_filters(c, begins, values);

	if (begins)
		strbuf_add(&c->response->stream_text, STREAM_RETRY);
	if (r >= 0 && begins)
		r = find_begin(c, &from);
	if (r < 0)
		return r;
	c->response->is_stream = true;
	c->response->status = 200;
	c->response->stream_upto = from;
	return go_on(c, from, values);
}

int
api_events(struct call *c)
{
	return c->request->streams ? stream(c) : list(c);
}
