/*
 * What a neighbor has been told and what waits, from one program to the next.
 *
 * Looks are numbered in the order in which they are saved, those with a queue first and in the
 * order of their turn; routes keep their index, so that what is announced later leaves in the same
 * order as if nothing had happened.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "proto/bgp/rib_out.h"
#include "wire/state_table.h"

enum {
	TAG_LOOK = 1,
	TAG_ROUTES = 2,
	TAG_FREE = 3,        /* holes, the first to be used last */
	TAG_WITHDRAWALS = 4, /* of IPv4; of IPv6 with one more */
	TAG_END_OF_RIB_DUE = 6,
	TAG_END_OF_RIB_RELEASED = 7,
	TAG_LEAVING = 8,

	TAG_LOOK_AS = 1,
	TAG_LOOK_FAMILY = 2,
	TAG_LOOK_COMMUNITIES = 3,
	TAG_LOOK_EXT_COMMUNITIES = 4,
	TAG_LOOK_LARGE_COMMUNITIES = 5,
	TAG_LOOK_QUEUE = 6, /* indices of routes */
};

#define ROUTE_FIXED (1 + 1 + 4 + 4 + 1) /* family, length, wanted, told, flags */

enum {
	FLAG_RESEND = 1,
	FLAG_HELD = 2,
	FLAG_LEAVING = 4,
};

/* Without its arrays. */
static const struct state_field attribute_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct bgp_attributes, origin, .max = BGP_ORIGIN_INCOMPLETE),
	STATE_FIELD(2, STATE_BOOL, struct bgp_attributes, has_med),
	STATE_FIELD(3, STATE_NUMBER, struct bgp_attributes, med),
	STATE_FIELD(4, STATE_BOOL, struct bgp_attributes, has_local_pref),
	STATE_FIELD(5, STATE_NUMBER, struct bgp_attributes, local_pref),
	STATE_FIELD(6, STATE_NUMBER, struct bgp_attributes, prepend),
	STATE_FIELD(7, STATE_IP, struct bgp_attributes, next_hop),
};

static const struct state_table attribute_table = STATE_TABLE(attribute_fields);

static const struct state_field rib_fields[] = {
	STATE_FIELDS(TAG_END_OF_RIB_DUE, STATE_BOOL, struct bgp_rib_out, end_of_rib_due),
	STATE_FIELD(TAG_END_OF_RIB_RELEASED, STATE_BOOL, struct bgp_rib_out, end_of_rib_released),
};

static const struct state_table rib_table = STATE_TABLE(rib_fields);

/* ---- saving ---- */

static void
append_number(struct state_writer *w, uint64_t number)
{
	struct writer room = state_room(w, 8);

	writer_u64(&room, number);
}

static void
save_queue(
    struct state_writer *w, uint16_t tag, const struct bgp_rib_out *rib, struct rib_queue queue)
{
	size_t mark = state_begin(w, tag);

	for (uint32_t i = queue.first; i > 0; i = rib->table.routes[i].next)
		append_number(w, i);
	state_end(w, mark);
}

static void
save_communities(struct state_writer *w, const struct bgp_attributes *as)
{
	size_t mark = state_begin(w, TAG_LOOK_COMMUNITIES);

	for (size_t i = 0; i < as->community_count; i++)
		append_number(w, as->communities[i]);
	state_end(w, mark);
	state_numbers(w, TAG_LOOK_EXT_COMMUNITIES, as->ext_communities, as->ext_community_count);
	mark = state_begin(w, TAG_LOOK_LARGE_COMMUNITIES);
	for (size_t i = 0; i < as->large_community_count; i++) {
		append_number(w, as->large_communities[i].global);
		append_number(w, as->large_communities[i].local1);
		append_number(w, as->large_communities[i].local2);
	}
	state_end(w, mark);
}

static void
save_look(
    struct state_writer *w, const struct bgp_rib_out *rib, struct rib_look *look, uint32_t number)
{
	size_t mark = state_begin(w, TAG_LOOK), as = state_begin(w, TAG_LOOK_AS);

	look->number = number;
	state_save(w, &attribute_table, &look->as, (struct instant){ 0 });
	state_end(w, as);
	state_number(w, TAG_LOOK_FAMILY, look->family);
	save_communities(w, &look->as);
	if (look->queue.first > 0)
		save_queue(w, TAG_LOOK_QUEUE, rib, look->queue);
	state_end(w, mark);
}

/* Unless it was saved already, or is none. */
static void
save_idle_look(
    struct state_writer *w, const struct bgp_rib_out *rib, struct rib_look *look, uint32_t *number)
{
	if (look && look->number == 0)
		save_look(w, rib, look, ++*number);
}

static void
save_looks(struct state_writer *w, const struct bgp_rib_out *rib)
{
	uint32_t number = 0;

	for (size_t i = 0; i < rib->looks.bucket_count; i++) {
		for (struct rib_look *look = rib->looks.buckets[i]; look; look = look->next)
			look->number = 0;
	}
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		list_for_each (look, &rib->ready[f], struct rib_look, ready)
			save_look(w, rib, look, ++number);
	}
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;) {
		save_idle_look(w, rib, rib->table.routes[i].wanted, &number);
		save_idle_look(w, rib, rib->table.routes[i].told, &number);
	}
}

