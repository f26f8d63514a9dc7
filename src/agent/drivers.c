/* The agent's drivers: how they are opened, and where what they tell goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"

static void
on_address(void *userdata, size_t index, bool present)
{
	struct agent *a = userdata;
	const struct place *place = &a->address_places[index];
	struct service_event ev = {
		.type = SERVICE_EVENT_ADDRESS, .index = place->index, .present = present
	};

	hosted_take(place->hosted, &ev, clock_now());
}

static void
on_socket(void *userdata, size_t index, bool listens, struct instant heard)
{
	struct agent *a = userdata;
	const struct place *place = &a->socket_places[index];
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

	for (size_t i = 0; i < a->conf->neighbors.count; i++) {
		if (strcmp(a->neighbors[i].name, name) == 0)
			a->established[i] = established;
	}
	(void)snprintf(
	    what, sizeof(what), "neighbor %s: %s", name, established ? "established" : "down");
	journal_add(&a->journal, clock_now(), clock_wall_ns(), what, why);
	agent_service_changed(a);
}

static int
compare_to_address(const void *key, const void *element)
{
	const struct place *const *place = element;

	return ip_cmp(*(const struct ip *)key, place_address(*place));
}

static const struct place *
find_place(const struct agent *a, struct prefix prefix)
{
	struct place **found = bsearch(&prefix.addr, a->by_address, a->address_count,
	    sizeof(*a->by_address), compare_to_address);

	return found != NULL ? *found : NULL;
}

static void
on_announced(void *userdata, struct prefix prefix)
{
	const struct place *place = find_place(userdata, prefix);

	if (place)
		hosted_take_announced(place->hosted, place->index);
}

static void
on_withdrawn(void *userdata, struct prefix prefix, const struct withdraw_result *result)
{
	const struct place *place = find_place(userdata, prefix);

	if (place)
		hosted_take_withdrawn(place->hosted, place->index, result);
}

/* Locked first: an address of another agent would be taken for one that we left behind. */
static int
open_addresses(struct agent *a, struct err *e)
{
	_cleanup_(freep) struct ip *ips = xcalloc(a->address_count + 1, sizeof(*ips));
	int r;

	for (size_t i = 0; i < a->address_count; i++)
		ips[i] = place_address(&a->address_places[i]);
	r = address_locks_new(ips, a->address_count, &a->locks, e);
	if (r < 0)
		return r;
	return addresses_new(
	    a->loop, a->conf->interface, ips, a->address_count, on_address, a, &a->addresses, e);
}

static int
open_sockets(struct agent *a, struct err *e)
{
	_cleanup_(freep) struct watched_socket *items =
	    xcalloc(a->socket_count + 1, sizeof(*items));

	for (size_t i = 0; i < a->socket_count; i++) {
		const struct hosted *h = a->socket_places[i].hosted;
		const struct service_listener *l = &h->engine->listeners[a->socket_places[i].index];
		const struct agent_listen *listen = &h->conf->listens[l->listen];

		items[i] = (struct watched_socket){
			.protocol = listen->transport == AGENT_TCP ? IPPROTO_TCP : IPPROTO_UDP,
			.port = listen->port,
			.address = h->conf->addresses[l->address],
		};
	}
	return socket_watch_new(a->loop, items, a->socket_count, a->conf->listen_poll, on_socket, a,
	    &a->sockets, e);
}

/* With the control socket ours: nobody else looks at the mark. */
static int
open_mark(struct agent *a, struct err *e)
{
	bool was_there, may_keep = false;
	int r = run_mark_new(a->conf->control, &was_there, &a->mark, e);

	if (r < 0)
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

/* The drivers, in the order in which a refusal costs least: what another may have comes first. */
int
agent_open_drivers(struct agent *a, struct err *e)
{
	const struct announcer_events events = {
		.neighbor_changed = on_neighbor,
		.announced = on_announced,
		.withdrawn = on_withdrawn,
		.userdata = a,
	};
	int r = control_server_new(a->loop, a->conf->control, agent_answer, a, &a->control, e);

	a->http = http_client_new(a->loop);
	for (size_t i = 0; i < a->service_count && r >= 0; i++) {
		r = hosted_init_timers(&a->services[i], a->loop);
		if (r < 0)
			(void)err_errno(e, r, "set a timer");
	}
	if (r >= 0)
		r = open_addresses(a, e);
	if (r >= 0)
		r = open_sockets(a, e);
	if (r >= 0)
		r = open_mark(a, e);
	if (r >= 0)
		r = state_dir_new(a->loop, a->conf->state_directory, &a->state, e);
	if (r >= 0)
		r = announcer_new_speaker(
		    a->loop, a->neighbors, a->conf->neighbors.count, &events, &a->announcer, e);
	for (size_t i = 0; i < a->address_count && r >= 0; i++)
		announcer_watch(a->announcer, prefix_host(place_address(&a->address_places[i])));
	return r;
}
