#include "agent/orders.h"

#include <errno.h>
#include <string.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"

#define FILE_NAME "orders.json"
#define FILE_SIZE_MAX (16u << 20)
#define FILE_VERSION 1

/* ---- writing ---- */

static json_int_t
wall_of(struct instant at)
{
	return (json_int_t)(clock_wall_ns() - instant_diff(clock_now(), at).ns);
}

static json_t *
kept_drain(const struct drain *d)
{
	return json_pack("{s:b, s:b, s:b, s:s, s:I, s:I, s:I, s:b}", "operator",
	    d->ordered[DRAIN_BY_OPERATOR], "file", d->ordered[DRAIN_BY_FILE], "controller",
	    d->ordered[DRAIN_BY_CONTROLLER], "reason", d->reason, "since_wall_ns",
	    wall_of(d->since), "until_connections", (json_int_t)d->until_connections, "at_most_ns",
	    (json_int_t)instant_diff(d->until, d->since).ns, "done", d->phase == DRAIN_DONE);
}

static json_t *
kept_hold(const struct service *s)
{
	json_t *stages = json_object();
	char text[IP_STR_MAX];

	for (size_t i = 0; i < s->conf.address_count; i++)
		(void)json_object_set_new(stages, ip_format(s->addresses[i].address, text),
		    json_string(stage_name(s->addresses[i].pinned)));
	return json_pack("{s:s, s:b, s:b, s:o}", "reason", s->hold.reason, "operator",
	    s->hold.ordered[DRAIN_BY_OPERATOR], "controller", s->hold.ordered[DRAIN_BY_CONTROLLER],
	    "stages", stages);
}

static void
save_all(struct agent *a)
{
	json_auto_t *document =
	    json_pack("{s:i, s:O}", "version", FILE_VERSION, "services", a->orders);
	_cleanup_(freep) char *text = json_dumps(document, JSON_INDENT(1));

	if (text != NULL)
		state_dir_save(a->state, FILE_NAME, text, strlen(text));
}

void
orders_save(struct hosted *h)
{
	const struct service *s = h->engine;
	json_t *kept = json_object();

	if (s->drain.phase != DRAIN_NONE)
		(void)json_object_set_new(kept, "drain", kept_drain(&s->drain));
	if (s->hold.held)
		(void)json_object_set_new(kept, "hold", kept_hold(s));
	if (json_object_size(kept) > 0)
		(void)json_object_set(h->agent->orders, h->conf->name, kept);
	else
		(void)json_object_del(h->agent->orders, h->conf->name);
	json_decref(kept);
	save_all(h->agent);
}

void
orders_forget(struct agent *a, const char *service)
{
	if (json_object_del(a->orders, service) == 0)
		save_all(a);
}

/* ---- reading ---- */

/* The services of the document, owned by the caller; NULL: it is none of ours. */
static json_t *
read_document(const char *text, size_t len)
{
	json_auto_t *document = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *services = NULL;
	int version = 0;

	if (json_unpack(document, "{s:i, s:o}", "version", &version, "services", &services) < 0 ||
	    version != FILE_VERSION || !json_is_object(services))
		return NULL;
	return json_incref(services);
}

static bool
has_service(const struct agent *a, const char *name)
{
	for (size_t i = 0; i < a->service_count; i++) {
		if (strcmp(a->services[i]->conf->name, name) == 0)
			return true;
	}
	return false;
}

void
orders_load(struct agent *a)
{
	_cleanup_(freep) char *text = NULL;
	struct err e = { 0 };
	const char *name;
	json_t *one;
	void *next;
	size_t len;
	int r = state_dir_load(a->state, FILE_NAME, FILE_SIZE_MAX, &text, &len, &e);

	a->orders = r < 0 ? NULL : read_document(text, len);
	if (a->orders == NULL) {
		if (r < 0 && r != -ENOENT)
			log_error(
			    "drains and holds of the last nearcastd are not known: %s", e.message);
		else if (r >= 0)
			log_error("drains and holds of the last nearcastd are not known: "
				  "%s/" FILE_NAME " can not be read",
			    state_dir_path(a->state));
		a->orders = json_object();
	}
	json_object_foreach_safe(a->orders, next, name, one)
	{
		if (!has_service(a, name))
			(void)json_object_del(a->orders, name);
	}
}

static bool
file_orders(const struct hosted *h)
{
	return h->drain_file != NULL && file_watch_is_present(h->drain_file);
}

