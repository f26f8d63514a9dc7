/* What comes of a look at a rollout: orders, documents, events; and the duty that looks. */
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/api_orders.h"
#include "controller/api_rollouts.h"
#include "controller/api_services.h"
#include "controller/event.h"

/* ---- what is told ---- */

static int
tell(struct call *c, const struct rollout_case *k, const char *kind, const char *severity,
    const char *site, const char *message)
{
	json_auto_t *detail = json_pack("{s:s}", "rollout", k->id);
	int r = event_add(c->store,
	    &(struct event){ .at = c->request->now,
		.received_at = c->request->now,
		.kind = kind,
		.severity = severity,
		.project = k->project,
		.site = site,
		.service = k->service,
		.message = message,
		.detail = detail },
	    c->e);

	if (r > 0)
		call_ring(c, "events");
	return r < 0 ? r : 0;
}

static int
tell_step(struct call *c, const struct rollout_case *k, size_t i)
{
	const struct rollout_step *s = &k->steps[i];
	const struct case_site *at = &k->places[s->site];
	_cleanup_(strbuf_done) struct strbuf message = { 0 };

	if (s->state == k->were[i].state)
		return 0;
	strbuf_addf(&message, "%s of service %s: site %s is %s%s%s", rollout_kind_name(k->r.kind),
	    k->service_name, at->name, rollout_step_name(s->state), s->why[0] ? ": " : "", s->why);
	return tell(c, k, "rollout-step", s->state == STEP_FAILED ? "warning" : "info", at->id,
	    strbuf_get(&message));
}

static int
tell_state(struct call *c, const struct rollout_case *k)
{
	static const char *const event_kinds[] = { "rollout-running", "rollout-paused",
		"rollout-stopped", "rollout-done", "rollout-taken-back" };
	_cleanup_(strbuf_done) struct strbuf message = { 0 };

	if (k->r.state == k->was)
		return 0;
	strbuf_addf(&message, "%s of service %s is %s%s%s", rollout_kind_name(k->r.kind),
	    k->service_name, rollout_state_name(k->r.state), k->r.why[0] ? ": " : "", k->r.why);
	return tell(c, k, event_kinds[k->r.state],
	    k->r.state == ROLLOUT_STOPPED ? "warning" : "notice", NULL, strbuf_get(&message));
}

/* ---- what is done ---- */

static int
order_drain(struct call *c, const struct rollout_case *k, const struct case_site *at)
{
	_cleanup_(freep) char *parameters = json_dumps(k->parameters, JSON_COMPACT);
	struct order o = { .kind = "drain",
		.scope = { .service = k->service, .site = at->id },
		.parameters = parameters,
		.reason = k->purpose,
		.rollout = k->id,
		.by = k->by[0] != '\0' ? k->by : NULL };
	char id[STORE_ID_MAX];

	return orders_insert(c, &o, id);
}

static int
act_step(struct call *c, const struct rollout_case *k, const struct rollout_step *s)
{
	const struct case_site *at = &k->places[s->site];

	if (s->action == STEP_NOTHING)
		return 0;
	if (k->r.kind == ROLLOUT_CHANGE)
		return scope_touch(c, &(struct scope){ .service = k->service, .site = at->id });
	return s->action == STEP_BEGIN ? order_drain(c, k, at) : orders_end(c, k->id, at->id);
}

/* Hosts of sites which had the change lose it, or those that had it not get it. */
static int
touch_sites(struct call *c, const struct rollout_case *k, bool with_change)
{
	int r = 0;

	for (size_t i = 0; i < k->r.site_count && r >= 0; i++) {
		bool has = false;

		for (size_t s = 0; s < k->r.step_count; s++)
			has = has || (k->steps[s].site == i && k->were[s].state != STEP_WAITING);
		if (has == with_change)
			r = scope_touch(
			    c, &(struct scope){ .service = k->service, .site = k->places[i].id });
	}
	return r;
}

/* In the name of whoever began it, also when it is us who look. */
static int
set_document(struct call *c, const struct rollout_case *k)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const struct caller before = c->caller;
	int r = 0;

	if (c->request->is_own)
		r = store_query(c->store, &rows, c->e, "SELECT id, name FROM tokens WHERE id = $1",
		    SQL_TEXT(k->by));
	if (r >= 0 && store_next(&rows)) {
		(void)snprintf(c->caller.id, sizeof(c->caller.id), "%s", store_text(&rows, 0));
		(void)snprintf(c->caller.name, sizeof(c->caller.name), "%s", store_text(&rows, 1));
	}
	c->rollout = k->id;
	if (r >= 0)
		r = services_set_document(c, k->service, k->document);
	c->rollout = NULL;
	c->caller = before;
	return r;
}

/* The end of a change: the service is what it says, or stays what it was. */
static int
end_change(struct call *c, const struct rollout_case *k)
{
	int r = 0;

	if (k->r.kind != ROLLOUT_CHANGE || k->r.state == k->was)
		return 0;
	if (k->r.state == ROLLOUT_TAKEN_BACK)
		return touch_sites(c, k, true);
	if (k->r.state != ROLLOUT_DONE)
		return 0;
	r = set_document(c, k);
	return r < 0 ? r : touch_sites(c, k, false);
}

int
rollouts_act(struct call *c, struct rollout_case *k, bool baseline)
{
	int r = 0;

	(void)snprintf(c->project, sizeof(c->project), "%s", k->project);
	for (size_t i = 0; i < k->r.step_count && r >= 0; i++)
		r = act_step(c, k, &k->steps[i]);
	if (r >= 0)
		r = case_keep(c, k, baseline);
	if (r >= 0)
		r = end_change(c, k);
	for (size_t i = 0; i < k->r.step_count && r >= 0; i++)
		r = tell_step(c, k, i);
	if (r >= 0)
		r = tell_state(c, k);
	if (r >= 0 && case_is_visible(k))
		call_ring(c, "objects:rollout");
	return r;
}

/* ---- the duty ---- */

static int
go_on(struct call *c, const char *id)
{
	_cleanup_(case_done) struct rollout_case k = { 0 };
	json_auto_t *before = NULL, *after = NULL;
	bool is_over;
	int r = case_read(c, id, &k);

	if (r < 0)
		return r;
	(void)snprintf(c->project, sizeof(c->project), "%s", k.project);
	rollout_look(&k.r, (struct instant){ c->request->now });
	/* that it has stopped, or is done, is a change that somebody may look for */
	is_over = k.r.state != k.was;
	if (is_over)
		r = rollouts_find(c, id, &before);
	if (r >= 0)
		r = rollouts_act(c, &k, false);
	if (r >= 0 && is_over)
		r = rollouts_find(c, id, &after);
	if (r >= 0 && is_over)
		r = call_audit(
		    c, rollout_state_name(k.r.state), "rollout", k.project, before, after);
	return r;
}

int
rollouts_go_on(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT id FROM rollouts WHERE state IN ('running', 'paused') ORDER BY id LIMIT $1",
	    SQL_INT(100));

	while (r >= 0 && store_next(&rows))
		r = go_on(c, store_text(&rows, 0));
	return r;
}
