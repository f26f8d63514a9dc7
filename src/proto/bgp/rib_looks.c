#include "proto/bgp/rib_looks.h"

#include <stdlib.h>

#include "base/alloc.h"

#define BUCKETS_MIN 8

void
rib_looks_done(struct rib_looks *looks)
{
	free(looks->buckets);
	*looks = (struct rib_looks){ 0 };
}

static struct rib_look **
bucket_of(const struct rib_looks *looks, uint64_t hash)
{
	return &looks->buckets[hash & (looks->bucket_count - 1)];
}

static void
resize(struct rib_looks *looks, size_t count)
{
	struct rib_looks old = *looks;

	looks->buckets = xcalloc(count, sizeof(struct rib_look *));
	looks->bucket_count = count;
	for (size_t i = 0; i < old.bucket_count; i++) {
		for (struct rib_look *look = old.buckets[i], *next; look; look = next) {
			struct rib_look **bucket = bucket_of(looks, look->hash);

			next = look->next;
			look->next = *bucket;
			*bucket = look;
		}
	}
	free(old.buckets);
}

static struct rib_look *
find(const struct rib_looks *looks, enum bgp_family family, const struct bgp_attributes *as,
    uint64_t hash)
{
	struct rib_look *look = looks->bucket_count ? *bucket_of(looks, hash) : NULL;

	while (look && (look->hash != hash || look->family != family ||
			   !bgp_attributes_equal(&look->as, as)))
		look = look->next;
	return look;
}

static struct rib_look *
new_look(enum bgp_family family, const struct bgp_attributes *as)
{
	struct rib_look *look = xcalloc(1, sizeof(*look) + bgp_attributes_size(as));

	list_init(&look->ready);
	look->family = family;
	look->as = *as;
	bgp_attributes_normalise(&look->as, look->storage);
	look->hash = bgp_attributes_hash(&look->as) + (uint64_t)family;
	return look;
}

struct rib_look *
rib_looks_take(
    struct rib_looks *looks, enum bgp_family family, const struct bgp_attributes *attributes)
{
	bool normal = bgp_attributes_are_normal(attributes);
	struct rib_look *mine = normal ? NULL : new_look(family, attributes);
	const struct bgp_attributes *as = mine ? &mine->as : attributes;
	uint64_t hash = mine ? mine->hash : bgp_attributes_hash(as) + (uint64_t)family;
	struct rib_look *known = find(looks, family, as, hash);

	if (known) {
		free(mine);
		known->refs++;
		return known;
	}
	if (mine == NULL)
		mine = new_look(family, attributes);
	if (looks->count >= looks->bucket_count)
		resize(looks, MAX(looks->bucket_count * 2, (size_t)BUCKETS_MIN));
	mine->next = *bucket_of(looks, hash);
	*bucket_of(looks, hash) = mine;
	mine->refs = 1;
	looks->count++;
	return mine;
}

void
rib_looks_drop(struct rib_looks *looks, struct rib_look *look)
{
	struct rib_look **slot;

	if (look == NULL || --look->refs > 0)
		return;
	slot = bucket_of(looks, look->hash);
	while (*slot != look)
		slot = &(*slot)->next;
	*slot = look->next;
	looks->count--;
	free(look);
}