static void
save_routes(struct state_writer *w, const struct rib_table *table)
{
	size_t mark = state_begin(w, TAG_ROUTES);

	for (uint32_t i = 1; i < table->used; i++) {
		const struct rib_route *route = &table->routes[i];
		unsigned size = ip_size((enum ip_family)route->family);
		struct writer room =
		    state_room(w, route->family == IP_NONE ? 1 : ROUTE_FIXED + size);

		writer_u8(&room, route->family);
		if (route->family == IP_NONE)
			continue;
		writer_u8(&room, route->len);
		writer_bytes(&room, route->addr, size);
		writer_u32(&room, route->wanted ? route->wanted->number : 0);
		writer_u32(&room, route->told ? route->told->number : 0);
		writer_u8(&room, (route->resend ? FLAG_RESEND : 0) | (route->held ? FLAG_HELD : 0) |
				     (route->leaving ? FLAG_LEAVING : 0));
	}
	state_end(w, mark);
	/* the order in which they were freed is that of the last one first */
	mark = state_begin(w, TAG_FREE);
	for (uint32_t i = table->free; i > 0; i = table->routes[i].chain)
		append_number(w, i);
	state_end(w, mark);
}

void
bgp_rib_out_save(const struct bgp_rib_out *rib, struct state_writer *w)
{
	state_save(w, &rib_table, rib, (struct instant){ 0 });
	save_looks(w, rib);
	save_routes(w, &rib->table);
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		save_queue(w, (uint16_t)(TAG_WITHDRAWALS + f), rib, rib->withdrawals[f]);
	save_queue(w, TAG_LEAVING, rib, rib->leaving);
}

/* ---- loading ---- */

/* While a state is read: its looks by number, the first is none. */
struct loading {
	struct bgp_rib_out *rib;
	struct rib_look **looks; /* owned, with a reference each */
	size_t count, cap;
};

static void
add_look(struct loading *l, struct rib_look *look)
{
	l->looks = grow_array(l->looks, l->count, &l->cap, sizeof(struct rib_look *));
	l->looks[l->count++] = look;
}

static bool
read_u32s(struct reader r, uint32_t *ret, size_t max, size_t *ret_count)
{
	*ret_count = reader_left(&r) / 8;
	if (*ret_count > max)
		return false;
	for (size_t i = 0; i < *ret_count; i++) {
		uint64_t number = reader_u64(&r);

		ret[i] = (uint32_t)number;
		if (number > UINT32_MAX)
			return false;
	}
	return reader_done(&r);
}

static bool
load_look(struct loading *l, struct reader r)
{
	uint32_t communities[BGP_COMMUNITIES_MAX], large[3 * BGP_COMMUNITIES_MAX];
	struct bgp_large_community large_communities[BGP_COMMUNITIES_MAX];
	uint64_t ext[BGP_COMMUNITIES_MAX];
	uint64_t family = state_find_number(r, TAG_LOOK_FAMILY, BGP_FAMILY_MAX);
	struct reader exts = state_find(r, TAG_LOOK_EXT_COMMUNITIES);
	struct bgp_attributes as = { .communities = communities,
		.ext_communities = ext,
		.large_communities = large_communities };
	size_t numbers;

	if (family >= BGP_FAMILY_MAX ||
	    !state_load(&attribute_table, state_find(r, TAG_LOOK_AS), (struct instant){ 0 }, &as) ||
	    !read_u32s(state_find(r, TAG_LOOK_COMMUNITIES), communities, BGP_COMMUNITIES_MAX,
		&as.community_count) ||
	    !read_u32s(
		state_find(r, TAG_LOOK_LARGE_COMMUNITIES), large, ARRAY_SIZE(large), &numbers))
		return false;
	as.large_community_count = numbers / 3;
	for (size_t i = 0; i < as.large_community_count; i++)
		large_communities[i] = (struct bgp_large_community){ large[3 * i], large[3 * i + 1],
			large[3 * i + 2] };
	while (reader_left(&exts) > 0 && as.ext_community_count < BGP_COMMUNITIES_MAX)
		ext[as.ext_community_count++] = reader_u64(&exts);
	if (!reader_done(&exts) || !bgp_attributes_valid(&as, (enum bgp_family)family))
		return false;
	add_look(l, rib_looks_take(&l->rib->looks, (enum bgp_family)family, &as));
	return true;
}

/* False: no such look. Takes a reference. */
static bool
refer(struct loading *l, uint32_t number, enum bgp_family family, size_t *counts,
    struct rib_look **ret)
{
	if (number == 0)
		return true;
	if (number >= l->count || l->looks[number]->family != family)
		return false;
	*ret = l->looks[number];
	(*ret)->refs++;
	counts[family]++;
	return true;
}

/* What the peer may have and what it was told go together. */
static bool
route_fits(const struct rib_route *route)
{
	if (route->told)
		return route->held && !route->leaving;
	return !route->resend && (route->held || !route->leaving) && (route->wanted || route->held);
}

