/*
 * Hosts: machines of a site that announce. A host is made here, or by joining (api_join.c); what it
 * is to do is raised in desired_revision by whoever changes that.
 */
#include <string.h>

#include "base/alloc.h"
#include "controller/api_hosts.h"
#include "controller/call_filter.h"
#include "controller/handlers.h"
#include "controller/host_move.h"
#include "controller/presence.h"
#include "controller/references.h"
#include "controller/standing.h"

#define SELECT                                                                                     \
	"SELECT h.id, h.name, sites.name, projects.name, h.description, h.customdata, h.metadata," \
	" CASE WHEN h.credential_hash IS NULL THEN 0 ELSE 1 END, h.agent_version,"                 \
	" h.desired_revision, h.applied_revision, h.applied_error, h.joined_at, h.seen_at,"        \
	" h.revision, h.created_at FROM hosts h JOIN sites ON sites.id = h.site"                   \
	" LEFT JOIN projects ON projects.id = h.project"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "site", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "description", COLUMN_TEXT },
	{ "customdata", COLUMN_JSON },
	{ "metadata", COLUMN_JSON },
	{ "joined", COLUMN_BOOL },
	{ "agent_version", COLUMN_TEXT },
	{ "desired_revision", COLUMN_INT },
	{ "applied_revision", COLUMN_INT },
	{ "applied_error", COLUMN_TEXT },
	{ "joined_at", COLUMN_TIME },
	{ "seen_at", COLUMN_TIME },
	{ "revision", COLUMN_INT },
	{ "created_at", COLUMN_TIME },
};

struct host {
	uint64_t given;
	const char *name, *site, *project, *description;
	json_t *tags, *customdata, *metadata;
};

#define AT(field) .offset = offsetof(struct host, field)
#define OTHER_FIELDS                                                                               \
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 1000 },                \
	    { .key = "tags", .type = FIELD_TAGS, AT(tags) },                                       \
	    { .key = "customdata", .type = FIELD_OBJECT, AT(customdata) },                         \
	{                                                                                          \
		.key = "metadata", .type = FIELD_OBJECT, AT(metadata)                              \
	}
static const struct field create_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED },
	{ .key = "site", .type = FIELD_NAME, AT(site), .flags = FIELD_REQUIRED },
	{ .key = "project", .type = FIELD_NAME, AT(project), .flags = FIELD_NULLABLE },
	OTHER_FIELDS,
};
static const struct field change_fields[] = {
	{ .key = "site", .type = FIELD_NAME, AT(site) },
	OTHER_FIELDS,
};
#undef OTHER_FIELDS
#undef AT
static const struct field_table create_table = FIELD_TABLE("a host", struct host, create_fields);
static const struct field_table change_table =
    FIELD_TABLE("a host", struct host, change_fields, .made = &create_table);

static int
finish(struct call *c, json_t *host)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_t *tags = json_array();
	int r = store_query(c->store, &rows, c->e,
	    "SELECT tag FROM host_tags WHERE host = $1 ORDER BY tag",
	    SQL_TEXT(call_text(host, "id")));

	while (r >= 0 && store_next(&rows))
		(void)json_array_append_new(tags, json_string(store_text(&rows, 0)));
	(void)json_object_set_new(host, "tags", tags);
	return r < 0 ? r : 0;
}

int
hosts_find(struct call *c, const char *which, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret,
	    SELECT " WHERE (h.id = $1 OR h.name = $1)"
		   " AND ($2 = '' OR h.project IS NULL OR h.project = $2)",
	    VALUES(SQL_TEXT(which), SQL_TEXT(c->caller.project)), 2);

	if (r >= 0 && *ret == NULL)
		return call_not_found(c, "host", which);
	return r < 0 ? r : finish(c, *ret);
}

int
hosts_insert(
    struct call *c, const char *id, const char *name, const char *site, const char *project)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e, "SELECT 1 FROM hosts WHERE name = $1 OR id = $1",
	    SQL_TEXT(name));

	if (r < 0)
		return r;
	if (store_next(&rows))
		return call_problem_field(c, "/name", "another host is called so");
	r = store_do(c->store, c->e,
	    "INSERT INTO hosts (id, name, site, project, created_at) VALUES ($1, $2, $3, $4, $5)",
	    SQL_TEXT(id), SQL_TEXT(name), SQL_TEXT(site), SQL_TEXT(project),
	    SQL_INT(c->request->now));
	return r < 0 ? r : 0;
}

