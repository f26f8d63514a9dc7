#include "controller/references.h"

#include <inttypes.h>
#include <string.h>

#include "base/strbuf.h"

/* Names of each kind that are said. */
#define NAMED "3"

/* FIRST("name", "hosts WHERE site = $1"): the first names, each with how many there are. */
#define FIRST(name, from) "SELECT " name ", count(*) OVER () FROM " from " ORDER BY 1 LIMIT " NAMED

static const struct reference {
	const char *to; /* the kind of what is deleted */
	const char *one, *many;
	const char *sql;
} references[] = {
	{ "project", "service", "services", FIRST("name", "services WHERE project = $1") },
	{ "project", "Global IP", "Global IPs",
	    FIRST("prefix", "global_ips WHERE project = $1 AND state = 'active'") },
	{ "project", "resting Global IP", "resting Global IPs",
	    FIRST("prefix", "global_ips WHERE project = $1 AND state = 'quarantined'") },
	{ "project", "pool", "pools", FIRST("name", "pools WHERE project = $1") },
	{ "project", "host", "hosts", FIRST("name", "hosts WHERE project = $1") },
	{ "project", "join token", "join tokens", FIRST("id", "join_tokens WHERE project = $1") },
	{ "pool", "Global IP", "Global IPs",
	    FIRST("prefix", "global_ips WHERE pool = $1 AND state = 'active'") },
	{ "pool", "resting Global IP", "resting Global IPs",
	    FIRST("prefix", "global_ips WHERE pool = $1 AND state = 'quarantined'") },
	{ "site", "host", "hosts", FIRST("name", "hosts WHERE site = $1") },
	{ "site", "service", "services",
	    FIRST("s.host_name",
		"services s WHERE s.id IN (SELECT service FROM placements WHERE site = $1)") },
	{ "site", "join token", "join tokens", FIRST("id", "join_tokens WHERE site = $1") },
	{ "site", "rollout", "rollouts",
	    FIRST(
		"id", "rollouts WHERE id IN (SELECT rollout FROM rollout_steps WHERE site = $1)") },
	{ "host", "service", "services",
	    FIRST("s.host_name",
		"services s WHERE s.id IN (SELECT service FROM placements WHERE host = $1)") },
};

/* "hosts h1, h2, h3 and 4 more" */
static void
add(struct strbuf *to, const struct reference *r, struct store_rows *rows)
{
	int64_t all = 0, named = 0;

	while (store_next(rows)) {
		all = store_int(rows, 1);
		if (named++ == 0)
			strbuf_addf(
			    to, "%s%s ", to->len > 0 ? "; " : "", all == 1 ? r->one : r->many);
		else
			strbuf_add(to, ", ");
		strbuf_add(to, store_text(rows, 0));
	}
	if (named < all)
		strbuf_addf(to, " and %" PRId64 " more", all - named);
}

int
references_check(struct call *c, const char *kind, const char *id)
{
	_cleanup_(strbuf_done) struct strbuf names = { 0 };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(references) && r >= 0; i++) {
		_cleanup_(store_rows_done) struct store_rows rows = { 0 };

		if (strcmp(references[i].to, kind) != 0)
			continue;
		r = store_query(c->store, &rows, c->e, references[i].sql, SQL_TEXT(id));
		if (r >= 0)
			add(&names, &references[i], &rows);
	}
	if (r < 0 || names.len == 0)
		return MIN(r, 0);
	return call_problem(
	    c, PROBLEM_CONFLICT, "other objects still refer to it: %s", strbuf_get(&names));
}
