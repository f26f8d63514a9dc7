/* Sites: the places where hosts stand. */
#include <string.h>

#include "controller/handlers.h"
#include "controller/references.h"
#include "controller/scope.h"

#define SELECT                                                                                     \
	"SELECT id, name, city, country, latitude, longitude, description, revision, created_at,"  \
	" (SELECT count(*) FROM hosts WHERE site = sites.id) FROM sites"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "city", COLUMN_TEXT },
	{ "country", COLUMN_TEXT },
	{ "latitude", COLUMN_DEGREES },
	{ "longitude", COLUMN_DEGREES },
	{ "description", COLUMN_TEXT },
	{ "revision", COLUMN_INT },
	{ "created_at", COLUMN_TIME },
	{ "hosts", COLUMN_INT },
};

#define NOT_ON_THE_MAP INT64_MIN

struct site {
	uint64_t given;
	const char *name, *city, *country, *description;
	int64_t latitude, longitude; /* in millionths */
};

#define LATITUDE INT64_C(90000000)
#define LONGITUDE INT64_C(180000000)
#define AT(field) .offset = offsetof(struct site, field)
#define OTHER_FIELDS                                                                               \
	{ .key = "city", .type = FIELD_TEXT, AT(city), .max = 100 },                               \
	    { .key = "country", .type = FIELD_TEXT, AT(country), .max = 100 },                     \
	    { .key = "latitude",                                                                   \
		    .type = FIELD_MICRO,                                                           \
		    AT(latitude),                                                                  \
		    .flags = FIELD_NULLABLE,                                                       \
		    .min = -LATITUDE,                                                              \
		    .max = LATITUDE },                                                             \
	    { .key = "longitude",                                                                  \
		    .type = FIELD_MICRO,                                                           \
		    AT(longitude),                                                                 \
		    .flags = FIELD_NULLABLE,                                                       \
		    .min = -LONGITUDE,                                                             \
		    .max = LONGITUDE },                                                            \
	{                                                                                          \
		.key = "description", .type = FIELD_TEXT, AT(description), .max = 1000             \
	}
static const struct field create_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED },
	OTHER_FIELDS,
};
static const struct field change_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name) },
	OTHER_FIELDS,
};
#undef OTHER_FIELDS
#undef AT
static const struct field_table create_table = FIELD_TABLE("a site", struct site, create_fields);
static const struct field_table change_table = FIELD_TABLE("a site", struct site, change_fields);

static int
find(struct call *c, const char *which, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret,
	    SELECT " WHERE id = $1 OR name = $1", VALUES(SQL_TEXT(which)), 1);

	if (r >= 0 && *ret == NULL)
		r = call_not_found(c, "site", which);
	return r;
}

static int
check(struct call *c, const struct site *s, const char *id)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	if ((s->latitude == NOT_ON_THE_MAP) != (s->longitude == NOT_ON_THE_MAP))
		return call_problem_field(c,
		    s->latitude == NOT_ON_THE_MAP ? "/latitude" : "/longitude",
		    "is missing: latitude and longitude go together");
	r = store_query(c->store, &rows, c->e,
	    "SELECT 1 FROM sites WHERE (name = $1 OR id = $1) AND id <> $2", SQL_TEXT(s->name),
	    SQL_TEXT(id));
	if (r < 0)
		return r;
	return store_next(&rows) ? call_problem_field(c, "/name", "another site is called so") : 0;
}

static struct store_value
degrees(int64_t micro)
{
	return micro == NOT_ON_THE_MAP ? SQL_INT_NULL : SQL_INT(micro);
}