static void
restore_drain(struct hosted *h, json_t *kept)
{
	struct service_event ev = { .type = SERVICE_EVENT_DRAIN };
	int operator= 0, file = 0, controller = 0, done = 0;
	json_int_t since, until, at_most;
	const char *reason;

	if (json_unpack(kept, "{s:b, s:b, s?b, s:s, s:I, s:I, s:I, s:b}", "operator", &operator,
		"file", &file, "controller", &controller, "reason", &reason, "since_wall_ns",
		&since, "until_connections", &until, "at_most_ns", &at_most, "done", &done) < 0)
		return;
	ev.why = reason;
	ev.order = (struct drain_order){ .until_connections = (uint32_t)until,
		.at_most = { at_most },
		.elapsed = { MAX((int64_t)0, clock_wall_ns() - (int64_t)since) },
		.done = done };
	for (enum drain_source source = 0; source < DRAIN_SOURCE_MAX; source++) {
		ev.order.source = source;
		bool ordered[DRAIN_SOURCE_MAX] = { [DRAIN_BY_OPERATOR] = operator,
			[DRAIN_BY_FILE] = file && file_orders(h),
			[DRAIN_BY_CONTROLLER] = controller && h->is_foreign };

		if (ordered[source])
			hosted_take(h, &ev, clock_now());
	}
}

static enum stage
stage_of(const char *name)
{
	for (enum stage s = STAGE_BACKUP; s <= STAGE_PREFERRED; s++) {
		if (name != NULL && strcmp(stage_name(s), name) == 0)
			return s;
	}
	return STAGE_WITHDRAWN;
}

static void
restore_hold(struct hosted *h, const json_t *kept, enum drain_source source)
{
	const json_t *stages = json_object_get(kept, "stages");
	struct service_event ev = { .type = SERVICE_EVENT_HOLD };
	char text[IP_STR_MAX];

	ev.why = json_string_value(json_object_get(kept, "reason"));
	ev.order.source = source;
	for (size_t i = 0; i < h->conf->address_count; i++) {
		const char *name = ip_format(h->conf->addresses[i], text);

		ev.index = i;
		ev.stage = stage_of(json_string_value(json_object_get(stages, name)));
		hosted_take(h, &ev, clock_now());
	}
}

/* done: nothing is announced yet that would have to be drained. */
static void
take_file(struct hosted *h, bool present, const char *line, bool done)
{
	struct service_event ev = { .type = SERVICE_EVENT_UNDRAIN, .why = line };

	ev.order.source = DRAIN_BY_FILE;
	if (present) {
		ev.type = SERVICE_EVENT_DRAIN;
		ev.order.at_most = h->conf->drain_at_most;
		ev.order.done = done;
	}
	hosted_take(h, &ev, clock_now());
}

static void
on_file(void *userdata, bool present, const char *line)
{
	take_file(userdata, present, line, false);
}

int
orders_watch_file(struct hosted *h, sd_event *loop)
{
	struct err e = { 0 };

	if (h->conf->drain_file == NULL)
		return 0;
	return file_watch_new(loop, h->conf->drain_file, on_file, h, &h->drain_file, &e);
}

void
orders_look_at_file(struct hosted *h)
{
	bool wanted = file_orders(h);

	if (wanted != h->engine->drain.ordered[DRAIN_BY_FILE])
		take_file(h, wanted, wanted ? file_watch_line(h->drain_file) : "", false);
}

void
orders_restore(struct hosted *h)
{
	json_auto_t *kept = json_incref(json_object_get(h->agent->orders, h->conf->name));
	json_t *drain = json_object_get(kept, "drain");
	const json_t *hold = json_object_get(kept, "hold");

	if (drain != NULL)
		restore_drain(h, drain);
	if (file_orders(h) && !h->engine->drain.ordered[DRAIN_BY_FILE])
		take_file(h, true, file_watch_line(h->drain_file), true);
	if (hold != NULL && !json_is_false(json_object_get(hold, "operator")))
		restore_hold(h, hold, DRAIN_BY_OPERATOR);
	if (hold != NULL && h->is_foreign && json_is_true(json_object_get(hold, "controller")))
		restore_hold(h, hold, DRAIN_BY_CONTROLLER);
	if (h->engine->drain.phase != DRAIN_NONE || h->engine->hold.held)
		log_notice("service %s: goes on %s, as ordered before nearcastd started",
		    h->conf->name, h->engine->hold.held ? "being held" : "draining");
}

void
orders_go_on(struct hosted *h)
{
	bool wants = file_orders(h);

	if (wants != h->engine->drain.ordered[DRAIN_BY_FILE])
		take_file(h, wants, wants ? file_watch_line(h->drain_file) : NULL, false);
}
