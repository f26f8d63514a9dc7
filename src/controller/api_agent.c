/*
 * What a host is to do (desired.h), for its agent.
 *
 * The answer's tag is hosts.desired_revision, which every transaction raises that changes what the
 * answer is made of (scope.h). It may say for how long it waits for something new (polls.h).
 *
 * All agents ask at once when a service changes that all hosts have, so the usual way is one
 * statement: whose credential it is, its revision, and the number of all that was changed
 * (call_authenticate()). What the hosts of a site have in common of that number is put together
 * once (desired_cache.h). It is never older than the revision, and may be newer: then the host is
 * rung, and asks again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/desired.h"
#include "controller/desired_cache.h"
#include "controller/handlers.h"
#include "controller/scope.h"

/* $1 the host, $2 its site, $3 its project; "": none in particular. */
#define ITS_SERVICES                                                                               \
	" s.id IN (SELECT service FROM placements WHERE host = $1 OR site = $2)"                   \
	" AND ($3 = '' OR s.project = $3)"

/* What is read of the store at one moment. */
struct shared {
	struct call *c;
	const struct desired_audience *audience;
	int64_t number; /* of that moment */
	int64_t until;  /* when an order is over: it is another one then */
	/* owned: a line with the ids of the site's hosts that have something of their own, each
	 * with a blank behind it; and an object, members of the answer */
	char *text;
};

static const struct column site_columns[] = {
	{ "number", COLUMN_INT },
	{ "name", COLUMN_TEXT },
	{ "city", COLUMN_TEXT },
	{ "country", COLUMN_TEXT },
	{ "latitude", COLUMN_DEGREES },
	{ "longitude", COLUMN_DEGREES },
};

/* Takes the number out of what is told of the site. */
static int
read_site(struct shared *s, json_t **ret)
{
	struct call *c = s->c;
	int r = call_object(c, site_columns, ARRAY_SIZE(site_columns), ret,
	    "SELECT " SCOPE_NUMBER ", name, city, country, latitude, longitude FROM sites"
	    " WHERE id = $1",
	    VALUES(SQL_TEXT(c->caller.host.site)), 1);

	if (r < 0)
		return r;
	if (*ret == NULL)
		return call_not_found(c, "host", c->caller.id);
	s->number = json_integer_value(json_object_get(*ret, "number"));
	(void)json_object_del(*ret, "number");
	return 0;
}

/* The ids of hosts on which something is placed, or of which it is ordered, alone. */
static int
read_owners(const struct shared *s, struct strbuf *ret)
{
	_cleanup_(store_rows_done) struct store_rows owners = { 0 };
	int r = store_query(s->c->store, &owners, s->c->e,
	    "SELECT id FROM hosts WHERE site = $1 AND"
	    " (id IN (SELECT host FROM placements WHERE host IS NOT NULL)"
	    " OR id IN (SELECT host FROM operator_orders WHERE host IS NOT NULL)) ORDER BY id",
	    SQL_TEXT(s->audience->site));

	while (r >= 0 && store_next(&owners))
		strbuf_addf(ret, "%s ", store_text(&owners, 0));
	return r;
}

/* The document of a change that goes from site to site, once it has come to the host's, $2
 * (rollout.h). */
#define STAGED                                                                                     \
	"(SELECT o.document FROM rollouts o JOIN rollout_steps t ON t.rollout = o.id"              \
	" WHERE o.service = s.id AND o.kind = 'change' AND t.site = $2 AND t.state <> 'waiting'"   \
	" AND o.state IN ('running', 'paused', 'stopped') ORDER BY o.id DESC LIMIT 1)"

static int
read_services(struct call *c, const struct store_value *host, json_t **ret)
{
	_cleanup_(store_rows_done) struct store_rows services = { 0 }, ips = { 0 };
	int r = store_query_values(c->store, &services, c->e,
	    "SELECT s.id, s.host_name, COALESCE(" STAGED
	    ", s.document), s.min_sites FROM services s"
	    " WHERE" ITS_SERVICES " ORDER BY s.id",
	    host, 3);

	if (r >= 0)
		r = store_query_values(c->store, &ips, c->e,
		    "SELECT i.service, g.prefix FROM service_ips i JOIN services s ON s.id = "
		    "i.service"
		    " JOIN global_ips g ON g.id = i.global_ip WHERE" ITS_SERVICES
		    " ORDER BY i.service, g.first_key",
		    host, 3);
	if (r < 0)
		return r;
	*ret = desired_services(&services, &ips);
	return *ret != NULL ? 0 : err_set(c->e, STORE_CORRUPT, "services: a document is no JSON");
}

