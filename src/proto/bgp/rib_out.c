#include "proto/bgp/rib_out.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BUCKETS_MIN 16

/* The look of routes of one family. */
struct rib_attributes {
	struct list list;  /* in rib.attributes[family] */
	struct list queue; /* of routes to announce with it */
	size_t refs;       /* routes that want or were told it */
	struct bgp_attributes as; /* communities sorted, each once, in `communities` */
	uint32_t communities[];
};

struct rib_route {
	struct rib_route *next; /* in its bucket */
	struct prefix prefix;
	struct list queue;             /* in a queue, or alone */
	struct rib_attributes *wanted; /* counted; NULL: to be withdrawn */
	struct rib_attributes *told;   /* counted; NULL: the peer does not have it */
};

static enum bgp_family
family_of(const struct rib_route *route)
{
	return bgp_family_of(route->prefix.addr.family);
}

/* FNV-1a over the prefix: short keys, and nobody but the operator chooses them. */
static size_t
hash_prefix(struct prefix p)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ p.len;

	for (unsigned i = 0; i < ip_size(p.addr.family); i++)
		h = (h ^ p.addr.bytes[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ (h >> 32));
}

static struct rib_route **
slot_of(const struct bgp_rib_out *rib, struct prefix prefix)
{
	struct rib_route **slot = &rib->buckets[hash_prefix(prefix) & (rib->bucket_count - 1)];

	while (*slot && !prefix_equal((*slot)->prefix, prefix))
		slot = &(*slot)->next;
	return slot;
}

static struct rib_route *
find_route(const struct bgp_rib_out *rib, struct prefix prefix)
{
	return rib->bucket_count ? *slot_of(rib, prefix) : NULL;
}

static void
resize(struct bgp_rib_out *rib, size_t count)
{
	struct rib_route **old = rib->buckets;
	size_t old_count = rib->bucket_count;

	rib->buckets = xcalloc(count, sizeof(struct rib_route *));
	rib->bucket_count = count;
	for (size_t i = 0; i < old_count; i++) {
		for (struct rib_route *route = old[i], *next; route; route = next) {
			struct rib_route **slot = slot_of(rib, route->prefix);

			next = route->next;
			route->next = NULL;
			*slot = route;
		}
	}
	free(old);
}

static struct rib_route *
add_route(struct bgp_rib_out *rib, struct prefix prefix)
{
	struct rib_route *route = xcalloc(1, sizeof(*route));

	if (rib->route_count >= rib->bucket_count)
		resize(rib, MAX(rib->bucket_count * 2, (size_t)BUCKETS_MIN));
	route->prefix = prefix;
	list_init(&route->queue);
	*slot_of(rib, prefix) = route;
	rib->route_count++;
	return route;
}

static int
compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static bool
same_look(const struct bgp_attributes *a, const struct bgp_attributes *b)
{
	return a->has_med == b->has_med && (!a->has_med || a->med == b->med) &&
	    a->prepend == b->prepend && a->community_count == b->community_count &&
	    (a->community_count == 0 ||
		memcmp(a->communities, b->communities, a->community_count * sizeof(uint32_t)) == 0);
}

/* The shared copy, with one reference more. */
static struct rib_attributes *
take_attributes(struct bgp_rib_out *rib, enum bgp_family family, const struct bgp_attributes *as)
{
	size_t bytes = as->community_count * sizeof(uint32_t), unique = 0;
	struct rib_attributes *a = xcalloc(1, sizeof(*a) + bytes);

	if (bytes > 0)
		memcpy(a->communities, as->communities, bytes);
	qsort(a->communities, as->community_count, sizeof(uint32_t), compare_u32);
	for (size_t i = 0; i < as->community_count; i++) {
		if (unique == 0 || a->communities[unique - 1] != a->communities[i])
			a->communities[unique++] = a->communities[i];
	}
	a->as = *as;
	a->as.communities = a->communities;
	a->as.community_count = unique;
	list_for_each(known, &rib->attributes[family], struct rib_attributes, list) {
		if (same_look(&known->as, &a->as)) {
			free(a);
			known->refs++;
			return known;
		}
	}
	list_init(&a->queue);
	list_append(&rib->attributes[family], &a->list);
	a->refs = 1;
	return a;
}

static void
drop_attributes(struct rib_attributes *a)
{
	if (a == NULL || --a->refs > 0)
		return;
	list_remove(&a->list);
	free(a);
}

static void
set_told(struct bgp_rib_out *rib, struct rib_route *route, struct rib_attributes *told)
{
	size_t *count = &rib->told[family_of(route)];

	if (told)
		told->refs++;
	*count += (told != NULL);
	*count -= (route->told != NULL);
	drop_attributes(route->told);
	route->told = told;
}

/* Takes over the reference. */
static void
set_wanted(struct bgp_rib_out *rib, struct rib_route *route, struct rib_attributes *wanted)
{
	size_t *count = &rib->wanted[family_of(route)];

	*count += (wanted != NULL);
	*count -= (route->wanted != NULL);
	drop_attributes(route->wanted);
	route->wanted = wanted;
}

/* Puts the route where its difference belongs; forgets it when it is neither wanted nor told. */
static void
settle(struct bgp_rib_out *rib, struct rib_route *route)
{
	list_remove(&route->queue);
	if (route->wanted && route->wanted != route->told) {
		list_append(&route->wanted->queue, &route->queue);
	} else if (!route->wanted && route->told) {
		list_append(&rib->withdrawals[family_of(route)], &route->queue);
	} else if (!route->wanted) {
		*slot_of(rib, route->prefix) = route->next;
		rib->route_count--;
		free(route);
	}
}

