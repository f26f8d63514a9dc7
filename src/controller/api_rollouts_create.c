/*
 * A rollout is begun: what may be asked for, whether it could ever end, and its steps.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/api_orders.h"
#include "controller/api_rollouts.h"
#include "controller/api_services.h"
#include "controller/handlers.h"

#define NS INT64_C(1000000000)
#define SITES_MAX 1000

static const char *const kinds[] = { "change", "drain", NULL };

struct request {
	uint64_t given;
	int kind;
	const char *service, *reason, *override_reason;
	json_t *document, *parameters, *sites;
	uint32_t at_once, settle;
};

#define AT(field) .offset = offsetof(struct request, field)
static const struct field create_fields[] = {
	{ .key = "kind", .type = FIELD_ENUM, AT(kind), .flags = FIELD_REQUIRED, .names = kinds },
	{ .key = "service", .type = FIELD_NAME, AT(service), .flags = FIELD_REQUIRED },
	{ .key = "document", .type = FIELD_OBJECT, AT(document) },
	{ .key = "parameters", .type = FIELD_OBJECT, AT(parameters) },
	{ .key = "sites", .type = FIELD_NAMES, AT(sites), .min = 1, .max = SITES_MAX },
	{ .key = "at_once", .type = FIELD_U32, AT(at_once), .min = 1, .max = SITES_MAX },
	{ .key = "settle_seconds", .type = FIELD_U32, AT(settle), .max = 86400 },
	{ .key = "reason", .type = FIELD_TEXT, AT(reason), .max = 300 },
	{ .key = "override_reason", .type = FIELD_TEXT, AT(override_reason), .min = 1, .max = 300 },
};
#undef AT
static const struct field_table create_table =
    FIELD_TABLE("a rollout", struct request, create_fields);

static int
check_request(struct call *c, const struct request *q)
{
	json_t *errors = json_array();
	bool is_change = q->kind == ROLLOUT_CHANGE;

	if (is_change && q->document == NULL)
		field_error(errors, "/document", "is missing: the service as it shall be");
	if (!is_change && q->document != NULL)
		field_error(errors, "/document", "is only of a change");
	if (!is_change)
		orders_check_parameters(true, q->parameters, errors, "/parameters");
	else if (json_object_size(q->parameters) > 0)
		field_error(errors, "/parameters", "a change has none");
	if (json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return 0;
}

/* A drain that could never begin is refused now. */
static int
check_sites(
    struct call *c, const struct request *q, const struct rollout_case *k, const json_t *service)
{
	int64_t min_sites = json_integer_value(json_object_get(service, "min_sites"));
	size_t needed = (size_t)MAX(min_sites, INT64_C(1));

	if (k->r.site_count == 0)
		return call_problem(c, PROBLEM_CONFLICT, "no host has service %s", q->service);
	if (q->kind == ROLLOUT_DRAIN && k->r.site_count <= needed)
		return call_problem(c, PROBLEM_LAST_SITE,
		    "service %s has %zu site%s, of which %zu have to stand: none could be drained",
		    q->service, k->r.site_count, k->r.site_count == 1 ? "" : "s", needed);
	return 0;
}

/* As many at a time as are asked for, or there are to be touched, are held to the share of those
 * that stand. */
static int
check_at_once(
    struct call *c, const struct request *q, struct rollout_case *k, const json_t *service)
{
	bool are_some = q->kind == ROLLOUT_DRAIN && q->sites != NULL;
	size_t touched =
	    MIN((size_t)q->at_once, are_some ? json_array_size(q->sites) : k->r.site_count);
	size_t of, most;
	json_t *errors;

	k->r.max_change_percent =
	    (uint32_t)json_integer_value(json_object_get(service, "max_change_percent"));
	most = rollout_most(&k->r, &of);
	if (touched <= most || q->override_reason != NULL)
		return 0;
	errors = json_array();
	field_error(errors, "/at_once",
	    "%zu sites at once, and max_change_percent %u of the %zu that stand%s allows %zu; "
	    "override_reason says that it is meant, and why",
	    touched, k->r.max_change_percent, of, of == 1 ? "s" : "", most);
	return call_problem_errors(c, PROBLEM_AT_ONCE, errors);
}

static int
add_step(struct call *c, const char *rollout, size_t position, const char *site)
{
	int r = store_do(c->store, c->e,
	    "INSERT INTO rollout_steps (rollout, position, site, state) VALUES ($1, $2, $3, "
	    "'waiting')",
	    SQL_TEXT(rollout), SQL_INT((int64_t)position), SQL_TEXT(site));

	return r < 0 ? r : 0;
}

