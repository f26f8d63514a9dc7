#include "controller/service_parts.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/scope.h"
#include "controller/service_document.h"

/* A service that is being checked: what is wrong with it, all of it. */
struct checking {
	struct call *c;
	const struct service *s;
	const char *id; /* of the service; "": a new one */
	json_t *errors;
};

/* The prefix of one of the project's Global IPs that no other service has. 1: it is; 0: said why
 * not. */
static int
find_ip(const struct checking *k, const char *id, const char *pointer, struct prefix *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct call *c = k->c;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT g.prefix, services.id, services.name FROM global_ips g"
	    " LEFT JOIN service_ips s ON s.global_ip = g.id"
	    " LEFT JOIN services ON services.id = s.service"
	    " WHERE g.id = $1 AND g.project = $2 AND g.state = 'active'",
	    SQL_TEXT(id), SQL_TEXT(c->project));

	if (r < 0)
		return r;
	if (!store_next(&rows)) {
		field_error(k->errors, pointer, "there is no Global IP \"%s\"", id);
		return 0;
	}
	if (!store_is_null(&rows, 1) && strcmp(store_text(&rows, 1), k->id) != 0) {
		field_error(k->errors, pointer, "belongs to service %s", store_text(&rows, 2));
		return 0;
	}
	return prefix_parse(store_text(&rows, 0), ret) < 0
		   ? err_set(c->e, STORE_CORRUPT, "global_ips: no prefix")
		   : 1;
}

/* A host of another project takes no service of this one. */
static int
find_place(struct call *c, bool is_site, const char *name, char id[STORE_ID_MAX])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = is_site ? store_query(c->store, &rows, c->e,
			      "SELECT id FROM sites WHERE id = $1 OR name = $1", SQL_TEXT(name))
			: store_query(c->store, &rows, c->e,
			      "SELECT id FROM hosts WHERE (id = $1 OR name = $1)"
			      " AND (project IS NULL OR project = $2)",
			      SQL_TEXT(name), SQL_TEXT(c->project));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	(void)snprintf(id, STORE_ID_MAX, "%s", store_text(&rows, 0));
	return 1;
}

static int
check_places(const struct checking *k, bool are_sites)
{
	const json_t *names = are_sites ? k->s->sites : k->s->hosts;

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		_cleanup_(freep) char *at = xasprintf("/%s/%zu", are_sites ? "sites" : "hosts", i);
		char id[STORE_ID_MAX];
		int r = find_place(k->c, are_sites, name, id);

		if (r < 0)
			return r;
		if (r == 0 && are_sites)
			field_error(k->errors, at, "there is no site \"%s\"", name);
		else if (r == 0)
			field_error(
			    k->errors, at, "there is no host \"%s\" for this project", name);
	}
	return 0;
}

/* Its Global IPs, and the document as it fits those that are right. */
static int
check_document(const struct checking *k)
{
	const struct service *s = k->s;
	size_t count = json_array_size(s->global_ips), right = 0;
	_cleanup_(freep) struct prefix *prefixes = xcalloc(count + 1, sizeof(*prefixes));

	for (size_t i = 0; i < count; i++) {
		_cleanup_(freep) char *at = xasprintf("/global_ips/%zu", i);
		int r = find_ip(
		    k, json_string_value(json_array_get(s->global_ips, i)), at, &prefixes[right]);

		if (r < 0)
			return r;
		right += (size_t)r;
	}
	if (s->document != NULL)
		(void)service_document_check(s->name != NULL ? s->name : "service", s->document,
		    prefixes, right, k->errors, "/document");
	return 0;
}

int
service_check(struct call *c, const struct service *s, const char *id, json_t *errors)
{
	struct checking k = { c, s, id, errors };
	int r = check_document(&k);

	if (r >= 0)
		r = check_places(&k, true);
	if (r >= 0)
		r = check_places(&k, false);
	if (r >= 0 && json_array_size(k.errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, k.errors);
	json_decref(k.errors);
	return r;
}

/* All of them were found just before, in the same transaction. */
static int
place(struct call *c, const char *service, const json_t *names, bool are_sites)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		char id[STORE_ID_MAX], where[STORE_ID_MAX];
		int r = find_place(c, are_sites, name, where);

		if (r > 0)
			r = store_do(c->store, c->e,
			    "INSERT INTO placements (id, service, site, host, created_at)"
			    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
			    SQL_TEXT(store_id("plc", c->request->now, id)), SQL_TEXT(service),
			    SQL_TEXT(are_sites ? where : NULL), SQL_TEXT(are_sites ? NULL : where),
			    SQL_INT(c->request->now));
		if (r < 0)
			return r;
	}
	return 0;
}

static int
set_ips(struct call *c, const char *service, const json_t *ids)
{
	int r = store_do(
	    c->store, c->e, "DELETE FROM service_ips WHERE service = $1", SQL_TEXT(service));

	for (size_t i = 0; i < json_array_size(ids) && r >= 0; i++)
		r = store_do(c->store, c->e,
		    "INSERT INTO service_ips (service, global_ip) VALUES ($1, $2)",
		    SQL_TEXT(service), SQL_TEXT(json_string_value(json_array_get(ids, i))));
	return r < 0 ? r : 0;
}

/* Its addresses and places as they are to be. */
int
service_set_parts(struct call *c, const char *id, const struct service *s)
{
	int r = set_ips(c, id, s->global_ips);

	if (r >= 0)
		r = store_do(
		    c->store, c->e, "DELETE FROM placements WHERE service = $1", SQL_TEXT(id));
	if (r >= 0)
		r = place(c, id, s->sites, true);
	if (r >= 0)
		r = place(c, id, s->hosts, false);
	return r < 0 ? r : scope_touch(c, &(struct scope){ .service = id });
}

int
service_check_min_sites(struct call *c, const char *id, const struct service *s)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int64_t sites;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT count(DISTINCT COALESCE(p.site, h.site)) FROM placements p"
	    " LEFT JOIN hosts h ON h.id = p.host WHERE p.service = $1",
	    SQL_TEXT(id));

	if (r < 0 || !store_next(&rows))
		return r;
	sites = store_int(&rows, 0);
	if (sites == 0 || s->min_sites <= sites)
		return 0;
	return call_problem_field(c, "/min_sites",
	    "is more than the %" PRId64 " site%s that the service is placed at: no check could ever "
	    "withdraw it",
	    sites, sites == 1 ? "" : "s");
}