void
bgp_rib_out_init(struct bgp_rib_out *rib)
{
	*rib = (struct bgp_rib_out){ 0 };
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		list_init(&rib->attributes[f]);
		list_init(&rib->withdrawals[f]);
	}
}

typedef void (*route_fn)(struct bgp_rib_out *rib, struct rib_route *route);

/* fn may forget the route it is called for. */
static void
for_each_route(struct bgp_rib_out *rib, route_fn fn)
{
	for (size_t i = 0; i < rib->bucket_count; i++) {
		for (struct rib_route *route = rib->buckets[i], *next; route; route = next) {
			next = route->next;
			fn(rib, route);
		}
	}
}

static void
withdraw_route(struct bgp_rib_out *rib, struct rib_route *route)
{
	if (route->wanted == NULL)
		return;
	list_remove(&route->queue); /* before its attributes can go */
	set_wanted(rib, route, NULL);
	settle(rib, route);
}

/* The peer does not have it (any more): what is wanted has to be told again. */
static void
forget_told(struct bgp_rib_out *rib, struct rib_route *route)
{
	set_told(rib, route, NULL);
	settle(rib, route);
}

void
bgp_rib_out_done(struct bgp_rib_out *rib)
{
	for_each_route(rib, withdraw_route);
	for_each_route(rib, forget_told);
	free(rib->buckets);
	bgp_rib_out_init(rib);
}

void
bgp_rib_out_announce(
    struct bgp_rib_out *rib, struct prefix prefix, const struct bgp_attributes *attributes)
{
	struct rib_route *route = find_route(rib, prefix);
	struct rib_attributes *wanted =
	    take_attributes(rib, bgp_family_of(prefix.addr.family), attributes);

	if (route == NULL)
		route = add_route(rib, prefix);
	if (route->wanted == wanted) {
		drop_attributes(wanted); /* as it is already, perhaps waiting in its queue */
		return;
	}
	list_remove(&route->queue);
	set_wanted(rib, route, wanted);
	settle(rib, route);
}

bool
bgp_rib_out_wants(const struct bgp_rib_out *rib, struct prefix prefix)
{
	const struct rib_route *route = find_route(rib, prefix);

	return route && route->wanted;
}

void
bgp_rib_out_withdraw(struct bgp_rib_out *rib, struct prefix prefix)
{
	struct rib_route *route = find_route(rib, prefix);

	if (route)
		withdraw_route(rib, route);
}

void
bgp_rib_out_withdraw_all(struct bgp_rib_out *rib)
{
	for_each_route(rib, withdraw_route);
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

void
bgp_rib_out_start(struct bgp_rib_out *rib)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		rib->end_of_rib_due[f] = true;
}

void
bgp_rib_out_stop(struct bgp_rib_out *rib)
{
	for_each_route(rib, forget_told);
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		rib->end_of_rib_due[f] = false;
}

void
bgp_rib_out_refresh(struct bgp_rib_out *rib, enum bgp_family family)
{
	for (size_t i = 0; i < rib->bucket_count; i++) {
		for (struct rib_route *route = rib->buckets[i]; route; route = route->next) {
			if (family_of(route) != family || route->wanted == NULL)
				continue;
			list_remove(&route->queue);
			list_append(&route->wanted->queue, &route->queue);
		}
	}
}

static size_t
next_withdrawal(struct bgp_rib_out *rib, enum bgp_family family, uint8_t buf[static BGP_MESSAGE_MAX])
{
	struct bgp_update_writer u;

	if (list_is_empty(&rib->withdrawals[family]))
		return 0;
	bgp_update_begin_withdraw(&u, buf, family);
	list_for_each_safe(route, &rib->withdrawals[family], struct rib_route, queue) {
		if (!bgp_update_add(&u, route->prefix))
			break;
		forget_told(rib, route);
	}
	return bgp_update_end(&u);
}

static size_t
next_announcement(struct bgp_rib_out *rib, const struct bgp_peering *peering, enum bgp_family family,
    uint8_t buf[static BGP_MESSAGE_MAX])
{
	struct bgp_update_writer u;

	if (peering->next_hop[family].family != (family == BGP_IPV4 ? IP_V4 : IP_V6))
		return 0;
	list_for_each(a, &rib->attributes[family], struct rib_attributes, list) {
		if (list_is_empty(&a->queue))
			continue;
		bgp_update_begin_announce(&u, buf, peering, family, &a->as);
		list_for_each_safe(route, &a->queue, struct rib_route, queue) {
			if (!bgp_update_add(&u, route->prefix))
				break;
			list_remove(&route->queue);
			set_told(rib, route, a);
		}
		return bgp_update_end(&u);
	}
	return 0;
}

bool
bgp_rib_out_withdrawals_wait(const struct bgp_rib_out *rib, const struct bgp_peering *peering)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (peering->families[f] && !list_is_empty(&rib->withdrawals[f]))
			return true;
	}
	return false;
}

size_t
bgp_rib_out_next(struct bgp_rib_out *rib, const struct bgp_peering *peering,
    uint8_t buf[static BGP_MESSAGE_MAX])
{
	size_t len;

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (peering->families[f] && (len = next_withdrawal(rib, f, buf)) > 0)
			return len;
	}
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (!peering->families[f])
			continue;
		len = next_announcement(rib, peering, f, buf);
		if (len > 0)
			return len;
		if (rib->end_of_rib_due[f] && rib->end_of_rib_released) {
			rib->end_of_rib_due[f] = false;
			return bgp_end_of_rib_encode(buf, f);
		}
	}
	return 0;
}
