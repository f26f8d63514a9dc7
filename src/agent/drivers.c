/* The agent's drivers: how they are opened, and where what they tell goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_internal.h"
#include "agent/agent_state.h"
#include "base/alloc.h"
#include "base/log.h"

static void
on_address(void *userdata, size_t at, bool present)
{
	struct agent *a = userdata;
	const struct place *place = &a->address_places.items[at];
	struct service_event ev = {
		.type = SERVICE_EVENT_ADDRESS, .index = place->index, .present = present
	};

	identity_look(a->identity, at, -1);
	hosted_take(place->hosted, &ev, clock_now());
}

static void
on_socket(void *userdata, size_t at, bool listens, struct instant heard)
{
	struct agent *a = userdata;
	const struct place *place = &a->socket_places.items[at];
	struct service_event ev = {
		.type = SERVICE_EVENT_LISTENER, .index = place->index, .present = listens
	};

	hosted_take(place->hosted, &ev, heard);
}

static void
on_neighbor(void *userdata, const char *name, bool established, const char *why)
{
	struct agent *a = userdata;
	char what[JOURNAL_WHAT_MAX];

	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (strcmp(a->neighbors[i].name, name) == 0)
			a->established[i] = established;
	}
	(void)snprintf(
	    what, sizeof(what), "neighbor %s: %s", name, established ? "established" : "down");
	/* the announcer has logged it */
	events_add(a->events,
	    &(struct event){ .kind = established ? EVENT_NEIGHBOR_UP : EVENT_NEIGHBOR_DOWN,
		.at = clock_now(),
		.at_wall_ns = clock_wall_ns(),
		.neighbor = name,
		.what = what,
		.why = why });
	agent_service_changed(a);
}

static void
on_announced(void *userdata, struct prefix prefix)
{
	const struct place *place = agent_find_place(userdata, prefix);

	if (place)
		hosted_take_announced(place->hosted, place->index);
}

static void
on_withdrawn(void *userdata, struct prefix prefix, const struct withdraw_result *result)
{
	const struct place *place = agent_find_place(userdata, prefix);

	if (place)
		hosted_take_withdrawn(place->hosted, place->index, result);
}

/* With the control socket ours: nobody else looks at the mark. */
static int
open_mark(struct agent *a, struct err *e)
{
	bool was_there, may_keep = false;
	int r = run_mark_new(a->conf->control, &was_there, &a->mark, e);

	if (r < 0 ||
	    a->past != NULL) /* then it is that of the program before, and each session knows */
		return r;
	for (size_t i = 0; i < a->conf->neighbors.count; i++) {
		a->neighbors[i].restarted = was_there;
		may_keep = may_keep || a->neighbors[i].offer.graceful_restart;
	}
	if (was_there)
		log_notice("the last nearcastd ended without a farewell%s",
		    may_keep ? "; neighbors with graceful restart may have kept its routes" : "");
	return 0;
}

void
agent_watch_from_elsewhere(struct agent *a, const struct hosted *h)
{
	for (size_t i = 0; i < h->conf->address_count; i++)
		announcer_watch(a->announcer, prefix_host(h->conf->addresses[i]));
}

static void
on_event(void *userdata, const struct journal_entry *event, json_t *json)
{
	struct agent *a = userdata;

	hooks_take(a->hooks, event, json);
	follower_take_event(a->follower, event);
}

int
agent_open_hooks(struct agent *a, struct err *e)
{
	struct hooks *hooks;
	int r = hooks_new(a->loop, a->conf, &hooks, e);

	if (r < 0)
		return r;
	hooks_free(a->hooks);
	generation_unref(a->hooks_generation);
	a->hooks = hooks;
	a->hooks_generation = generation_ref(a->generation);
	events_set_listener(a->events, on_event, a);
	return 0;
}

/* Nobody is taken off the air because nobody can scrape. */
void
agent_open_metrics(struct agent *a)
{
	struct err e = { 0 };

	metrics_free(TAKE(a->metrics));
	if (metrics_new(a, &a->metrics, &e) < 0)
		log_error("metrics: %s; goes on without", e.message);
}

static int
open_control(struct agent *a, struct err *e)
{
	struct past *p = a->past;

	if (p == NULL)
		return control_server_new(
		    a->loop, a->conf->control, agent_answer, a, &a->control, e);
	return control_server_resume(a->loop, a->conf->control, &p->in,
	    state_find(p->records, PAST_CONTROL), agent_answer, a, upgrade_asker(a->upgrade),
	    &a->control, e);
}

