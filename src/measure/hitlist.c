#include "measure/hitlist_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/special.h"

struct hitlist *
hitlist_new(const struct hitlist_conf *conf)
{
	struct hitlist *h = xcalloc(1, sizeof(*h));

	assert(conf->block_len >= 1 && conf->block_len < ip_bits(conf->family));
	h->conf = *conf;
	return h;
}

void
hitlist_free(struct hitlist *h)
{
	if (h == NULL)
		return;
	free(h->addresses);
	free(h->starts);
	prefix_set_done(&h->prefixes);
	prefix_set_done(&h->excluded);
	free(h);
}

void
hitlist_tell(struct hitlist *h, hitlist_took_fn took, void *userdata)
{
	h->took = took;
	h->took_userdata = userdata;
}

struct ip
hitlist_target(struct ip block)
{
	return ip_add(block, 1);
}

uint64_t
hitlist_blocks(const struct hitlist *h, struct prefix p)
{
	unsigned bits = p.len < h->conf.block_len ? h->conf.block_len - p.len : 0;

	return bits > 26 ? HITLIST_TARGETS_MAX + UINT64_C(1) : UINT64_C(1) << bits;
}

void
hitlist_add_address(struct hitlist *h, struct ip ip)
{
	size_t size = ip_size(h->conf.family);

	h->addresses = grow_array(h->addresses, h->address_count, &h->address_cap, size);
	memcpy(h->addresses + size * h->address_count++, ip.bytes, size);
}

static bool
may_be_asked(const struct hitlist *h, struct ip ip)
{
	return prefix_set_find(&h->excluded, ip) == NULL &&
	       (h->conf.allow_special || special_find(prefix_host(ip)) == NULL);
}

/* The n-th block of a prefix. */
static struct ip
block_at(const struct hitlist *h, struct prefix p, uint64_t n)
{
	unsigned shift = ip_bits(h->conf.family) - h->conf.block_len;
	unsigned last = h->conf.block_len / 8; /* the byte behind the whole ones of a block */
	uint64_t add = n;

	/* to the block's own bits: they end within byte `last`, or with the one before it */
	if (shift % 8 != 0)
		add = n << shift % 8;
	else
		last--;
	for (unsigned i = last + 1; i-- > 0 && add > 0; add >>= 8) {
		add += p.addr.bytes[i];
		p.addr.bytes[i] = (uint8_t)(add & 0xff);
	}
	return p.addr;
}

/* Whether one of the prefixes stands for this address, too. */
static bool
is_repeated(const struct hitlist *h, struct ip ip)
{
	const struct prefix *p = prefix_set_find(&h->prefixes, ip);
	struct prefix block = { .addr = ip, .len = h->conf.block_len };

	return p != NULL && ip_equal(hitlist_target(prefix_mask(block).addr), ip);
}

static int
compare4(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

static int
compare6(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static void
finish_addresses(struct hitlist *h, struct hitlist_counts *counts)
{
	size_t size = ip_size(h->conf.family), kept = 0;

	if (h->address_count > 0)
		qsort(h->addresses, h->address_count, size,
		    h->conf.family == IP_V4 ? compare4 : compare6);
	for (size_t i = 0; i < h->address_count; i++) {
		const uint8_t *bytes = h->addresses + size * i;
		struct ip ip = ip_from_bytes(h->conf.family, bytes);

		if ((kept > 0 && memcmp(h->addresses + size * (kept - 1), bytes, size) == 0) ||
		    is_repeated(h, ip))
			counts->repeated++;
		else if (!may_be_asked(h, ip))
			counts->excluded++;
		else
			memmove(h->addresses + size * kept++, bytes, size);
	}
	h->address_count = kept;
}

int
hitlist_finish(struct hitlist *h, struct hitlist_counts *ret, struct err *e)
{
	struct hitlist_counts counts = { 0 };
	uint64_t before = 0, after = 0;

	(void)prefix_set_sort(&h->excluded);
	for (size_t i = 0; i < h->prefixes.count; i++)
		before += hitlist_blocks(h, h->prefixes.items[i]);
	(void)prefix_set_sort(&h->prefixes);
	finish_addresses(h, &counts);
	h->starts = xcalloc(h->prefixes.count + 1, sizeof(*h->starts));
	for (size_t i = 0; i < h->prefixes.count; i++) {
		h->starts[i] = after;
		after += hitlist_blocks(h, h->prefixes.items[i]);
	}
	h->starts[h->prefixes.count] = after;
	counts.repeated += before - after;
	counts.targets = h->targets = after + h->address_count;
	*ret = counts;
	return counts.targets > 0 ? 0 : err_set(e, -ENOENT, "there is no target to ask");
}

void
hitlist_prefetch(const struct hitlist *h, uint64_t place)
{
	uint64_t in_prefixes = h->starts[h->prefixes.count];

	assert(place < h->targets);
	if (place >= in_prefixes)
		__builtin_prefetch(
		    h->addresses + ip_size(h->conf.family) * (size_t)(place - in_prefixes));
}

bool
hitlist_at(const struct hitlist *h, uint64_t place, struct ip *ret)
{
	size_t low = 0, high = h->prefixes.count, size = ip_size(h->conf.family);
	uint64_t in_prefixes = h->starts[high];

	assert(place < h->targets);
	if (place >= in_prefixes) {
		*ret = ip_from_bytes(
		    h->conf.family, h->addresses + size * (size_t)(place - in_prefixes));
		return true;
	}
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (h->starts[middle] <= place)
			low = middle;
		else
			high = middle;
	}
	*ret = hitlist_target(block_at(h, h->prefixes.items[low], place - h->starts[low]));
	return may_be_asked(h, *ret);
}
