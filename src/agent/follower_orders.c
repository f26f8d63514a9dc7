/*
 * What the controller orders of its services, drains and holds: kept apart from what an operator of
 * this host orders, so that none of them undoes the other's.
 */
#include <string.h>

#include "agent/follower_internal.h"
#include "base/utf8.h"

static const char *
id_of(const json_t *order)
{
	return order != NULL ? json_string_value(json_object_get(order, "id")) : NULL;
}

/* The reason, and who gave it: "new kernel (ann)"; without a reason "by ann". */
static void
describe(const json_t *order, char *buf, size_t size)
{
	const char *reason = json_string_value(json_object_get(order, "reason"));
	const char *by = json_string_value(json_object_get(order, "by"));

	bool has_reason = reason != NULL && *reason != '\0';

	if (by == NULL)
		utf8_format(buf, size, "%s", has_reason ? reason : "");
	else if (has_reason)
		utf8_format(buf, size, "%s (%s)", reason, by);
	else
		utf8_format(buf, size, "by %s", by);
}

static void
give_drain(struct hosted *h, const json_t *order)
{
	const json_t *parameters = json_object_get(order, "parameters");
	const json_t *until = json_object_get(parameters, "until_connections");
	const json_t *at_most = json_object_get(parameters, "at_most_ms");
	struct service_event ev = { .type = order != NULL ? SERVICE_EVENT_DRAIN
							  : SERVICE_EVENT_UNDRAIN };
	char why[WHY_MAX];

	if (order != NULL) {
		json_int_t most = json_integer_value(at_most);

		describe(order, why, sizeof(why));
		ev.why = why;
		ev.order.until_connections = (uint32_t)MIN(
		    MAX(json_integer_value(until), (json_int_t)0), (json_int_t)UINT32_MAX);
		ev.order.at_most =
		    most > 0 ? DURATION_MS(MIN(most, duration_ms(AGENT_DRAIN_AT_MOST_MAX)))
			     : h->conf->drain_at_most;
	}
	ev.order.source = DRAIN_BY_CONTROLLER;
	hosted_take(h, &ev, clock_now());
}

static void
give_hold(struct hosted *h, const json_t *order)
{
	struct service_event ev = { .type =
					order != NULL ? SERVICE_EVENT_HOLD : SERVICE_EVENT_RELEASE,
		.index = SERVICE_ALL };
	char why[WHY_MAX];

	if (order != NULL) {
		describe(order, why, sizeof(why));
		ev.why = why;
	}
	ev.order.source = DRAIN_BY_CONTROLLER;
	hosted_take(h, &ev, clock_now());
}

/* Whether the engine has to be told: another order than it has, or none any more. */
static bool
differs(const struct follower *f, const char *key, const char *service, bool has, const char *id)
{
	const json_t *given = json_object_get(json_object_get(f->given, service), key);

	if (id == NULL)
		return has;
	return !has || !json_is_string(given) || strcmp(json_string_value(given), id) != 0;
}

static void
give(struct follower *f, struct hosted *h)
{
	const char *name = h->conf->name;
	const json_t *drain = desired_order(&f->desired, "drain", name);
	const json_t *hold = desired_order(&f->desired, "hold", name);

	if (differs(f, "drain", name, h->engine->drain.ordered[DRAIN_BY_CONTROLLER], id_of(drain)))
		give_drain(h, drain);
	if (differs(f, "hold", name, h->engine->hold.ordered[DRAIN_BY_CONTROLLER], id_of(hold)))
		give_hold(h, hold);
	if (drain == NULL && hold == NULL)
		(void)json_object_del(f->given, name);
	else
		(void)json_object_set_new(f->given, name,
		    json_pack("{s:s?, s:s?}", "drain", id_of(drain), "hold", id_of(hold)));
}

void
follower_give_orders(struct follower *f)
{
	for (size_t i = 0; i < f->agent->service_count; i++) {
		if (f->agent->services[i]->is_foreign)
			give(f, f->agent->services[i]);
	}
}
