/* The requests drain, undrain, hold and release: what an operator orders, and how it stands. */
#include <errno.h>
#include <string.h>

#include "agent/agent_internal.h"
#include "base/strbuf.h"

static json_t *
ms_json(struct duration d)
{
	return json_real(duration_ms_f(d));
}

json_t *
orders_drain_json(const struct hosted *h, struct instant now)
{
	const struct drain *d = &h->engine->drain;
	json_t *o;

	if (d->phase == DRAIN_NONE)
		return json_null();
	o = json_pack("{s:s, s:s, s:b, s:b, s:b, s:o, s:I}", "phase",
	    d->phase == DRAIN_DONE ? "done" : "waiting", "reason", d->reason, "by_operator",
	    d->ordered[DRAIN_BY_OPERATOR], "by_file", d->ordered[DRAIN_BY_FILE], "by_controller",
	    d->ordered[DRAIN_BY_CONTROLLER], "since_ms", ms_json(instant_diff(now, d->since)),
	    "until_connections", (json_int_t)d->until_connections);
	(void)json_object_set_new(
	    o, "connections", d->counted ? json_integer((json_int_t)d->connections) : json_null());
	(void)json_object_set_new(o, "most_connections", json_integer((json_int_t)d->most));
	(void)json_object_set_new(o, "left_ms",
	    d->phase == DRAIN_WAITING
		? ms_json(DURATION_NS(MAX(instant_diff(d->until, now).ns, INT64_C(0))))
		: json_null());
	(void)json_object_set_new(
	    o, "ended_why", d->phase == DRAIN_DONE ? json_string(d->ended_why) : json_null());
	return o;
}

json_t *
orders_hold_json(const struct hosted *h, struct instant now)
{
	const struct service_hold *hold = &h->engine->hold;

	if (!hold->held)
		return json_null();
	return json_pack("{s:s, s:b, s:b, s:o}", "reason", hold->reason, "by_operator",
	    hold->ordered[DRAIN_BY_OPERATOR], "by_controller", hold->ordered[DRAIN_BY_CONTROLLER],
	    "since_ms", ms_json(instant_diff(now, hold->since)));
}

static json_t *
answer(const struct hosted *h)
{
	struct instant now = clock_now();

	return json_pack("{s:s, s:s, s:o, s:o}", "service", h->conf->name, "stage",
	    stage_name(service_stage(h->engine)), "drain", orders_drain_json(h, now), "hold",
	    orders_hold_json(h, now));
}

/* NULL, with the names there are in *e: none is called so, or nothing can be ordered any more. */
static struct hosted *
find(const struct agent *a, const json_t *request, struct err *e)
{
	const char *name = json_string_value(json_object_get(request, "service"));
	_cleanup_(strbuf_done) struct strbuf names = { 0 };

	if (a->stopping) {
		(void)err_set(e, -ESHUTDOWN, "nearcastd ends");
		return NULL;
	}
	for (size_t i = 0; i < a->service_count; i++) {
		if (strcmp(a->services[i]->conf->name, name) == 0)
			return a->services[i];
		strbuf_addf(&names, "%s%s", i > 0 ? ", " : "", a->services[i]->conf->name);
	}
	(void)err_set(e, -ENOENT, "no service is called \"%s\"; the agent has %s", name,
	    names.len > 0 ? strbuf_get(&names) : "none");
	return NULL;
}

static const char *
reason_of(const json_t *request)
{
	const char *reason = json_string_value(json_object_get(request, "reason"));

	return reason ? reason : "";
}

json_t *
agent_answer_drain(void *userdata, const json_t *request, struct err *e)
{
	const json_t *until = json_object_get(request, "until_connections");
	const json_t *at_most = json_object_get(request, "at_most_ms");
	struct hosted *h = find(userdata, request, e);
	struct service_event ev = { .type = SERVICE_EVENT_DRAIN, .why = reason_of(request) };

	if (h == NULL)
		return NULL;
	if (h->engine->hold.held) {
		(void)err_set(e, -EBUSY, "service %s is held%s%s; release it first", h->conf->name,
		    h->engine->hold.reason[0] ? ": " : "", h->engine->hold.reason);
		return NULL;
	}
	if (json_integer_value(until) > UINT32_MAX ||
	    json_integer_value(at_most) > AGENT_DRAIN_AT_MOST_MAX.ns / NS_PER_MS) {
		(void)err_set(e, -ERANGE, "a number is too large");
		return NULL;
	}
	ev.order = (struct drain_order){ .source = DRAIN_BY_OPERATOR,
		.until_connections = (uint32_t)json_integer_value(until),
		.at_most =
		    at_most ? DURATION_MS(json_integer_value(at_most)) : h->conf->drain_at_most };
	hosted_take(h, &ev, clock_now());
	return answer(h);
}

json_t *
agent_answer_undrain(void *userdata, const json_t *request, struct err *e)
{
	struct hosted *h = find(userdata, request, e);
	struct service_event ev = { .type = SERVICE_EVENT_UNDRAIN };

	if (h == NULL)
		return NULL;
	if (!h->engine->drain.ordered[DRAIN_BY_OPERATOR]) {
		if (h->engine->drain.ordered[DRAIN_BY_FILE])
			(void)err_set(e, -EBUSY, "service %s is drained by %s; remove the file",
			    h->conf->name, h->conf->drain_file);
		else if (h->engine->drain.ordered[DRAIN_BY_CONTROLLER])
			(void)err_set(e, -EBUSY,
			    "service %s is drained by the controller; end it there", h->conf->name);
		else
			(void)err_set(e, -EALREADY, "service %s is not drained", h->conf->name);
		return NULL;
	}
	ev.order.source = DRAIN_BY_OPERATOR;
	hosted_take(h, &ev, clock_now());
	return answer(h);
}

json_t *
agent_answer_hold(void *userdata, const json_t *request, struct err *e)
{
	struct hosted *h = find(userdata, request, e);
	struct service_event ev = {
		.type = SERVICE_EVENT_HOLD, .index = SERVICE_ALL, .why = reason_of(request)
	};

	if (h == NULL)
		return NULL;
	hosted_take(h, &ev, clock_now());
	return answer(h);
}

json_t *
agent_answer_release(void *userdata, const json_t *request, struct err *e)
{
	struct hosted *h = find(userdata, request, e);
	struct service_event ev = { .type = SERVICE_EVENT_RELEASE };

	if (h == NULL)
		return NULL;
	if (!h->engine->hold.ordered[DRAIN_BY_OPERATOR]) {
		if (h->engine->hold.held)
			(void)err_set(e, -EBUSY,
			    "service %s is held by the controller; end it there", h->conf->name);
		else
			(void)err_set(e, -EALREADY, "service %s is not held", h->conf->name);
		return NULL;
	}
	hosted_take(h, &ev, clock_now());
	return answer(h);
}