static int
set_tags(struct call *c, const char *id, const json_t *tags)
{
	json_t *tag;
	size_t i;
	int r = store_do(c->store, c->e, "DELETE FROM host_tags WHERE host = $1", SQL_TEXT(id));

	json_array_foreach (tags, i, tag) {
		if (r >= 0)
			r = store_do(c->store, c->e,
			    "INSERT INTO host_tags (host, tag) VALUES ($1, $2)", SQL_TEXT(id),
			    SQL_TEXT(json_string_value(tag)));
	}
	return r < 0 ? r : 0;
}

/* What may be changed later, too. */
static int
update(struct call *c, const char *id, const struct host *h)
{
	_cleanup_(freep) char *customdata = json_dumps(h->customdata, JSON_COMPACT);
	_cleanup_(freep) char *metadata = json_dumps(h->metadata, JSON_COMPACT);
	int r = store_do(c->store, c->e,
	    "UPDATE hosts SET description = $2, customdata = $3, metadata = $4 WHERE id = $1",
	    SQL_TEXT(id), SQL_TEXT(h->description), SQL_TEXT(customdata), SQL_TEXT(metadata));

	return r < 0 || h->tags == NULL ? r : set_tags(c, id, h->tags);
}

int
api_hosts_list(struct call *c)
{
	static const struct call_list list = {
		.sql = SELECT " WHERE h.id > $1 AND ($3 = '' OR sites.name = $3 OR sites.id = $3)"
			      " AND ($4 = '' OR h.project IS NULL OR h.project = $4)"
			      " ORDER BY h.id LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
		.finish = finish
	};
	static const struct call_filter filters[] = { CALL_FILTER_SITE("") };
	struct store_value site;
	int r = call_filters(c, filters, ARRAY_SIZE(filters), &site);

	return r < 0 ? r : call_list(c, &list, VALUES(site, SQL_TEXT(c->caller.project)), 2);
}

int
api_hosts_create(struct call *c)
{
	json_auto_t *nothing = json_object(), *after = NULL;
	struct host h = { .description = "", .customdata = nothing, .metadata = nothing };
	char id[STORE_ID_MAX], site[STORE_ID_MAX], project[STORE_ID_MAX];
	int r = call_fields(c, &create_table, &h);

	if (r >= 0)
		r = hosts_check_metadata(c, h.metadata);
	if (r >= 0)
		r = call_site_id(c, "/site", h.site, site);
	if (r >= 0 && h.project != NULL)
		r = call_project_id(c, "/project", h.project, project);
	if (r >= 0)
		r = hosts_insert(c, store_id("hst", c->request->now, id), h.name, site,
		    h.project != NULL ? project : NULL);
	if (r >= 0)
		r = update(c, id, &h);
	if (r >= 0)
		r = hosts_find(c, id, &after);
	if (r >= 0)
		r = call_audit(c, "create", "host", NULL, NULL, after);
	return r < 0 ? r : call_answer_created(c, json_incref(after), 1, "/api/v1/hosts");
}

int
api_host_get(struct call *c)
{
	json_auto_t *host = NULL;
	int r = hosts_find(c, c->params[0], &host);

	return r < 0 ? r : call_answer(c, 200, json_incref(host), call_revision(host));
}

/* To the site that it is given; where it is already, nothing is to be done. */
static int
move(struct call *c, const json_t *host, const char *name)
{
	char site[STORE_ID_MAX], was[STORE_ID_MAX];
	int r = call_site_id(c, "/site", name, site);

	if (r >= 0)
		r = call_site_id(c, "/site", call_text(host, "site"), was);
	if (r < 0 || strcmp(site, was) == 0)
		return r;
	r = host_may_move(c, host, site);
	return r < 0 ? r : host_move(c, call_text(host, "id"), site);
}