int
api_sites_list(struct call *c)
{
	static const struct call_list list = { .sql = SELECT " WHERE id > $1 ORDER BY id LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns) };

	return call_list(c, &list, NULL, 0);
}

int
api_sites_create(struct call *c)
{
	struct site s = { .city = "",
		.country = "",
		.description = "",
		.latitude = NOT_ON_THE_MAP,
		.longitude = NOT_ON_THE_MAP };
	json_auto_t *after = NULL;
	char id[STORE_ID_MAX];
	int r = call_fields(c, &create_table, &s);

	if (r >= 0)
		r = check(c, &s, "");
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO sites (id, name, city, country, latitude, longitude, description,"
		    " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		    SQL_TEXT(store_id("ste", c->request->now, id)), SQL_TEXT(s.name),
		    SQL_TEXT(s.city), SQL_TEXT(s.country), degrees(s.latitude),
		    degrees(s.longitude), SQL_TEXT(s.description), SQL_INT(c->request->now));
	if (r >= 0)
		r = find(c, id, &after);
	if (r >= 0)
		r = call_audit(c, "create", "site", NULL, NULL, after);
	return r < 0 ? r : call_answer_created(c, json_incref(after), 1, "/api/v1/sites");
}

int
api_site_get(struct call *c)
{
	json_t *site;
	int r = find(c, c->params[0], &site);

	return r < 0 ? r : call_answer(c, 200, site, call_revision(site));
}

static int64_t
micro_of(const json_t *site, const char *key)
{
	double n = json_number_value(json_object_get(site, key)) * 1e6;

	if (json_is_null(json_object_get(site, key)))
		return NOT_ON_THE_MAP;
	return (int64_t)(n < 0 ? n - 0.5 : n + 0.5);
}

/* null takes it off the map */
static void
take_nulls(const struct call *c, struct site *s)
{
	if (json_is_null(json_object_get(c->body, "latitude")))
		s->latitude = NOT_ON_THE_MAP;
	if (json_is_null(json_object_get(c->body, "longitude")))
		s->longitude = NOT_ON_THE_MAP;
}

int
api_site_change(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	struct site s = { 0 };
	int r = find(c, c->params[0], &before);

	if (r < 0)
		return r;
	s = (struct site){ .name = call_text(before, "name"),
		.city = call_text(before, "city"),
		.country = call_text(before, "country"),
		.description = call_text(before, "description"),
		.latitude = micro_of(before, "latitude"),
		.longitude = micro_of(before, "longitude") };
	r = call_if_match(c, call_revision(before));
	if (r >= 0)
		r = call_fields(c, &change_table, &s);
	if (r < 0)
		return r;
	if (call_changes_nothing(c))
		return call_unchanged(c, before);
	take_nulls(c, &s);
	r = check(c, &s, call_text(before, "id"));
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE sites SET name = $2, city = $3, country = $4, latitude = $5,"
		    " longitude = $6, description = $7, revision = revision + 1 WHERE id = $1",
		    SQL_TEXT(call_text(before, "id")), SQL_TEXT(s.name), SQL_TEXT(s.city),
		    SQL_TEXT(s.country), degrees(s.latitude), degrees(s.longitude),
		    SQL_TEXT(s.description));
	if (r >= 0)
		r = scope_touch_site(c, call_text(before, "id"));
	if (r >= 0)
		r = find(c, call_text(before, "id"), &after);
	if (r >= 0)
		r = call_audit(c, "change", "site", NULL, before, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(after));
}

int
api_site_delete(struct call *c)
{
	json_auto_t *before = NULL;
	int r = find(c, c->params[0], &before);

	if (r >= 0)
		r = call_may_delete(c, before);
	if (r >= 0)
		r = call_audit(c, "delete", "site", NULL, before, NULL);
	/* what rollouts did there once does not keep it */
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "DELETE FROM rollout_steps WHERE site = $1 AND rollout IN"
		    " (SELECT id FROM rollouts WHERE state IN ('done', 'taken-back'))",
		    SQL_TEXT(call_text(before, "id")));
	if (r >= 0)
		r = references_check(c, "site", call_text(before, "id"));
	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM sites WHERE id = $1",
		    SQL_TEXT(call_text(before, "id")));
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}
