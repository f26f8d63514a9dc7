#include "proto/bgp/rib_out.h"

void
bgp_rib_out_init(struct bgp_rib_out *rib)
{
	*rib = (struct bgp_rib_out){ 0 };
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		list_init(&rib->ready[f]);
}

/* ---- queues ---- */

struct rib_queue *
bgp_rib_out_queue(struct bgp_rib_out *rib, const struct rib_route *route)
{
	if (route->wanted)
		return &route->wanted->queue;
	return route->leaving ? &rib->leaving : &rib->withdrawals[rib_route_family(route)];
}

void
bgp_rib_out_enqueue(struct bgp_rib_out *rib, uint32_t index)
{
	struct rib_route *routes = rib->table.routes, *route = &routes[index];
	struct rib_queue *queue = bgp_rib_out_queue(rib, route);

	if (route->wanted && queue->first == 0)
		list_append(&rib->ready[rib_route_family(route)], &route->wanted->ready);
	route->queued = true;
	route->prev = queue->last;
	route->next = 0;
	*(queue->last ? &routes[queue->last].next : &queue->first) = index;
	queue->last = index;
}

/* To be called before `wanted` or `leaving` changes. */
static void
dequeue(struct bgp_rib_out *rib, uint32_t index)
{
	struct rib_route *routes = rib->table.routes, *route = &routes[index];
	struct rib_queue *queue = bgp_rib_out_queue(rib, route);

	if (!route->queued)
		return;
	*(route->prev ? &routes[route->prev].next : &queue->first) = route->next;
	*(route->next ? &routes[route->next].prev : &queue->last) = route->prev;
	route->queued = false;
	if (route->wanted && queue->first == 0)
		list_remove(&route->wanted->ready);
}

/* ---- routes ---- */

bool
bgp_rib_out_is_due(const struct rib_route *route)
{
	return route->wanted ? route->wanted != route->told || route->resend : route->held;
}

static void
set_told(struct bgp_rib_out *rib, struct rib_route *route, struct rib_look *told)
{
	size_t *count = &rib->told[rib_route_family(route)];

	if (told)
		told->refs++;
	*count += (told != NULL);
	*count -= (route->told != NULL);
	rib_looks_drop(&rib->looks, route->told);
	route->told = told;
	if (told) {
		route->held = true;
		route->leaving = false;
	}
	route->resend = false;
}

/* Takes over the reference. */
static void
set_wanted(struct bgp_rib_out *rib, struct rib_route *route, struct rib_look *wanted)
{
	size_t *count = &rib->wanted[rib_route_family(route)];

	*count += (wanted != NULL);
	*count -= (route->wanted != NULL);
	rib_looks_drop(&rib->looks, route->wanted);
	route->wanted = wanted;
}

/* Puts the route where its difference belongs; forgets it when it is neither wanted nor held. */
static void
settle(struct bgp_rib_out *rib, uint32_t index)
{
	const struct rib_route *route = &rib->table.routes[index];

	dequeue(rib, index);
	if (bgp_rib_out_is_due(route))
		bgp_rib_out_enqueue(rib, index);
	else if (!route->wanted)
		rib_table_remove(&rib->table, index);
}

static void
withdraw_route(struct bgp_rib_out *rib, uint32_t index)
{
	struct rib_route *route = &rib->table.routes[index];

	if (route->wanted == NULL)
		return;
	dequeue(rib, index);
	set_wanted(rib, route, NULL);
	settle(rib, index);
}

/* The peer will not have it any more: told so in bytes that are still here. */
static void
leave(struct bgp_rib_out *rib, uint32_t index)
{
	struct rib_route *route = &rib->table.routes[index];

	dequeue(rib, index);
	set_told(rib, route, NULL);
	route->leaving = true;
	settle(rib, index);
}

/* The peer does not have it any more, or only keeps it: what is wanted is told again. */
static void
forget_told(struct bgp_rib_out *rib, uint32_t index, bool kept)
{
	struct rib_route *route = &rib->table.routes[index];

	dequeue(rib, index);
	set_told(rib, route, NULL);
	route->leaving = false;
	route->held &= kept;
	settle(rib, index);
}

void
bgp_rib_out_done(struct bgp_rib_out *rib)
{
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;) {
		dequeue(rib, i);
		set_wanted(rib, &rib->table.routes[i], NULL);
		set_told(rib, &rib->table.routes[i], NULL);
	}
	rib_table_done(&rib->table);
	rib_looks_done(&rib->looks);
	bgp_rib_out_init(rib);
}

void
bgp_rib_out_announce(
    struct bgp_rib_out *rib, struct prefix prefix, const struct bgp_attributes *attributes)
{
	struct rib_look *wanted =
	    rib_looks_take(&rib->looks, bgp_family_of(prefix.addr.family), attributes);
	uint32_t index = rib_table_find(&rib->table, prefix);
	struct rib_route *route;

	if (index == 0)
		index = rib_table_add(&rib->table, prefix);
	route = &rib->table.routes[index];
	if (route->wanted == wanted) {
		/* as it is already, perhaps waiting in its queue */
		rib_looks_drop(&rib->looks, wanted);
		return;
	}
	dequeue(rib, index);
	set_wanted(rib, route, wanted);
	settle(rib, index);
}

void
bgp_rib_out_withdraw(struct bgp_rib_out *rib, struct prefix prefix)
{
	uint32_t index = rib_table_find(&rib->table, prefix);

	if (index > 0)
		withdraw_route(rib, index);
}

void
bgp_rib_out_withdraw_all(struct bgp_rib_out *rib)
{
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;)
		withdraw_route(rib, i);
}