/* The sites that are named, in their order: had[] says which. */
static int
add_named(struct call *c, const struct request *q, const struct rollout_case *k, const char *id,
    bool *had)
{
	int r = 0;

	for (size_t i = 0; i < json_array_size(q->sites) && r >= 0; i++) {
		const char *name = json_string_value(json_array_get(q->sites, i));
		_cleanup_(freep) char *pointer = xasprintf("/sites/%zu", i);
		size_t at = 0;

		while (at < k->r.site_count && strcmp(k->places[at].name, name) != 0 &&
		       strcmp(k->places[at].id, name) != 0)
			at++;
		if (at == k->r.site_count)
			return call_problem_field(
			    c, pointer, "no host of \"%.63s\" has service %s", name, q->service);
		if (had[at])
			return call_problem_field(
			    c, pointer, "names site %s once more", k->places[at].name);
		had[at] = true;
		r = add_step(c, id, i, k->places[at].id);
	}
	return r;
}

/*
 * The sites that are named; then all others, by name. A drain of some leaves the others alone. But
 * a change is the service's document in the end, so it comes to the others as well, and site by
 * site.
 */
static int
add_steps(struct call *c, const struct request *q, const struct rollout_case *k, const char *id)
{
	_cleanup_(freep) bool *had = xcalloc(k->r.site_count + 1, sizeof(*had));
	size_t position = json_array_size(q->sites);
	int r = add_named(c, q, k, id, had);

	if (q->kind == ROLLOUT_DRAIN && q->sites != NULL)
		return r;
	for (size_t i = 0; i < k->r.site_count && r >= 0; i++) {
		if (!had[i])
			r = add_step(c, id, position++, k->places[i].id);
	}
	return r;
}

static int
insert(struct call *c, const struct request *q, const struct rollout_case *k, const char *id)
{
	_cleanup_(freep) char *document =
	    q->document != NULL ? json_dumps(q->document, JSON_COMPACT) : NULL;
	_cleanup_(freep) char *parameters = json_dumps(q->parameters, JSON_COMPACT);
	_cleanup_(freep) char *stood = case_standing(k);
	int r = store_do(c->store, c->e,
	    "INSERT INTO rollouts (id, kind, service, document, parameters, at_once, settle, state,"
	    " purpose, stood, created_by, created_at, override_reason)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, 'running', $8, $9, $10, $11, $12)",
	    SQL_TEXT(id), SQL_TEXT(kinds[q->kind]), SQL_TEXT(k->service), SQL_TEXT(document),
	    SQL_TEXT(parameters), SQL_INT(q->at_once), SQL_INT(q->settle * NS), SQL_TEXT(q->reason),
	    SQL_TEXT(stood), SQL_TEXT(c->caller.id[0] != '\0' ? c->caller.id : NULL),
	    SQL_INT(c->request->now), SQL_TEXT(q->override_reason));

	return r < 0 ? r : add_steps(c, q, k, id);
}

static int
create(struct call *c, const struct request *q, const char *id)
{
	_cleanup_(case_done) struct rollout_case k = { 0 };
	json_auto_t *service = NULL;
	int r = services_find(c, q->service, &service);

	if (r < 0)
		return r;
	(void)snprintf(k.service, sizeof(k.service), "%s", call_text(service, "id"));
	if (q->document != NULL)
		r = services_check_document(c, service, q->document);
	if (r >= 0)
		r = rollouts_check_none(c, k.service, "");
	if (r >= 0)
		r = case_read_sites(c, &k);
	if (r >= 0)
		r = check_sites(c, q, &k, service);
	if (r >= 0)
		r = check_at_once(c, q, &k, service);
	return r < 0 ? r : insert(c, q, &k, id);
}

/* The first sites begin at once. */
static int
begin(struct call *c, const char *id)
{
	_cleanup_(case_done) struct rollout_case k = { 0 };
	int r = case_read(c, id, &k);

	if (r < 0)
		return r;
	rollout_look(&k.r, (struct instant){ c->request->now });
	return rollouts_act(c, &k, false);
}

int
api_rollouts_create(struct call *c)
{
	json_auto_t *none = json_object(), *after = NULL;
	struct request q = { .reason = "", .parameters = none, .at_once = 1, .settle = 30 };
	char id[STORE_ID_MAX];
	int r = call_fields(c, &create_table, &q);

	if (r >= 0)
		r = check_request(c, &q);
	if (r >= 0)
		r = create(c, &q, store_id("rol", c->request->now, id));
	if (r >= 0)
		r = begin(c, id);
	if (r >= 0)
		r = rollouts_find(c, id, &after);
	if (r >= 0)
		r = call_audit_override(c, "create", "rollout", q.override_reason, NULL, after);
	return r < 0 ? r
		     : call_answer_created(
			   c, json_incref(after), call_revision(after), c->request->path);
}