static int
open_events(struct agent *a, struct err *e)
{
	int r =
	    events_new(a->loop, a->state, (uint64_t)a->conf->events.megabytes << 20, &a->events, e);

	if (r < 0 || a->past == NULL)
		return r;
	return events_load(a->events, state_find(a->past->records, PAST_EVENTS), a->past->base, e);
}

static int
open_announcer(struct agent *a, struct err *e)
{
	const struct announcer_events events = {
		.neighbor_changed = on_neighbor,
		.announced = on_announced,
		.withdrawn = on_withdrawn,
		.userdata = a,
	};
	struct daemon_conf daemon = agent_daemon_conf(a->conf);
	struct past *p = a->past;

	if (a->conf->announcer != AGENT_ANNOUNCER_SPEAKER && p == NULL)
		return announcer_new_daemon(a->loop, &daemon, &events, &a->announcer, e);
	if (a->conf->announcer != AGENT_ANNOUNCER_SPEAKER)
		return announcer_resume_daemon(a->loop, &daemon, &events, &p->in,
		    state_find(p->records, PAST_ANNOUNCER), p->base, &a->announcer, e);
	if (p == NULL)
		return announcer_new_speaker(
		    a->loop, a->neighbors, a->conf->neighbors.count, &events, &a->announcer, e);
	return announcer_resume_speaker(a->loop, a->neighbors, a->conf->neighbors.count, &events,
	    &p->in, state_find(p->records, PAST_ANNOUNCER), p->base, &a->announcer, e);
}

static int
open_service(struct hosted *h, struct err *e)
{
	int r = hosted_init_timers(h, h->agent->loop);

	if (r < 0)
		return err_errno(e, r, "set a timer");
	return h->agent->past ? hosted_load(h, h->agent->past, e) : 0;
}

/* The drivers, in the order in which a refusal costs least: what another may have comes first. */
int
agent_open_drivers(struct agent *a, struct err *e)
{
	int r = open_control(a, e);

	a->checks = check_hub_new(a->loop);
	a->identity = identity_sockets_new(a);
	for (size_t i = 0; i < a->service_count && r >= 0; i++)
		r = open_service(a->services[i], e);
	if (r >= 0)
		r = addresses_new(a->loop, a->conf->interface, on_address, a, &a->addresses, e);
	if (r >= 0)
		r = socket_watch_new(a->loop, a->conf->listen_poll, on_socket, a, &a->sockets, e);
	if (r >= 0)
		r = agent_take_places(a, a->services, a->service_count, e);
	if (r >= 0)
		r = open_mark(a, e);
	if (r >= 0)
		r = open_events(a, e);
	if (r >= 0)
		r = agent_open_hooks(a, e);
	if (r >= 0 && a->past != NULL)
		hooks_load(a->hooks, state_find(a->past->records, PAST_HOOKS));
	if (r >= 0)
		r = worker_pool_new(a->loop, NULL, &a->counter, e);
	if (r >= 0)
		r = open_announcer(a, e);
	for (size_t i = 0; i < a->service_count && r >= 0; i++)
		agent_watch_from_elsewhere(a, a->services[i]);
	if (r >= 0)
		agent_open_metrics(a);
	if (r >= 0)
		r = agent_watch_loop(a, e);
	return r;
}

void
agent_close_drivers(struct agent *a)
{
	dead_man_free(a->dead_man);
	metrics_free(a->metrics);
	announcer_free(a->announcer);
	for (size_t i = 0; i < a->service_count; i++)
		hosted_free(a->services[i]);
	for (size_t i = 0; i < a->leaving_count; i++)
		hosted_free(a->leaving[i]);
	identity_sockets_free(a->identity);
	agent_free_places(a);
	socket_watch_free(a->sockets);
	addresses_free(a->addresses);
	check_hub_free(a->checks);
	run_mark_free(a->mark);
	(void)worker_pool_free(a->counter, DURATION_S(1));
	json_decref(a->orders);
	control_server_free(a->control);
	if (a->events != NULL)
		events_set_listener(a->events, NULL, NULL);
	hooks_free(a->hooks);
	generation_unref(a->hooks_generation);
	events_close(a->events);
	state_dir_free(a->state); /* waits until the disk has what happened */
	events_free(a->events);
}
