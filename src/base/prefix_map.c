#include "base/prefix_map.h"

#include <stdlib.h>

#include "base/alloc.h"

#define CAPACITY_MIN 16

struct prefix_slot {
	struct prefix prefix; /* of family IP_NONE where the slot is free */
	uint32_t value;
};

static bool
is_free(const struct prefix_slot *slot)
{
	return slot->prefix.addr.family == IP_NONE;
}

/* Where the prefix is, or the free slot where it belongs; there is always a free one. */
static size_t
find_slot(const struct prefix_map *m, struct prefix prefix)
{
	size_t i = prefix_hash(prefix) & (m->capacity - 1);

	while (!is_free(&m->slots[i]) && !prefix_equal(m->slots[i].prefix, prefix))
		i = (i + 1) & (m->capacity - 1);
	return i;
}

static void
grow(struct prefix_map *m)
{
	struct prefix_map bigger = { .capacity = MAX(m->capacity * 2, (size_t)CAPACITY_MIN) };

	bigger.slots = xcalloc(bigger.capacity, sizeof(*bigger.slots));
	bigger.count = m->count;
	for (size_t i = 0; i < m->capacity; i++) {
		if (!is_free(&m->slots[i]))
			bigger.slots[find_slot(&bigger, m->slots[i].prefix)] = m->slots[i];
	}
	free(m->slots);
	*m = bigger;
}

void
prefix_map_done(struct prefix_map *m)
{
	free(m->slots);
	*m = (struct prefix_map){ 0 };
}

void
prefix_map_put(struct prefix_map *m, struct prefix prefix, uint32_t value)
{
	struct prefix_slot *slot;

	/* at most three quarters full, or probing gets long */
	if ((m->count + 1) * 4 > m->capacity * 3)
		grow(m);
	slot = &m->slots[find_slot(m, prefix)];
	m->count += is_free(slot);
	*slot = (struct prefix_slot){ prefix, value };
}

bool
prefix_map_get(const struct prefix_map *m, struct prefix prefix, uint32_t *ret)
{
	const struct prefix_slot *slot;

	if (m->count == 0)
		return false;
	slot = &m->slots[find_slot(m, prefix)];
	if (is_free(slot))
		return false;
	*ret = slot->value;
	return true;
}

bool
prefix_map_remove(struct prefix_map *m, struct prefix prefix)
{
	size_t hole, mask = m->capacity - 1;

	if (m->count == 0)
		return false;
	hole = find_slot(m, prefix);
	if (is_free(&m->slots[hole]))
		return false;
	/*
	 * those behind the hole that were pushed past it move up, so that no probe ends too early
	 */
	for (size_t i = (hole + 1) & mask; !is_free(&m->slots[i]); i = (i + 1) & mask) {
		size_t home = prefix_hash(m->slots[i].prefix) & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole] = (struct prefix_slot){ 0 };
	m->count--;
	return true;
}

void
prefix_lengths_add(struct prefix_lengths *l, struct prefix prefix)
{
	(prefix.addr.family == IP_V6 ? l->v6 : l->v4)[prefix.len] = true;
}

bool
prefix_map_holding(
    const struct prefix_map *m, const struct prefix_lengths *l, struct prefix prefix, uint32_t *ret)
{
	const bool *has = prefix.addr.family == IP_V6 ? l->v6 : l->v4;

	for (unsigned len = prefix.len + 1u; len-- > 0;) {
		prefix.len = (uint8_t)len;
		if (has[len] && prefix_map_get(m, prefix_mask(prefix), ret))
			return true;
	}
	return false;
}

bool
prefix_map_longest(
    const struct prefix_map *m, const struct prefix_lengths *l, struct ip address, uint32_t *ret)
{
	return prefix_map_holding(m, l, prefix_host(address), ret);
}