static bool
load_route(struct loading *l, uint8_t family, struct reader *r)
{
	struct bgp_rib_out *rib = l->rib;
	enum bgp_family f = bgp_family_of((enum ip_family)family);
	struct prefix p = { .len = reader_u8(r) };
	uint8_t bytes[16] = { 0 };

	if (f == BGP_FAMILY_MAX)
		return false;
	reader_copy(r, bytes, ip_size((enum ip_family)family));
	p.addr = ip_from_bytes((enum ip_family)family, bytes);
	uint32_t wanted = reader_u32(r), told = reader_u32(r);
	uint8_t flags = reader_u8(r);
	if (!reader_ok(r) || p.len > ip_bits(p.addr.family) || !prefix_equal(p, prefix_mask(p)) ||
	    rib_table_find(&rib->table, p) > 0)
		return false;

	uint32_t index = rib_table_add(&rib->table, p);
	struct rib_route *route = &rib->table.routes[index];
	route->resend = flags & FLAG_RESEND;
	route->held = flags & FLAG_HELD;
	route->leaving = flags & FLAG_LEAVING;
	return refer(l, wanted, f, rib->wanted, &route->wanted) &&
	       refer(l, told, f, rib->told, &route->told) && route_fits(route);
}

static bool
load_routes(struct loading *l, struct reader r)
{
	while (reader_left(&r) > 0) {
		uint8_t family = reader_u8(&r);

		if (family == IP_NONE)
			(void)rib_table_add_hole(&l->rib->table);
		else if (!load_route(l, family, &r))
			return false;
	}
	return reader_ok(&r);
}

/* Numbers of holes, each once: the first of the list becomes the first again. */
static bool
load_free(struct rib_table *table, struct reader r)
{
	size_t count = reader_left(&r) / 8, holes = 0;
	_cleanup_(freep) uint32_t *list = xcalloc(count + 1, sizeof(*list));

	for (uint32_t i = 1; i < table->used; i++)
		holes += table->routes[i].family == IP_NONE;
	if (count != holes || !read_u32s(r, list, count, &count))
		return false;
	for (size_t i = count; i-- > 0;) {
		struct rib_route *route = list[i] < table->used ? &table->routes[list[i]] : NULL;

		/* a hole that is on the list is marked until the end */
		if (list[i] == 0 || route == NULL || route->family != IP_NONE || route->queued)
			return false;
		route->queued = true;
		rib_table_free_hole(table, list[i]);
	}
	for (size_t i = 0; i < count; i++)
		table->routes[list[i]].queued = false;
	return true;
}

static bool
load_queue(struct loading *l, struct reader r, const struct rib_queue *queue)
{
	struct rib_table *table = &l->rib->table;

	while (reader_left(&r) > 0) {
		uint64_t i = reader_u64(&r);
		const struct rib_route *route = i < table->used ? &table->routes[i] : NULL;

		if (i == 0 || route == NULL || route->family == IP_NONE || route->queued ||
		    !bgp_rib_out_is_due(route) || bgp_rib_out_queue(l->rib, route) != queue)
			return false;
		bgp_rib_out_enqueue(l->rib, (uint32_t)i);
	}
	return reader_ok(&r);
}

static bool
load_queues(struct loading *l, struct reader records)
{
	struct bgp_rib_out *rib = l->rib;
	struct reader r = records, value;
	size_t number = 0;
	uint16_t tag;

	while (state_next(&r, &tag, &value)) {
		if (tag == TAG_LOOK &&
		    !load_queue(l, state_find(value, TAG_LOOK_QUEUE), &l->looks[++number]->queue))
			return false;
	}
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (!load_queue(l, state_find(records, (uint16_t)(TAG_WITHDRAWALS + f)),
			&rib->withdrawals[f]))
			return false;
	}
	if (!load_queue(l, state_find(records, TAG_LEAVING), &rib->leaving))
		return false;
	for (uint32_t i = 0; (i = rib_table_after(&rib->table, i)) > 0;) {
		const struct rib_route *route = &rib->table.routes[i];

		if (bgp_rib_out_is_due(route) != route->queued)
			return false;
	}
	return true;
}

static bool
load_all(struct loading *l, struct reader records)
{
	struct reader r = records, value;
	uint16_t tag;

	add_look(l, NULL);
	while (state_next(&r, &tag, &value)) {
		if (tag == TAG_LOOK && !load_look(l, value))
			return false;
	}
	return reader_done(&r) && state_load(&rib_table, records, (struct instant){ 0 }, l->rib) &&
	       load_routes(l, state_find(records, TAG_ROUTES)) &&
	       load_free(&l->rib->table, state_find(records, TAG_FREE)) && load_queues(l, records);
}

bool
bgp_rib_out_load(struct bgp_rib_out *rib, struct reader records)
{
	struct loading l = { .rib = rib };
	bool ok = load_all(&l, records);

	for (size_t i = 1; i < l.count; i++)
		rib_looks_drop(&rib->looks, l.looks[i]);
	free(l.looks);
	return ok;
}
