#include "controller/event.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "controller/event_kinds.h"
#include "store/id.h"

static const char *const severities[] = { "debug", "info", "notice", "warning", "error" };

/* What was done; others get "ed". A rollout that has become done or stopped by itself was changed:
 * that it is, is an event of its own. */
static const struct {
	const char *action, *done;
} actions[] = { { "change", "changed" }, { "create", "created" }, { "delete", "deleted" },
	{ "release", "released" }, { "revoke", "revoked" }, { "sign-in", "began" },
	{ "sign-out", "ended" }, { "take-back", "taken-back" }, { "undo", "undone" },
	{ "pause", "paused" }, { "refuse", "refused" }, { "resume", "resumed" },
	{ "stop", "stopped" }, { "leave", "left" }, { "expire", "expired" }, { "done", "changed" },
	{ "stopped", "changed" } };

int
event_severity(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(severities); i++) {
		if (strcmp(severities[i], name) == 0)
			return (int)i;
	}
	return -1;
}

void
event_kind_of(const char *object_kind, const char *action, char kind[EVENT_KIND_SIZE])
{
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (strcmp(actions[i].action, action) == 0) {
			utf8_format(kind, EVENT_KIND_SIZE, "%s-%s", object_kind, actions[i].done);
			return;
		}
	}
	utf8_format(kind, EVENT_KIND_SIZE, "%s-%sed", object_kind, action);
}

int
event_add(struct store *store, const struct event *event, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	_cleanup_(freep) char *detail =
	    event->detail != NULL ? json_dumps(event->detail, JSON_COMPACT) : NULL;
	int64_t number;
	int r;

	if (event->origin != NULL) {
		r = store_query(store, &rows, e, "SELECT 1 FROM events WHERE origin = $1",
		    SQL_TEXT(event->origin));
		if (r < 0 || store_next(&rows))
			return r < 0 ? r : 0;
	}
	r = store_number(store, "events", &number, e);
	if (r < 0)
		return r;
	r = store_do(store, e,
	    "INSERT INTO events (number, at, received_at, origin, kind, severity, project, site, "
	    "host,"
	    " service, message, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
	    SQL_INT(number), SQL_INT(event->at), SQL_INT(event->received_at),
	    SQL_TEXT(event->origin), SQL_TEXT(event->kind), SQL_TEXT(event->severity),
	    SQL_TEXT(event->project), SQL_TEXT(event->site), SQL_TEXT(event->host),
	    SQL_TEXT(event->service), SQL_TEXT(event->message),
	    SQL_TEXT(detail != NULL ? detail : "{}"));
	return r < 0 ? r : 1;
}

/* $1: received by then; $2: so many */
#define OLD                                                                                        \
	"(SELECT number FROM events WHERE received_at <= $1 ORDER BY received_at, number LIMIT "   \
	"$2)"

int
event_forget(struct store *store, int64_t received, int64_t limit, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(store, &rows, e, "SELECT max(number) FROM " OLD " AS old",
	    SQL_INT(received), SQL_INT(limit));

	if (r < 0)
		return r;
	if (!store_next(&rows) || store_is_null(&rows, 0))
		return 0;
	r = store_do(store, e,
	    "INSERT INTO counters (name, number) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET"
	    " number = CASE WHEN excluded.number > counters.number THEN excluded.number"
	    " ELSE counters.number END",
	    SQL_TEXT("events-forgotten"), SQL_INT(store_int(&rows, 0)));
	if (r >= 0)
		r = store_do(store, e, "DELETE FROM events WHERE number IN " OLD, SQL_INT(received),
		    SQL_INT(limit));
	return MIN(r, 0);
}

int
event_range(struct store *store, struct event_range *ret, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r =
	    store_query(store, &rows, e, "SELECT name, number FROM counters WHERE name IN ($1, $2)",
		SQL_TEXT("events"), SQL_TEXT("events-forgotten"));

	*ret = (struct event_range){ 0 };
	while (r >= 0 && store_next(&rows)) {
		if (strcmp(store_text(&rows, 0), "events") == 0)
			ret->newest = store_int(&rows, 1);
		else
			ret->forgotten = store_int(&rows, 1);
	}
	return MIN(r, 0);
}

enum event_gap
event_gap(const struct event_range *range, int64_t last, int64_t *upto)
{
	*upto = last;
	if (last > range->newest) {
		*upto = range->newest;
		return EVENT_GAP_RESTORED;
	}
	if (last >= range->forgotten)
		return EVENT_GAP_NONE;
	*upto = range->forgotten;
	return EVENT_GAP_FORGOTTEN;
}

static bool
is_refused_sign_in(const struct event_change *c)
{
	return strcmp(c->kind, "session") == 0 && strcmp(c->action, "refuse") == 0;
}

