/* Global IPs of a project: see, describe, release. */
#include "controller/api_ips.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/call_filter.h"
#include "controller/handlers.h"

const struct column ips_columns[] = {
	{ "id", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "pool", COLUMN_TEXT },
	{ "family", COLUMN_FAMILY },
	{ "quantity", COLUMN_INT },
	{ "prefix", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "description", COLUMN_TEXT },
	{ "customdata", COLUMN_JSON },
	{ "service", COLUMN_TEXT },
	{ "created_at", COLUMN_TIME },
	{ "quarantined_until", COLUMN_TIME },
	{ "revision", COLUMN_INT },
};
const size_t ips_column_count = ARRAY_SIZE(ips_columns);

static json_t *
addresses_of(const char *text)
{
	json_t *addresses = json_array();
	struct prefix prefix;
	char address[IP_STR_MAX];

	if (prefix_parse(text, &prefix) < 0)
		return addresses;
	for (unsigned i = 0; i < block_size(prefix); i++)
		(void)json_array_append_new(
		    addresses, json_string(ip_format(ip_add(prefix.addr, i), address)));
	return addresses;
}

int
ips_finish(struct call *c, json_t *ip)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_t *tags = json_array();
	int r = store_query(c->store, &rows, c->e,
	    "SELECT tag FROM global_ip_tags WHERE global_ip = $1 ORDER BY tag",
	    SQL_TEXT(call_text(ip, "id")));

	while (r >= 0 && store_next(&rows))
		(void)json_array_append_new(tags, json_string(store_text(&rows, 0)));
	(void)json_object_set_new(ip, "tags", tags);
	(void)json_object_set_new(ip, "addresses", addresses_of(call_text(ip, "prefix")));
	return r < 0 ? r : 0;
}

int
ips_find(struct call *c, const char *which, json_t **ret)
{
	struct store_value values[] = { SQL_TEXT(which), SQL_TEXT(c->project) };
	int r = call_object(c, ips_columns, ips_column_count, ret,
	    IPS_SELECT " WHERE g.id = $1 AND g.project = $2", values, ARRAY_SIZE(values));

	if (r >= 0 && *ret == NULL)
		return call_not_found(c, "Global IP", which);
	return r < 0 ? r : ips_finish(c, *ret);
}

