#include "controller/census.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "controller/presence.h"
#include "controller/standing.h"

static const char *const names[CENSUS_STANDINGS] = {
	[CENSUS_WELL] = "well",
	[CENSUS_AT_MINIMUM] = "at-minimum",
	[CENSUS_BELOW_MINIMUM] = "below-minimum",
	[CENSUS_NOWHERE] = "nowhere",
	[CENSUS_UNPLACED] = "unplaced",
};

const char *
census_standing_name(enum census_standing s)
{
	return names[s];
}

enum census_standing
census_standing(int64_t sites, int64_t min_sites, int64_t hosts)
{
	if (hosts == 0)
		return CENSUS_UNPLACED;
	if (sites == 0)
		return CENSUS_NOWHERE;
	if (sites < min_sites)
		return CENSUS_BELOW_MINIMUM;
	return sites == min_sites ? CENSUS_AT_MINIMUM : CENSUS_WELL;
}

void
census_done(struct census *c)
{
	free(c->named);
	*c = (struct census){ 0 };
}

struct reading {
	int64_t now;
	struct census *into;
};

/* A row of numbers, NULL being 0. */
static int
read_numbers(struct store *s, struct err *e, const char *sql, const struct store_value *values,
    size_t n, int64_t **into, size_t columns)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query_values(s, &rows, e, sql, values, n);

	if (r < 0 || !store_next(&rows))
		return r;
	for (size_t i = 0; i < columns; i++)
		*into[i] = store_int_or(&rows, i, 0);
	return 0;
}

static int
read_hosts(struct store *s, const struct reading *g, struct err *e)
{
	struct census *c = g->into;
	int64_t *into[] = { &c->hosts_present, &c->hosts_silent, &c->hosts_not_joined,
		&c->hosts_behind };
	const struct store_value values[] = { SQL_INT(g->now - PRESENT_NS),
		SQL_INT(g->now + PRESENT_NS) };

	return read_numbers(s, e,
	    "SELECT CAST(sum(is_there) AS BIGINT), CAST(sum(joined - is_there) AS BIGINT),"
	    " CAST(sum(1 - joined) AS BIGINT), CAST(sum(is_there * behind) AS BIGINT) FROM"
	    " (SELECT CASE WHEN credential_hash IS NULL THEN 0 ELSE 1 END AS joined,"
	    " CASE WHEN credential_hash IS NOT NULL"
	    " AND " PRESENCE_IS("hosts", "$1",
		"$2") " THEN 1 ELSE 0 END AS is_there,"
		      " CASE WHEN applied_revision = desired_revision THEN 0 ELSE 1 END AS behind"
		      " FROM hosts) AS h",
	    values, ARRAY_SIZE(values), into, ARRAY_SIZE(into));
}

static int
read_orders(struct store *s, const struct reading *g, struct err *e)
{
	struct census *c = g->into;
	int64_t *into[] = { &c->leases, &c->drains, &c->holds, &c->event_number };
	const struct store_value values[] = { SQL_INT(g->now) };

	return read_numbers(s, e,
	    "SELECT (SELECT count(*) FROM leases WHERE expires_at > $1),"
	    " (SELECT count(*) FROM operator_orders WHERE kind = 'drain'),"
	    " (SELECT count(*) FROM operator_orders WHERE kind = 'hold'),"
	    " (SELECT number FROM counters WHERE name = 'events')",
	    values, ARRAY_SIZE(values), into, ARRAY_SIZE(into));
}

static int
read_addresses(struct store *s, const struct reading *g, struct err *e)
{
	struct census *c = g->into;
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query_values(s, &rows, e,
	    "SELECT family, CAST(sum(CASE WHEN state = 'active' THEN size ELSE 0 END) AS BIGINT),"
	    " CAST(sum(CASE WHEN state = 'active' THEN 0 ELSE size END) AS BIGINT)"
	    " FROM global_ips GROUP BY family",
	    NULL, 0);

	while (r >= 0 && store_next(&rows)) {
		size_t i = store_int(&rows, 0) == 6;

		c->addresses[i].active = store_int(&rows, 1);
		c->addresses[i].quarantined = store_int(&rows, 2);
	}
	return r;
}

static void
add_service(struct census *c, const struct store_rows *rows)
{
	int64_t min_sites = store_int(rows, 2), sites = store_int(rows, 3);
	enum census_standing standing = census_standing(sites, min_sites, store_int(rows, 4));
	struct census_service *named;

	c->services[standing]++;
	if (standing == CENSUS_UNPLACED || c->named_count == CENSUS_NAMED)
		return;
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): lost when the analyzer inlines census_done()
	 */
	c->named = grow_array(c->named, c->named_count, &c->named_cap, sizeof(*c->named));
	named = &c->named[c->named_count++];
	*named = (struct census_service){ .sites = sites, .min_sites = min_sites };
	utf8_format(named->project, sizeof(named->project), "%s", store_text(rows, 0));
	utf8_format(named->name, sizeof(named->name), "%s", store_text(rows, 1));
}

static int
read_services(struct store *s, const struct reading *g, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(s, &rows, e,
	    "SELECT p.name, s.name, s.min_sites,"
	    " (SELECT count(DISTINCT h.site) FROM reports r JOIN hosts h ON h.id = r.host"
	    " WHERE r.service = s.id AND r.stage <> 'withdrawn' AND r.seen_at >= $1"
	    " AND " PRESENCE_IS(
		"h", "$2", "$3") "),"
				 " (SELECT count(*) FROM placements q JOIN hosts k ON k.id = "
				 "q.host OR k.site = q.site"
				 " WHERE q.service = s.id AND k.credential_hash IS NOT NULL"
				 " AND (k.project IS NULL OR k.project = s.project))"
				 " FROM services s JOIN projects p ON p.id = s.project ORDER BY "
				 "p.name, s.name",
	    SQL_INT(g->now - STANDING_FRESH_NS), SQL_INT(g->now - PRESENT_NS),
	    SQL_INT(g->now + PRESENT_NS));

	while (r >= 0 && store_next(&rows))
		add_service(g->into, &rows);
	return r;
}

static int
read_all(struct store *s, void *arg, struct err *e)
{
	const struct reading *g = arg;
	int r;

	census_done(g->into);
	g->into->at = g->now;
	r = read_hosts(s, g, e);
	if (r >= 0)
		r = read_orders(s, g, e);
	if (r >= 0)
		r = read_addresses(s, g, e);
	return r < 0 ? r : read_services(s, g, e);
}

int
census_read(struct store *store, int64_t now, struct census *ret, struct err *e)
{
	struct reading g = { now, ret };

	return store_read(store, read_all, &g, e);
}
