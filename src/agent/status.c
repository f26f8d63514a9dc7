/* The agent's state as the JSON of its control socket; nearcast-status(1) describes each key. */
#include <stdio.h>
#include <unistd.h>

#include "agent/agent_internal.h"
#include "base/utf8.h"

static json_t *
ms_json(struct duration d)
{
	return json_real(duration_ms_f(d));
}

static json_t *
ip_json(struct ip ip)
{
	char text[IP_STR_MAX];

	return json_string(ip_format(ip, text));
}

static const char *
presence_name(enum presence p)
{
	switch (p) {
	case PRESENCE_UNKNOWN:
		return "unknown";
	case PRESENCE_PRESENT:
		return "present";
	case PRESENCE_MISSING:
		return "missing";
	}
	return NULL;
}

/* The time of day of a past moment. */
static int64_t
wall_of(struct instant at)
{
	return clock_wall_ns() - instant_diff(clock_now(), at).ns;
}

static json_t *
withdraw_json(const struct withdraw_record *w)
{
	const struct neighbor_share *written = &w->result.written;
	json_t *o;

	if (!w->has)
		return json_null();
	o = json_pack("{s:o, s:I, s:I, s:s}", "at", wall_json(w->at_wall_ns), "at_wall_ns",
	    (json_int_t)w->at_wall_ns, "noticed_wall_ns",
	    (json_int_t)(w->at_wall_ns - instant_diff(w->at, w->heard).ns), "why", w->why);
	(void)json_object_set_new(o, "flushed_wall_ns",
	    w->flushed ? json_integer(wall_of(w->result.at)) : json_null());
	(void)json_object_set_new(o, "noticed_to_written_ms",
	    w->flushed && written->count > 0 ? ms_json(instant_diff(w->result.at, w->heard))
					     : json_null());
	(void)json_object_set_new(
	    o, "written_to", w->flushed ? json_integer((json_int_t)written->count) : json_null());
	(void)json_object_set_new(
	    o, "had_been_told", w->flushed ? json_integer((json_int_t)written->of) : json_null());
	return o;
}

/* The stage is what should be: what a neighbor has yet to hear is added. */
static const char *
address_why(const struct hosted *h, const struct service_address *sa, char *buf, size_t size)
{
	bool wanted = sa->stage != STAGE_WITHDRAWN;
	size_t address = (size_t)(sa - h->engine->addresses);
	struct announcer_kept kept = hosted_kept(h, address);
	char more[KEPT_MAX] = "";

	if (wanted && hosted_told(h, address).count == 0)
		utf8_format(more, sizeof(more), "no neighbor has been told");
	else if (!wanted && kept.count > 0)
		(void)announcer_kept_format(&kept, more, sizeof(more));
	else if (!wanted && h->withdraws[address].has && !h->withdraws[address].flushed)
		utf8_format(more, sizeof(more), "the withdraw waits to be written");
	utf8_format(buf, size, "%s%s%s", sa->why, *more ? "; " : "", more);
	return buf;
}

/* Time to a moment to come; null: it does not. */
static json_t *
until_json(struct instant at, struct instant now)
{
	if (instant_is_never(at))
		return json_null();
	return ms_json(DURATION_NS(MAX(instant_diff(at, now).ns, INT64_C(0))));
}

/* When its stage may change by itself, and what keeps it from changing. */
static void
add_patience(
    json_t *o, const struct hosted *h, const struct service_address *sa, struct instant now)
{
	static const char *const names[] = { [LEAVE_NOT_ASKED] = "not-asked",
		[LEAVE_ASKED] = "asked",
		[LEAVE_GRANTED] = "granted",
		[LEAVE_REFUSED] = "refused" };
	uint64_t flaps = damping_milliflaps(&sa->damping, &h->engine->conf.damping, now);
	const struct leave *leave = &sa->leave;
	bool answered = leave->state == LEAVE_GRANTED || leave->state == LEAVE_REFUSED;

	(void)json_object_set_new(o, "changes_ms", until_json(sa->look_at, now));
	(void)json_object_set_new(o, "damped_ms", until_json(sa->damped_until, now));
	(void)json_object_set_new(o, "flaps", json_real((double)flaps / 1000));
	(void)json_object_set_new(o, "guard", json_string(names[leave->state]));
	(void)json_object_set_new(o, "guard_why", answered ? json_string(leave->why) : json_null());
	(void)json_object_set_new(o, "guard_refusals", json_integer((json_int_t)leave->refusals));
}

