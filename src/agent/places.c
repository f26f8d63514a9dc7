/* The places of services in the drivers: whose address or listener it is that a driver tells of. */
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/agent_internal.h"
#include "agent/agent_state.h"
#include "base/alloc.h"

/* What services want of the drivers and do not have yet, one beside the other. */
struct wanted {
	struct place *owners;
	size_t *places; /* as the driver gave them */
	size_t count;
	struct ip *addresses;           /* of addresses */
	struct watched_socket *sockets; /* of listeners */
};

static void
wanted_done(struct wanted *w)
{
	free(w->owners);
	free(w->places);
	free(w->addresses);
	free(w->sockets);
}

static struct wanted
room_for(size_t count)
{
	return (struct wanted){ .owners = xcalloc(count + 1, sizeof(struct place)),
		.places = xcalloc(count + 1, sizeof(size_t)),
		.addresses = xcalloc(count + 1, sizeof(struct ip)),
		.sockets = xcalloc(count + 1, sizeof(struct watched_socket)) };
}

static void
want_address(struct wanted *w, struct hosted *h, size_t index)
{
	if (h->address_places[index] != NO_PLACE)
		return;
	w->addresses[w->count] = h->conf->addresses[index];
	w->owners[w->count++] = (struct place){ .hosted = h, .index = index, .lock = -1 };
}

static void
want_socket(struct wanted *w, struct hosted *h, size_t index)
{
	const struct service_listener *l = &h->engine->listeners[index];
	const struct agent_listen *listen = &h->conf->listens[l->listen];

	if (h->socket_places[index] != NO_PLACE)
		return;
	w->sockets[w->count] = (struct watched_socket){
		.protocol = listen->transport == AGENT_TCP ? IPPROTO_TCP : IPPROTO_UDP,
		.port = listen->port,
		.address = h->conf->addresses[l->address],
	};
	w->owners[w->count++] = (struct place){ .hosted = h, .index = index, .lock = -1 };
}

static void
put(struct places *p, size_t at, const struct place *owner)
{
	if (at >= p->count) {
		p->items = xrealloc(p->items, (at + 1) * sizeof(*p->items));
		for (; p->count <= at; p->count++)
			p->items[p->count] = (struct place){ .lock = -1 };
	}
	p->items[at] = *owner;
}

static void
unlock(struct wanted *w)
{
	for (size_t i = 0; i < w->count; i++) {
		if (w->owners[i].lock >= 0)
			(void)close(w->owners[i].lock);
		w->owners[i].lock = -1;
	}
}

/* It may be locked by the program before this one, which handed it over. */
static int
lock_address(struct agent *a, struct ip address, struct place *owner, struct err *e)
{
	if (a->past != NULL)
		owner->lock = hosted_past_lock(owner->hosted, owner->index, a->past);
	return owner->lock >= 0 ? 0 : address_lock(address, &owner->lock, e);
}

/* Locked first: an address of another agent would be taken for one that we left behind. */
static int
take_addresses(struct agent *a, struct wanted *w, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < w->count && r >= 0; i++)
		r = lock_address(a, w->addresses[i], &w->owners[i], e);
	if (r >= 0)
		r = addresses_watch(a->addresses, w->addresses, w->count, w->places, e);
	if (r < 0)
		unlock(w);
	return r;
}

static void
give_addresses(struct agent *a, struct wanted *w)
{
	for (size_t i = 0; i < w->count; i++)
		addresses_unwatch(a->addresses, w->places[i]);
	unlock(w);
}

int
agent_take_places(struct agent *a, struct hosted *const *services, size_t count, struct err *e)
{
	_cleanup_(wanted_done) struct wanted addresses = { 0 }, sockets = { 0 };
	size_t address_count = 0, socket_count = 0;
	int r;

	for (size_t i = 0; i < count; i++) {
		address_count += services[i]->conf->address_count;
		socket_count += services[i]->engine->listener_count;
	}
	addresses = room_for(address_count);
	sockets = room_for(socket_count);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < services[i]->conf->address_count; k++)
			want_address(&addresses, services[i], k);
		for (size_t k = 0; k < services[i]->engine->listener_count; k++)
			want_socket(&sockets, services[i], k);
	}
	r = take_addresses(a, &addresses, e);
	if (r < 0)
		return r;
	r = socket_watch_add(a->sockets, sockets.sockets, sockets.count, sockets.places, e);
	if (r < 0) {
		give_addresses(a, &addresses);
		return r;
	}
	for (size_t i = 0; i < addresses.count; i++) {
		const struct place *owner = &addresses.owners[i];

		owner->hosted->address_places[owner->index] = addresses.places[i];
		put(&a->address_places, addresses.places[i], owner);
		prefix_map_put(&a->place_index, prefix_host(addresses.addresses[i]),
		    (uint32_t)addresses.places[i]);
		identity_look(a->identity, addresses.places[i],
		    a->past ? hosted_past_identity(owner->hosted, owner->index, a->past) : -1);
	}
	for (size_t i = 0; i < sockets.count; i++) {
		const struct place *owner = &sockets.owners[i];

		owner->hosted->socket_places[owner->index] = sockets.places[i];
		put(&a->socket_places, sockets.places[i], owner);
	}
	return 0;
}

void
agent_give_places(struct agent *a, struct hosted *h)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		size_t at = h->address_places[i];

		h->address_places[i] = NO_PLACE;
		if (at == NO_PLACE)
			continue;
		identity_close(a->identity, at);
		addresses_unwatch(a->addresses, at);
		(void)prefix_map_remove(&a->place_index, prefix_host(h->conf->addresses[i]));
		(void)close(a->address_places.items[at].lock);
		a->address_places.items[at] = (struct place){ .lock = -1 };
	}
	for (size_t i = 0; i < h->engine->listener_count; i++) {
		size_t at = h->socket_places[i];

		h->socket_places[i] = NO_PLACE;
		if (at == NO_PLACE)
			continue;
		socket_watch_remove(a->sockets, at);
		a->socket_places.items[at] = (struct place){ .lock = -1 };
	}
}

const struct place *
agent_find_place(const struct agent *a, struct prefix prefix)
{
	uint32_t at;

	return prefix_map_get(&a->place_index, prefix, &at) ? &a->address_places.items[at] : NULL;
}

void
agent_free_places(struct agent *a)
{
	for (size_t i = 0; i < a->address_places.count; i++) {
		if (a->address_places.items[i].lock >= 0)
			(void)close(a->address_places.items[i].lock);
	}
	free(a->address_places.items);
	free(a->socket_places.items);
	prefix_map_done(&a->place_index);
}