void
bgp_rib_out_start(struct bgp_rib_out *rib)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		rib->end_of_rib_due[f] = true;
}

void
bgp_rib_out_stop(struct bgp_rib_out *rib, const bool keeps[static BGP_FAMILY_MAX])
{
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;)
		forget_told(rib, i, keeps[rib_route_family(&rib->table.routes[i])]);
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		rib->end_of_rib_due[f] = false;
}

void
bgp_rib_out_forget(struct bgp_rib_out *rib, enum bgp_family family)
{
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;) {
		if (rib_route_family(&rib->table.routes[i]) == family)
			forget_told(rib, i, false);
	}
}

void
bgp_rib_out_written(struct bgp_rib_out *rib)
{
	while (rib->leaving.first > 0)
		forget_told(rib, rib->leaving.first, false);
}

void
bgp_rib_out_refresh(struct bgp_rib_out *rib, enum bgp_family family)
{
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;) {
		struct rib_route *route = &rib->table.routes[i];

		if (rib_route_family(route) != family || route->told == NULL)
			continue;
		route->resend = true;
		if (!route->queued)
			bgp_rib_out_enqueue(rib, i);
	}
}

/* ---- what is asked ---- */

static const struct rib_route *
find_route(const struct bgp_rib_out *rib, struct prefix prefix)
{
	uint32_t index = rib_table_find(&rib->table, prefix);

	return index > 0 ? &rib->table.routes[index] : NULL;
}

bool
bgp_rib_out_wants(const struct bgp_rib_out *rib, struct prefix prefix)
{
	const struct rib_route *route = find_route(rib, prefix);

	return route && route->wanted;
}

bool
bgp_rib_out_told(const struct bgp_rib_out *rib, struct prefix prefix)
{
	const struct rib_route *route = find_route(rib, prefix);

	return route && route->told;
}

bool
bgp_rib_out_withdrawing(const struct bgp_rib_out *rib, struct prefix prefix)
{
	const struct rib_route *route = find_route(rib, prefix);

	return route && route->wanted == NULL;
}

bool
bgp_rib_out_holds(const struct bgp_rib_out *rib, struct prefix prefix)
{
	const struct rib_route *route = find_route(rib, prefix);

	return route && route->held;
}

bool
bgp_rib_out_holds_any(const struct bgp_rib_out *rib)
{
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;) {
		if (rib->table.routes[i].held)
			return true;
	}
	return false;
}

bool
bgp_rib_out_is_over(const struct bgp_rib_out *rib, enum bgp_family family)
{
	return rib->withdrawals[family].first > 0 && rib->wanted[family] == 0;
}

void
bgp_rib_out_each(const struct bgp_rib_out *rib, bgp_route_fn fn, void *userdata)
{
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;) {
		const struct rib_route *route = &rib->table.routes[i];

		if (route->wanted)
			fn(userdata, rib_route_prefix(route), &route->wanted->as,
			    route->told == route->wanted);
	}
}

void
bgp_rib_out_each_held(const struct bgp_rib_out *rib, bgp_held_fn fn, void *userdata)
{
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;) {
		const struct rib_route *route = &rib->table.routes[i];

		if (route->held)
			fn(userdata, rib_route_prefix(route), route->wanted != NULL);
	}
}

/* ---- messages ---- */

static size_t
next_withdrawal(struct bgp_rib_out *rib, enum bgp_family family, uint8_t *buf, size_t size)
{
	struct bgp_update_writer u;
	uint32_t index;

	if (rib->withdrawals[family].first == 0)
		return 0;
	bgp_update_begin_withdraw(&u, buf, size, family);
	while ((index = rib->withdrawals[family].first) > 0) {
		if (!bgp_update_add(&u, rib_route_prefix(&rib->table.routes[index])))
			break;
		leave(rib, index);
	}
	return bgp_update_end(&u);
}

static size_t
next_of_look(struct bgp_rib_out *rib, struct rib_look *look, const struct bgp_peering *peering,
    uint8_t *buf, size_t size)
{
	struct bgp_update_writer u;
	uint32_t index;

	bgp_update_begin_announce(&u, buf, size, peering, look->family, &look->as);
	while ((index = look->queue.first) > 0) {
		struct rib_route *route = &rib->table.routes[index];

		if (!bgp_update_add(&u, rib_route_prefix(route)))
			break;
		dequeue(rib, index);
		set_told(rib, route, look);
	}
	return bgp_update_end(&u);
}

static size_t
next_announcement(struct bgp_rib_out *rib, const struct bgp_peering *peering,
    enum bgp_family family, uint8_t *buf, size_t size)
{
	list_for_each(look, &rib->ready[family], struct rib_look, ready) {
		if (bgp_next_hop(peering, family, &look->as).family != IP_NONE)
			return next_of_look(rib, look, peering, buf, size);
	}
	return 0;
}

bool
bgp_rib_out_withdrawals_wait(const struct bgp_rib_out *rib, const struct bgp_peering *peering)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (peering->families[f] && rib->withdrawals[f].first > 0)
			return true;
	}
	return false;
}

size_t
bgp_rib_out_next(
    struct bgp_rib_out *rib, const struct bgp_peering *peering, uint8_t *buf, size_t size)
{
	size_t len;

	size = MIN(size, peering->message_max);
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (peering->families[f] && (len = next_withdrawal(rib, f, buf, size)) > 0)
			return len;
	}
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (!peering->families[f])
			continue;
		len = next_announcement(rib, peering, f, buf, size);
		if (len > 0)
			return len;
		if (rib->end_of_rib_due[f] && rib->end_of_rib_released) {
			rib->end_of_rib_due[f] = false;
			return bgp_end_of_rib_encode(buf, f);
		}
	}
	return 0;
}