/* What neighbors may keep of lost sessions. */
static json_t *
kept_json(const struct hosted *h, size_t address, struct instant now)
{
	struct announcer_kept kept = hosted_kept(h, address);

	if (kept.count == 0)
		return json_null();
	return json_pack("{s:I, s:o}", "neighbors", (json_int_t)kept.count, "until_ms",
	    until_json(kept.until, now));
}

static json_t *
addresses_json(const struct hosted *h, struct instant now)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->conf->address_count; i++) {
		const struct service_address *sa = &h->engine->addresses[i];
		const struct addresses *addresses = h->agent->addresses;
		struct neighbor_share told = hosted_told(h, i);
		char text[PREFIX_STR_MAX], why[WHY_MAX + KEPT_MAX];
		json_t *o = json_pack("{s:s, s:s, s:s, s:b, s:b, s:b}", "prefix",
		    prefix_format(prefix_host(sa->address), text), "stage", stage_name(sa->stage),
		    "why", address_why(h, sa, why, sizeof(why)), "announced", told.count > 0,
		    "address_present", addresses_is_present(addresses, h->address_places[i]),
		    "address_added_by_us", addresses_is_ours(addresses, h->address_places[i]));

		(void)json_object_set_new(
		    o, "announced_to", json_integer((json_int_t)told.count));
		(void)json_object_set_new(o, "neighbors", json_integer((json_int_t)told.of));
		(void)json_object_set_new(o, "since_ms", ms_json(instant_diff(now, sa->since)));
		add_patience(o, h, sa, now);
		(void)json_object_set_new(o, "kept", kept_json(h, i, now));
		(void)json_object_set_new(o, "last_withdraw", withdraw_json(&h->withdraws[i]));
		(void)json_array_append_new(list, o);
	}
	return list;
}

/* Minute by minute, the oldest first; the last one is not over. */
static json_t *
history_json(const struct check_history *h, struct instant now)
{
	struct check_minute minutes[CHECK_HISTORY_MAX];
	size_t count = check_history_get(h, now, minutes);
	json_t *longest = json_array(), *failures = json_array();

	for (size_t i = 0; i < count; i++) {
		int64_t us = minutes[i].longest.ns / NS_PER_US;

		(void)json_array_append_new(
		    longest, minutes[i].passes > 0 ? json_integer((json_int_t)us) : json_null());
		(void)json_array_append_new(failures, json_integer(minutes[i].failures));
	}
	return json_pack("{s:I, s:o, s:o}", "step_ms",
	    (json_int_t)(CHECK_HISTORY_STEP.ns / NS_PER_MS), "longest_us", longest, "failures",
	    failures);
}

static json_t *
checks_json(const struct hosted *h, struct instant now)
{
	const struct agent_check *confs = h->conf->checks.items;
	json_t *list = json_array();

	for (size_t i = 0; i < h->engine->run_count; i++) {
		const struct service_run *run = &h->engine->runs[i];
		const struct agent_check *conf = &confs[run->check];
		const struct check *c = &run->state;
		const char *output = check_run_output(h->runners[i]->check);
		json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "name", conf->name, "type",
		    check_kind_names[conf->spec.kind], "verdict", verdict_name(c->verdict), "why",
		    c->why);

		(void)json_object_set_new(o, "scope",
		    json_string(conf->scope == CHECK_DEPENDENCY ? "dependency" : "service"));
		(void)json_object_set_new(o, "address",
		    run->address == SERVICE_ALL ? json_null()
						: ip_json(h->conf->addresses[run->address]));
		(void)json_object_set_new(o, "definitive", json_boolean(c->definitive));
		(void)json_object_set_new(o, "since_ms", ms_json(instant_diff(now, c->since)));
		(void)json_object_set_new(o, "passes", json_integer(c->passes));
		(void)json_object_set_new(o, "failures", json_integer(c->failures));
		(void)json_object_set_new(o, "interval_ms", ms_json(check_interval(c)));
		(void)json_object_set_new(
		    o, "last_ms", c->has_last ? ms_json(c->last_took) : json_null());
		(void)json_object_set_new(o, "last_ago_ms",
		    c->has_last ? ms_json(instant_diff(now, c->last_at)) : json_null());
		(void)json_object_set_new(
		    o, "last_why", c->has_last ? json_string(c->last_why) : json_null());
		(void)json_object_set_new(o, "history", history_json(&h->runners[i]->history, now));
		(void)json_object_set_new(o, "output", output ? json_string(output) : json_null());
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
listeners_json(const struct hosted *h, struct instant now)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->engine->listener_count; i++) {
		const struct service_listener *l = &h->engine->listeners[i];

		(void)json_array_append_new(list,
		    json_pack("{s:s, s:o, s:s, s:o, s:o}", "listen", h->listen_names[l->listen],
			"address", ip_json(h->conf->addresses[l->address]), "state",
			presence_name(l->presence), "since_ms",
			ms_json(instant_diff(now, l->since)), "grace_ms",
			until_json(l->spared_until, now)));
	}
	return list;
}