/* An order of a whole site or host is one for each of its services. */
static int
read_orders(struct shared *s, const struct store_value *host, json_t **ret)
{
	_cleanup_(store_rows_done) struct store_rows orders = { 0 };
	int r = store_query_values(s->c->store, &orders, s->c->e,
	    "SELECT o.id, o.kind, s.host_name, o.parameters, o.reason,"
	    " COALESCE(tokens.name, 'nearcast-controller'), o.created_at, o.expires_at"
	    " FROM operator_orders o"
	    " JOIN services s ON o.service IS NULL OR o.service = s.id"
	    " LEFT JOIN tokens ON tokens.id = o.created_by WHERE" ITS_SERVICES
	    " AND (o.host IS NULL OR o.host = $1) AND (o.site IS NULL OR o.site = $2)"
	    " AND (o.expires_at IS NULL OR o.expires_at > $4) ORDER BY o.id, s.host_name",
	    host, 4);

	if (r >= 0)
		*ret = desired_orders(&orders, &s->until);
	return r;
}

/* Those of its services that are under way; it asks for the rest. */
static int
read_catchments(struct call *c, const struct store_value *host, json_t **ret)
{
	static const struct column columns[] = { { "id", COLUMN_TEXT }, { "state", COLUMN_TEXT } };
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query_values(c->store, &rows, c->e,
	    "SELECT c.id, c.state FROM catchments c JOIN services s ON s.id = c.service"
	    " WHERE c.ended_at IS NULL AND" ITS_SERVICES " ORDER BY c.id",
	    host, 3);

	*ret = json_array();
	while (r >= 0 && store_next(&rows))
		(void)json_array_append_new(
		    *ret, columns_json(&rows, columns, ARRAY_SIZE(columns)));
	return r < 0 ? r : 0;
}

/* In a transaction. */
static int
read_shared(_unused_ struct store *store, void *arg, _unused_ struct err *e)
{
	struct shared *s = arg;
	struct call *c = s->c;
	const struct desired_audience *a = s->audience;
	bool is_common = a->host[0] == '\0';
	const struct store_value values[] = { SQL_TEXT(a->host), SQL_TEXT(a->site),
		SQL_TEXT(a->project), SQL_INT(c->request->now) };
	json_auto_t *site = NULL, *services = NULL, *orders = NULL, *catchments = NULL;
	json_auto_t *all = NULL;
	_cleanup_(strbuf_done) struct strbuf owners = { 0 };
	_cleanup_(freep) char *text = NULL;
	int r = read_site(s, &site);

	if (r >= 0 && is_common)
		r = read_owners(s, &owners);
	if (r >= 0)
		r = read_services(c, values, &services);
	if (r >= 0)
		r = read_orders(s, values, &orders);
	if (r >= 0)
		r = read_catchments(c, values, &catchments);
	if (r < 0)
		return r;
	all = json_pack("{s:O, s:O, s:O, s:O}", "site", site, "services", services, "orders",
	    orders, "catchments", catchments);
	text = json_dumps(all, API_JSON);
	s->text = xasprintf("%s\n%s", strbuf_get(&owners), text);
	return 0;
}

static int
find_shared(struct call *c, const struct desired_audience *audience, char **ret)
{
	struct desired_cache *cache = c->request->desired;
	struct shared s = { .c = c, .audience = audience };
	int r;

	*ret = cache == NULL
		   ? NULL
		   : desired_cache_get(cache, audience, c->caller.host.number, c->request->now);
	if (*ret != NULL)
		return 0;
	r = store_read(c->store, read_shared, &s, c->e);
	if (r < 0)
		return r;
	if (cache != NULL)
		desired_cache_put(cache, audience, s.number, s.text, s.until, c->request->now);
	*ret = s.text;
	return 0;
}

/* Whether the first line has it. */
static bool
is_owner(const char *text, const char *id)
{
	size_t len = strlen(id);

	for (const char *at = text; *at != '\n'; at += strcspn(at, " ") + 1) {
		if (strncmp(at, id, len) == 0 && at[len] == ' ')
			return true;
	}
	return false;
}

static int
find_text(struct call *c, char **ret)
{
	struct desired_audience audience = { 0 };
	int r;

	memcpy(audience.site, c->caller.host.site, sizeof(audience.site));
	memcpy(audience.project, c->caller.project, sizeof(audience.project));
	r = find_shared(c, &audience, ret);
	if (r < 0 || !is_owner(*ret, c->caller.id))
		return r;
	free(*ret);
	*ret = NULL;
	memcpy(audience.host, c->caller.id, sizeof(audience.host));
	return find_shared(c, &audience, ret);
}

/* The object of what is the host's alone, and of what is shared. */
static char *
join(const struct call *c, const char *shared)
{
	json_auto_t *own =
	    json_pack("{s:I, s:{s:s, s:s}}", "revision", (json_int_t)c->caller.host.revision,
		"host", "id", c->caller.id, "name", c->caller.name);
	_cleanup_(freep) char *text = json_dumps(own, API_JSON);

	return xasprintf("%.*s,%s", (int)strlen(text) - 1, text, strchr(shared, '{') + 1);
}

int
api_agent_desired(struct call *c)
{
	_cleanup_(freep) char *shared = NULL;
	int r;

	(void)call_answer(c, 200, NULL, c->caller.host.revision);
	if (c->response->status == 304) {
		call_wait_host(c);
		return 0;
	}
	r = find_text(c, &shared);
	if (r < 0)
		return r;
	c->response->made_text = join(c, shared);
	return 0;
}