int
ips_set_tags(struct call *c, const char *id, const json_t *tags)
{
	json_t *tag;
	size_t i;
	int r = 0;

	json_array_foreach (tags, i, tag) {
		r = store_do(c->store, c->e,
		    "INSERT INTO global_ip_tags (global_ip, tag) VALUES ($1, $2)", SQL_TEXT(id),
		    SQL_TEXT(json_string_value(tag)));
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- lists ---- */

#define FILTERS                                                                                    \
	" WHERE g.id > $1 AND ($3 = '' OR g.project = $3)"                                         \
	" AND ($4 = '' OR pools.name = $4 OR pools.id = $4)"                                       \
	" AND ($5 = 0 OR g.family = $5) AND ($6 = 'all' OR g.state = $6)"                          \
	" AND ($7 = '' OR EXISTS (SELECT 1 FROM global_ip_tags t WHERE t.global_ip = g.id"         \
	" AND t.tag = $7)) AND ($8 = '' OR (g.first_key <= $8 AND g.last_key >= $8))"              \
	" ORDER BY g.id LIMIT $2"

static const char *
query_or(const struct call *c, const char *name, const char *otherwise)
{
	const char *text = call_query(c, name);

	return text != NULL ? text : otherwise;
}

static int
list(struct call *c, const char *project)
{
	static const struct call_list all = { .sql = IPS_SELECT FILTERS,
		.columns = ips_columns,
		.column_count = ARRAY_SIZE(ips_columns),
		.finish = ips_finish };
	static const char *const families[] = { "ipv4", "ipv6", NULL };
	static const char *const states[] = { "active", "quarantined", "all", NULL };
	static const struct call_filter filters[] = { { .name = "family", .words = families },
		{ .name = "state", .words = states }, CALL_FILTER_POOL, { .name = "tag" } };
	struct store_value said[ARRAY_SIZE(filters)];
	const char *family = query_or(c, "family", ""), *state = query_or(c, "state", "");
	const char *address = query_or(c, "address", "");
	char key[STORE_KEY_MAX] = "";
	struct ip ip;
	int r = call_filters(c, filters, ARRAY_SIZE(filters), said);

	if (r < 0)
		return r;
	if (*address != '\0' && ip_parse(address, &ip) < 0)
		return call_problem_parameter(c, "address", "expected an address");
	if (*address != '\0')
		(void)store_key(ip, key);
	return call_list(c, &all,
	    VALUES(SQL_TEXT(project), said[2], SQL_INT(*family == '\0' ? 0 : family[3] - '0'),
		SQL_TEXT(*state != '\0' ? state : "active"), said[3], SQL_TEXT(key)),
	    6);
}

int
api_ips_list_all(struct call *c)
{
	return list(c, "");
}

int
api_ips_list(struct call *c)
{
	return list(c, c->project);
}

/* ---- one ---- */

int
api_ip_get(struct call *c)
{
	json_auto_t *ip = NULL;
	int r = ips_find(c, c->params[1], &ip);

	return r < 0 ? r : call_answer(c, 200, json_incref(ip), call_revision(ip));
}

struct change {
	uint64_t given;
	const char *description;
	json_t *tags, *customdata;
};

#define AT(field) .offset = offsetof(struct change, field)
static const struct field change_fields[] = {
	{ .key = "tags", .type = FIELD_TAGS, AT(tags) },
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 1000 },
	{ .key = "customdata", .type = FIELD_OBJECT, AT(customdata) },
};
#undef AT
static const struct field_table change_table =
    FIELD_TABLE("a Global IP", struct change, change_fields);

static int
update(struct call *c, const json_t *before, const struct change *change)
{
	_cleanup_(freep) char *customdata = json_dumps(change->customdata, JSON_COMPACT);
	const char *id = call_text(before, "id");
	int r = store_do(c->store, c->e,
	    "UPDATE global_ips SET description = $2, customdata = $3, revision = revision + 1"
	    " WHERE id = $1",
	    SQL_TEXT(id), SQL_TEXT(change->description), SQL_TEXT(customdata));

	if (r < 0 || !fields_given(&change_table, change, "tags"))
		return r;
	r = store_do(
	    c->store, c->e, "DELETE FROM global_ip_tags WHERE global_ip = $1", SQL_TEXT(id));
	return r < 0 ? r : ips_set_tags(c, id, change->tags);
}

int
api_ip_change(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	struct change change = { 0 };
	int r = ips_find(c, c->params[1], &before);

	if (r < 0)
		return r;
	change.description = call_text(before, "description");
	change.customdata = json_object_get(before, "customdata");
	r = call_if_match(c, call_revision(before));
	if (r >= 0)
		r = call_fields(c, &change_table, &change);
	if (r >= 0 && call_changes_nothing(c))
		return call_unchanged(c, before);
	if (r >= 0)
		r = update(c, before, &change);
	if (r >= 0)
		r = ips_find(c, c->params[1], &after);
	if (r >= 0)
		r = call_audit(c, "change", "global-ip", c->project, before, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(after));
}

/* ---- release ---- */

/* The search for free blocks begins no later than here. */
static int
search_from(struct call *c, const char *id)
{
	int r = store_do(c->store, c->e,
	    "UPDATE pools SET search_key = (SELECT first_key FROM global_ips WHERE id = $1)"
	    " WHERE id = (SELECT pool FROM global_ips WHERE id = $1)"
	    " AND search_key > (SELECT first_key FROM global_ips WHERE id = $1)",
	    SQL_TEXT(id));

	return r < 0 ? r : 0;
}

int
api_ips_forget(struct call *c)
{
	int r = store_do(c->store, c->e, "DELETE FROM global_ips WHERE quarantined_until <= $1",
	    SQL_INT(c->request->now));

	return r < 0 ? r : 0;
}

static int
may_release(struct call *c, const json_t *ip)
{
	int r;

	if (strcmp(call_text(ip, "state"), "active") != 0)
		return call_problem(c, PROBLEM_CONFLICT,
		    "%s was released already, and rests until %s", call_text(ip, "prefix"),
		    call_text(ip, "quarantined_until"));
	r = call_may_delete(c, ip);
	if (r >= 0 && call_text(ip, "service") != NULL)
		return call_problem(c, PROBLEM_CONFLICT,
		    "%s belongs to service %s, which would lose it: take it out there first",
		    call_text(ip, "prefix"), call_text(ip, "service"));
	return r;
}

static int
family_of(const json_t *ip)
{
	return strcmp(call_text(ip, "family"), "ipv4") == 0 ? 4 : 6;
}

static int64_t
quantity_of(const json_t *ip)
{
	return json_integer_value(json_object_get(ip, "quantity"));
}

int
ips_release(struct call *c, const char *id, json_t **ret)
{
	json_auto_t *before = NULL;
	int r = ips_find(c, id, &before);

	if (r >= 0)
		r = may_release(c, before);
	if (r >= 0)
		r = search_from(c, id);
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE global_ips SET state = 'quarantined', revision = revision + 1,"
		    " quarantined_until = $2 + (SELECT quarantine FROM pools WHERE id = pool)"
		    " WHERE id = $1",
		    SQL_TEXT(id), SQL_INT(c->request->now));
	if (r >= 0)
		r = ips_count(c, family_of(before), -quantity_of(before));
	if (r >= 0)
		r = ips_find(c, id, ret);
	return r < 0 ? r : call_audit(c, "release", "global-ip", c->project, before, *ret);
}

int
api_ip_release(struct call *c)
{
	json_auto_t *after = NULL;
	int r = ips_release(c, c->params[1], &after);

	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(after));
}

int
ips_take_back(struct call *c, const char *id, int64_t revision, const char *undo_of)
{
	json_auto_t *before = NULL, *after = NULL;
	const char *kept = c->undo_of;
	int r = ips_find(c, id, &before);

	if (r >= 0 && (strcmp(call_text(before, "state"), "quarantined") != 0 ||
			  call_revision(before) != revision))
		r = call_problem(c, PROBLEM_CONFLICT, "it was changed again since then");
	if (r >= 0)
		r = ips_check_limit(c, family_of(before), (unsigned)quantity_of(before));
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE global_ips SET state = 'active', quarantined_until = NULL,"
		    " revision = revision + 1 WHERE id = $1",
		    SQL_TEXT(id));
	if (r >= 0)
		r = ips_count(c, family_of(before), quantity_of(before));
	if (r >= 0)
		r = ips_find(c, id, &after);
	c->undo_of = undo_of;
	if (r >= 0)
		r = call_audit(c, "take-back", "global-ip", c->project, before, after);
	c->undo_of = kept;
	return r < 0 ? r : call_answer(c, 200, json_incref(after), 0);
}