/* Of a service whose addresses differ, why says how many of them are withdrawn. */
json_t *
agent_service_json(const struct hosted *h, struct instant now)
{
	const struct service_address *telling = service_telling_address(h->engine);
	size_t withdrawn = 0, total = h->conf->address_count;
	char why[WHY_MAX + KEPT_MAX + 96], text[WHY_MAX + KEPT_MAX];

	for (size_t i = 0; i < total; i++)
		withdrawn += h->engine->addresses[i].stage == STAGE_WITHDRAWN;
	(void)address_why(h, telling, text, sizeof(text));
	if (withdrawn == 0 || withdrawn == total)
		utf8_format(why, sizeof(why), "%s", text);
	else
		(void)snprintf(
		    why, sizeof(why), "%zu of %zu addresses withdrawn: %s", withdrawn, total, text);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
	    h->conf->name, "from", h->is_foreign ? "controller" : "file", "stage",
	    stage_name(service_stage(h->engine)), "why", why, "since_ms",
	    ms_json(instant_diff(now, telling->since)), "drain", orders_drain_json(h, now), "hold",
	    orders_hold_json(h, now), "global_ips", addresses_json(h, now), "checks",
	    checks_json(h, now), "listeners", listeners_json(h, now));
}

static json_t *
events_json(const struct agent *a)
{
	const struct journal *journal = events_journal(a->events);
	json_t *list = json_array();

	for (size_t i = 0; i < journal_count(journal); i++)
		(void)json_array_append_new(list, event_json(journal_get(journal, i)));
	return list;
}

static json_t *
state_dir_json(const struct state_dir *d)
{
	const char *problem = state_dir_problem(d);

	return json_pack("{s:s, s:o}", "path", state_dir_path(d), "problem",
	    problem != NULL ? json_string(problem) : json_null());
}

static json_t *
hooks_json(const struct hooks *hooks)
{
	json_t *list = json_array();

	for (size_t i = 0; i < hooks_count(hooks); i++) {
		struct hook_info k = hooks_info(hooks, i);

		(void)json_array_append_new(
		    list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "name", k.name, "passed",
			      (json_int_t)k.passed, "failed", (json_int_t)k.failed, "dropped",
			      (json_int_t)k.dropped, "waiting", (json_int_t)k.waiting, "running",
			      (json_int_t)k.running, "failure",
			      k.failure != NULL ? json_string(k.failure) : json_null()));
	}
	return list;
}

/* What a reload took away and is not gone yet. */
static json_t *
leaving_json(const struct agent *a)
{
	json_t *list = json_array();
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < a->leaving_count; i++) {
		const struct hosted *h = a->leaving[i];

		for (size_t k = 0; k < h->conf->address_count; k++)
			(void)json_array_append_new(
			    list, json_pack("{s:s, s:s, s:s, s:s}", "service", h->conf->name,
				      "prefix", prefix_format(hosted_prefix(h, k), text), "stage",
				      stage_name(h->engine->addresses[k].stage), "why",
				      h->engine->addresses[k].why));
	}
	return list;
}

json_t *
agent_status(const struct agent *a)
{
	struct instant now = clock_now();
	json_t *services = json_array();
	json_t *o = json_pack("{s:s, s:s, s:i, s:s, s:o, s:o, s:b, s:o}", "host", a->conf->host,
	    "site", a->conf->site, "pid", (int)getpid(), "version", NEARCAST_VERSION, "since",
	    wall_json(a->started_wall_ns), "uptime_ms", ms_json(instant_diff(now, a->started)),
	    "stopping", a->stopping, "router_id", ip_json(a->conf->router_id));

	for (size_t i = 0; i < a->service_count; i++)
		(void)json_array_append_new(services, agent_service_json(a->services[i], now));
	(void)json_object_set_new(o, "configuration", reload_status(a));
	(void)json_object_set_new(o, "controller", follower_status(a->follower));
	(void)json_object_set_new(o, "leaving", leaving_json(a));
	(void)json_object_set_new(o, "state_directory", state_dir_json(a->state));
	(void)json_object_set_new(o, "hooks", hooks_json(a->hooks));
	(void)json_object_set_new(o, "services", services);
	(void)json_object_set_new(o, "neighbors", announcer_status(a->announcer, now));
	(void)json_object_set_new(o, "events", events_json(a));
	return o;
}