int
api_host_change(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	struct host h = { 0 };
	int r = hosts_find(c, c->params[0], &before);

	if (r < 0)
		return r;
	h.description = call_text(before, "description");
	h.customdata = json_object_get(before, "customdata");
	h.metadata = json_object_get(before, "metadata");
	r = call_if_match(c, call_revision(before));
	if (r >= 0)
		r = call_fields(c, &change_table, &h);
	if (r >= 0 && call_changes_nothing(c))
		return call_unchanged(c, before);
	/* what stands there from a time when it was taken hinders no other change */
	if (r >= 0 && h.metadata != json_object_get(before, "metadata"))
		r = hosts_check_metadata(c, h.metadata);
	if (r >= 0 && h.site != NULL)
		r = move(c, before, h.site);
	if (r >= 0)
		r = update(c, call_text(before, "id"), &h);
	if (r >= 0)
		r = hosts_touch(c, call_text(before, "id"));
	if (r >= 0)
		r = hosts_find(c, c->params[0], &after);
	if (r >= 0)
		r = call_audit(c, "change", "host", NULL, before, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(after));
}

int
hosts_touch(struct call *c, const char *id)
{
	int r = store_do(
	    c->store, c->e, "UPDATE hosts SET revision = revision + 1 WHERE id = $1", SQL_TEXT(id));

	return r < 0 ? r : 0;
}

/*
 * A host that is removed hears nothing any more, and goes on with what it announces: a controller
 * that does not know it is no reason to withdraw. So while it is here and announces what is ours,
 * it is removed only by who says that this is meant. Where it is silent, a drain would not reach
 * it, so there is no other way.
 */
static int
check_silent(struct call *c, const json_t *host)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *name = call_text(host, "name");
	char more[32] = "", since[TIME_TEXT_SIZE];
	int r = store_query(c->store, &rows, c->e,
	    "SELECT r.prefix, h.seen_at, h.left_at FROM reports r JOIN hosts h ON h.id = r.host "
	    "WHERE h.id = $1"
	    " AND r.service IS NOT NULL AND r.stage <> 'withdrawn'"
	    " AND h.credential_hash IS NOT NULL AND h.seen_at > $2 ORDER BY r.prefix",
	    SQL_TEXT(call_text(host, "id")), SQL_INT(c->request->now - STANDING_FRESH_NS));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	if (rows.count > 1)
		(void)snprintf(more, sizeof(more), " and %zu more", rows.count - 1);
	if (!presence_is(store_int(&rows, 1), store_int_or(&rows, 2, INT64_MIN), c->request->now))
		return call_problem(c, PROBLEM_ANNOUNCING,
		    "%s announced %s%s when it was heard of last, is silent since %s, and may go "
		    "on "
		    "with that; once it is known to be down, `nearcast hosts remove %s --override "
		    "REASON` removes it",
		    name, store_text(&rows, 0), more, time_text(store_int(&rows, 1), since), name);
	return call_problem(c, PROBLEM_ANNOUNCING,
	    "%s announces %s%s, and nobody could end that from here: first `nearcast drain --host "
	    "%s`, or `nearcast leave` there",
	    name, store_text(&rows, 0), more, name);
}

int
api_host_delete(struct call *c)
{
	_cleanup_(standings_done) struct standings stood = { 0 };
	const char *reason = call_query(c, "override_reason");
	json_auto_t *before = NULL;
	int r = hosts_find(c, c->params[0], &before);

	if (r >= 0)
		r = call_may_delete(c, before);
	if (r >= 0)
		r = standings_read(c, &(struct scope){ .host = call_text(before, "id") }, &stood);
	if (r >= 0 && reason == NULL)
		r = check_silent(c, before);
	if (r >= 0)
		r = references_check(c, "host", call_text(before, "id"));
	if (r >= 0)
		r = call_audit_override(c, "delete", "host", reason, before, NULL);
	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM hosts WHERE id = $1",
		    SQL_TEXT(call_text(before, "id")));
	if (r >= 0)
		r = standings_check(c, &stood, reason);
	if (r < 0)
		return r;
	call_ring_host(c, call_text(before, "id")); /* it hears that it is no host any more */
	return call_answer(c, 204, NULL, 0);
}
