/* The agent's state as the JSON of its control socket; nearcast-status(1) describes each key. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent_internal.h"

/* "2026-11-23T04:05:06.123456789Z" */
static json_t *
wall_json(int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	char day[32], text[64];
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(text, sizeof(text), "%s.%09lldZ", day, (long long)(wall_ns % NS_PER_S));
	return json_string(text);
}

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

static json_t *
withdraw_json(const struct withdraw_record *w)
{
	json_t *o;

	if (!w->has)
		return json_null();
	o = json_pack("{s:o, s:I, s:I, s:s}", "at", wall_json(w->at_wall_ns), "at_wall_ns",
	    w->at_wall_ns, "noticed_wall_ns", w->noticed_wall_ns, "why", w->why);
	(void)json_object_set_new(o, "flushed_wall_ns",
	    w->flushed_wall_ns ? json_integer(w->flushed_wall_ns) : json_null());
	(void)json_object_set_new(
	    o, "noticed_to_written_ms", ms_json(DURATION_NS(w->at_wall_ns - w->noticed_wall_ns)));
	return o;
}

static json_t *
addresses_json(const struct hosted *h, struct instant now)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->conf->address_count; i++) {
		const struct service_address *sa = &h->engine->addresses[i];
		const struct addresses *addresses = h->agent->addresses;
		char text[PREFIX_STR_MAX];
		json_t *o = json_pack("{s:s, s:s, s:s, s:b, s:b, s:b}", "prefix",
		    prefix_format(prefix_host(sa->address), text), "stage", stage_name(sa->stage),
		    "why", sa->why, "announced", sa->stage != STAGE_WITHDRAWN, "address_present",
		    addresses_is_present(addresses, h->first_address + i), "address_added_by_us",
		    addresses_is_ours(addresses, h->first_address + i));

		(void)json_object_set_new(o, "since_ms", ms_json(instant_diff(now, sa->since)));
		(void)json_object_set_new(o, "last_withdraw", withdraw_json(&h->withdraws[i]));
		(void)json_array_append_new(list, o);
	}
	return list;
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
		json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "name", conf->name, "type",
		    conf->type == AGENT_CHECK_HTTP ? "http" : "tcp", "verdict",
		    verdict_name(c->verdict), "why", c->why);

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

		(void)json_array_append_new(
		    list, json_pack("{s:s, s:o, s:s, s:o}", "listen", h->listen_names[l->listen],
			      "address", ip_json(h->conf->addresses[l->address]), "state",
			      presence_name(l->presence), "since_ms",
			      ms_json(instant_diff(now, l->since))));
	}
	return list;
}

/* Of a service whose addresses differ, why says how many of them are announced. */
static json_t *
service_json(const struct hosted *h, struct instant now)
{
	const struct service_address *telling = service_telling_address(h->engine);
	size_t announced = 0, total = h->conf->address_count;
	char why[WHY_MAX + 96];

	for (size_t i = 0; i < total; i++)
		announced += h->engine->addresses[i].stage != STAGE_WITHDRAWN;
	if (announced == 0 || announced == total)
		(void)snprintf(why, sizeof(why), "%s", telling->why);
	else
		(void)snprintf(why, sizeof(why), "%zu of %zu addresses announced: %s", announced,
		    total, telling->why);
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "name", h->conf->name, "stage",
	    stage_name(service_stage(h->engine)), "why", why, "since_ms",
	    ms_json(instant_diff(now, telling->since)), "global_ips", addresses_json(h, now),
	    "checks", checks_json(h, now), "listeners", listeners_json(h, now));
}

static json_t *
events_json(const struct agent *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < journal_count(&a->journal); i++) {
		const struct journal_entry *e = journal_get(&a->journal, i);

		(void)json_array_append_new(
		    list, json_pack("{s:o, s:I, s:s, s:s}", "at", wall_json(e->at_wall_ns),
			      "at_wall_ns", e->at_wall_ns, "what", e->what, "why", e->why));
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
		(void)json_array_append_new(services, service_json(&a->services[i], now));
	(void)json_object_set_new(o, "services", services);
	(void)json_object_set_new(o, "neighbors", announcer_status(a->announcer, now));
	(void)json_object_set_new(o, "events", events_json(a));
	return o;
}