/* "3 sign-ins from 192.0.2.1/32 refused: the token was wrong" */
static char *
sentence_of_sign_ins(const struct event_change *c)
{
	json_int_t wrong = json_integer_value(json_object_get(c->value, "refused"));
	json_int_t unseen = json_integer_value(json_object_get(c->value, "throttled"));
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	if (wrong + unseen > 1)
		strbuf_addf(&out, "%" JSON_INTEGER_FORMAT " sign-ins", wrong + unseen);
	else
		strbuf_add(&out, "sign-in");
	strbuf_addf(&out, " from %s refused: ", c->name);
	if (unseen == 0)
		strbuf_add(&out, "the token was wrong");
	else if (wrong == 0)
		strbuf_add(&out, "not looked at (too many tries)");
	else
		strbuf_addf(&out,
		    "%" JSON_INTEGER_FORMAT " with a wrong token, %" JSON_INTEGER_FORMAT
		    " more not looked at (too many tries)",
		    wrong, unseen);
	return xstrdup(strbuf_get(&out));
}

/* "global-ip-ordered": "global-ip 192.0.2.2/31 ordered by alice" */
static char *
sentence_of(const struct event_change *c, const char *kind)
{
	if (is_refused_sign_in(c))
		return sentence_of_sign_ins(c);
	if (c->rollout != NULL)
		return xasprintf("%s %s %s by %s, rollout %s", c->kind, c->name,
		    kind + strlen(c->kind) + 1, c->by, c->rollout);
	return xasprintf("%s %s %s by %s", c->kind, c->name, kind + strlen(c->kind) + 1, c->by);
}

/* What it is about, by ids; "": nothing. */
struct about {
	char project[STORE_ID_MAX], site[STORE_ID_MAX], host[STORE_ID_MAX], service[STORE_ID_MAX];
};

static void
copy_id(char id[STORE_ID_MAX], const char *text)
{
	(void)snprintf(id, STORE_ID_MAX, "%s", text != NULL ? text : "");
}

static const char *
or_null(const char *id)
{
	return *id != '\0' ? id : NULL;
}

/* The id behind the name that the object has of another; "" stays when there is none. $1: the
 * name; $2: the project, unless it is NULL. */
static int
find_id(struct store *store, const struct event_change *c, const char *key, const char *sql,
    const char *project, char id[STORE_ID_MAX], struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *name = json_string_value(json_object_get(c->value, key));
	int r;

	if (strcmp(c->kind, key) == 0)
		copy_id(id, c->object);
	if (name == NULL || id[0] != '\0')
		return 0;
	r = store_query_values(store, &rows, e, sql,
	    (const struct store_value[]){ SQL_TEXT(name), SQL_TEXT(project) },
	    project != NULL ? 2 : 1);
	if (r >= 0 && store_next(&rows))
		copy_id(id, store_text(&rows, 0));
	return MIN(r, 0);
}

/* The site of a host. */
static int
find_site_of(struct store *store, struct about *a, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	if (a->site[0] != '\0' || a->host[0] == '\0')
		return 0;
	r = store_query(store, &rows, e, "SELECT site FROM hosts WHERE id = $1", SQL_TEXT(a->host));
	if (r >= 0 && store_next(&rows))
		copy_id(a->site, store_text(&rows, 0));
	return MIN(r, 0);
}

static int
find_about(struct store *store, const struct event_change *c, struct about *a, struct err *e)
{
	/* only these: what else is of a project may be nothing for all who may see that */
	bool has_place = strcmp(c->kind, "order") == 0 || strcmp(c->kind, "host") == 0;
	int r = 0;

	copy_id(a->project, c->project);
	if (has_place)
		r = find_id(store, c, "project", "SELECT id FROM projects WHERE name = $1", NULL,
		    a->project, e);
	if (r >= 0)
		r = find_id(
		    store, c, "site", "SELECT id FROM sites WHERE name = $1", NULL, a->site, e);
	if (r >= 0)
		r = find_id(
		    store, c, "host", "SELECT id FROM hosts WHERE name = $1", NULL, a->host, e);
	if (r >= 0)
		r = find_id(store, c, "service",
		    "SELECT id FROM services WHERE name = $1 AND project = $2", a->project,
		    a->service, e);
	return r < 0 ? r : find_site_of(store, a, e);
}

int
event_add_change(struct store *store, const struct event_change *c, int64_t now, struct err *e)
{
	char kind[EVENT_KIND_SIZE];
	json_auto_t *detail = json_pack("{s:s, s:s, s:s?, s:s, s:s, s:s, s:s*}", "object_kind",
	    c->kind, "object", c->object, "name", c->name, "action", c->action, "by", c->by,
	    "audit", c->audit, "rollout", c->rollout);
	_cleanup_(freep) char *message = NULL;
	struct about about = { 0 };
	int r = find_about(store, c, &about, e);

	if (r < 0)
		return r;
	event_kind_of(c->kind, c->action, kind);
	assert(event_kind_is_known(kind));
	message = sentence_of(c, kind);
	return event_add(store,
	    &(struct event){ .at = now,
		.received_at = now,
		.kind = kind,
		.severity = c->was_forced || is_refused_sign_in(c) ? "warning" : "info",
		.project = or_null(about.project),
		.site = or_null(about.site),
		.host = or_null(about.host),
		.service = or_null(about.service),
		.message = message,
		.detail = detail },
	    e);
}
