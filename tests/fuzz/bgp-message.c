/*
 * Every decoder of BGP over bytes that nobody checked. The first byte chooses the kind of peering; the
 * rest is one message from its header on, with the marker and the length put right, so that the fuzzer
 * spends its time on what comes behind them.
 */
#include <assert.h>
#include <string.h>

#include "proto/bgp/capture.h"
#include "proto/bgp/codec.h"
#include "proto/bgp/path.h"
#include "proto/bgp/seen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_open(const uint8_t *body, size_t len)
{
	struct bgp_open open, again;
	struct bgp_error e;
	uint8_t buf[512];
	struct writer w = writer_init(buf, sizeof(buf));

	if (!bgp_open_decode(body, len, &open, &e)) {
		assert(e.code == 2);
		return;
	}
	/* what we would write of it reads the same, in all that we write */
	bgp_open_encode(&w, &open);
	assert(writer_ok(&w));
	assert(bgp_open_decode(buf + BGP_HEADER_LEN, writer_len(&w) - BGP_HEADER_LEN, &again, &e));
	assert(again.id == open.id && again.hold_time_s == open.hold_time_s && again.as4 == open.as4);
	assert(again.as == open.as);
}

static bool
holds(struct bgp_nlri nlri, struct prefix prefix)
{
	struct prefix p;

	if (!(nlri.lengths >> prefix.len % 64 & 1))
		return false;
	while (bgp_nlri_next(&nlri, &p)) {
		if (prefix_equal(p, prefix))
			return true;
	}
	return false;
}

/* What is watched is seen when the message announces it, and not when it withdraws it. */
static void
try_watch(const struct bgp_peering *peering, const struct bgp_update *u)
{
	static const char *const texts[] = { "0.0.0.0/0", "203.0.113.0/24", "203.0.113.10/32", "::/0",
		"2001:db8::/32", "2001:db8:f00d::/48" };
	static struct prefix prefixes[ARRAY_SIZE(texts)];
	static struct bgp_watch watch;

	for (size_t i = 0; i < ARRAY_SIZE(texts) && watch.count < ARRAY_SIZE(texts); i++) {
		assert(prefix_parse(texts[i], &prefixes[i]) == 0);
		assert(bgp_watch_add(&watch, prefixes[i]) == 0);
	}
	bgp_watch_clear(&watch);
	bgp_watch_update(&watch, peering, u, (struct instant){ 1 });
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct bgp_seen *seen = bgp_watch_find(&watch, prefixes[i]);
		bool announced = holds(u->announced, prefixes[i]) || holds(u->mp_announced, prefixes[i]);

		assert(seen->seen == (announced && u->verdict < BGP_VERDICT_WITHDRAW));
	}
}

/* What of an accepted UPDATE we could announce ourselves; false: it is more than that. */
static bool
attributes_of(const struct bgp_path *path, void *storage, size_t size, struct bgp_attributes *ret)
{
	*ret = (struct bgp_attributes){
		.origin = path->origin,
		.has_med = bgp_path_has(path, BGP_ATTR_MED),
		.med = path->med,
		.has_local_pref = bgp_path_has(path, BGP_ATTR_LOCAL_PREF),
		.local_pref = path->local_pref,
		.communities = path->communities.numbers,
		.community_count = path->communities.count,
		.ext_communities = path->ext_communities,
		.ext_community_count = path->ext_community_count,
		.large_communities = path->large_communities,
		.large_community_count = path->large_community_count,
	};
	if (!bgp_attributes_valid(ret, BGP_IPV4))
		return false;
	assert(bgp_attributes_size(ret) <= size);
	bgp_attributes_normalise(ret, storage);
	return true;
}

/* Writes the run with the attributes; it must be accepted, and read as the same. */
static void
try_again(const struct bgp_peering *peering, struct bgp_nlri nlri, const struct bgp_attributes *a,
    struct arena *arena)
{
	static uint8_t buf[BGP_EXTENDED_MESSAGE_MAX];
	struct bgp_path_style style = { .as4 = peering->as4 };
	struct bgp_nlri written = nlri, read;
	struct bgp_attributes again, wanted = bgp_attributes_for(a, peering->ibgp);
	uint64_t storage[BGP_COMMUNITIES_MAX * 3];
	struct bgp_update_writer w;
	struct bgp_routes routes;
	struct bgp_update u;
	struct prefix p, q;
	size_t len, count = 0;

	if (nlri.family == BGP_FAMILY_MAX || nlri.count == 0)
		return;
	bgp_update_begin_announce(&w, buf, sizeof(buf), peering, nlri.family, a);
	while (bgp_nlri_next(&written, &p) && bgp_update_add(&w, p))
		count++;
	len = bgp_update_end(&w) - BGP_HEADER_LEN;
	bgp_update_decode(buf + BGP_HEADER_LEN, len, peering, &u);
	assert(u.verdict == BGP_VERDICT_ACCEPT);
	read = u.announced.count > 0 ? u.announced : u.mp_announced;
	assert(read.count == count);
	while (bgp_nlri_next(&read, &p) && bgp_nlri_next(&nlri, &q))
		assert(prefix_equal(p, q));
	assert(bgp_routes_decode(reader_init(buf + BGP_HEADER_LEN, len), style, arena, &routes));
	assert(attributes_of(&routes.path, storage, sizeof(storage), &again));
	if (peering->ibgp) /* without, some communities stay here */
		assert(bgp_attributes_equal(&again, &wanted));
}

static void
try_accepted(const uint8_t *body, size_t len, const struct bgp_peering *peering, const struct bgp_update *u)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct bgp_path_style style = { .as4 = peering->as4 };
	uint64_t storage[BGP_COMMUNITIES_MAX * 3];
	struct bgp_attributes a;
	struct bgp_routes routes;

	assert(bgp_routes_decode(reader_init(body, len), style, arena, &routes));
	if (!attributes_of(&routes.path, storage, sizeof(storage), &a))
		return;
	try_again(peering, u->announced, &a, arena);
	try_again(peering, u->mp_announced, &a, arena);
}

static size_t
count(struct bgp_nlri nlri)
{
	struct prefix p;
	size_t n = 0;

	while (bgp_nlri_next(&nlri, &p)) {
		assert(prefix_equal(p, prefix_mask(p)));
		n++;
	}
	return n;
}

static void
try_update(const uint8_t *body, size_t len, uint8_t kind)
{
	struct bgp_peering peering = {
		.local_as = 4200000001,
		.as4 = kind & 1,
		.ibgp = kind & 2,
		.extended_next_hop = kind & 4,
		.families = { true, true },
		.role = kind & 16 ? BGP_ROLE_PEER : BGP_ROLE_NONE,
	};
	struct bgp_update u;

	peering.next_hop[BGP_IPV6] = (struct ip){ .family = IP_V6, .bytes = { 0x20, 1 } };
	peering.next_hop[BGP_IPV4] = peering.extended_next_hop && kind & 8 ? peering.next_hop[BGP_IPV6]
									    : ip_from_v4(0xc0000201);

	bgp_update_decode(body, len, &peering, &u);
	if (u.verdict == BGP_VERDICT_ACCEPT)
		assert(u.error.code == 0 && u.discarded == 0);
	else
		assert(u.error.code == 3 && u.error.data_len <= sizeof(u.error.data));
	if (u.verdict == BGP_VERDICT_WITHDRAW)
		assert(u.announced.count + u.mp_announced.count > 0 || u.mp_announced.family == BGP_FAMILY_MAX);
	if (u.verdict == BGP_VERDICT_RESET)
		return;
	assert(count(u.withdrawn) == u.withdrawn.count && count(u.announced) == u.announced.count);
	assert(count(u.mp_withdrawn) == u.mp_withdrawn.count);
	assert(count(u.mp_announced) == u.mp_announced.count);
	try_watch(&peering, &u);
	if (u.verdict == BGP_VERDICT_ACCEPT)
		try_accepted(body, len, &peering, &u);
}

static void
try_notification(const uint8_t *body, size_t len)
{
	char text[BGP_WHY_MAX], small[32];
	struct bgp_error e;
	uint8_t buf[512];
	struct writer w = writer_init(buf, sizeof(buf));

	bgp_notification_decode(body, len, &e);
	assert(strlen(bgp_error_format(&e, text, sizeof(text))) < sizeof(text));
	assert(strlen(bgp_error_format(&e, small, sizeof(small))) < sizeof(small));
	for (const char *p = text; *p; p++)
		assert((unsigned char)*p >= 0x20 && *p != 0x7f);
	bgp_notification_encode(&w, &e);
	assert(writer_ok(&w));
}

static void
ignore_prefix(void *userdata, bool announced, struct prefix prefix)
{
	(void)userdata;
	(void)announced;
	(void)prefix;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t message[BGP_EXTENDED_MESSAGE_MAX];
	struct bgp_refresh refresh;
	struct bgp_header h;
	struct bgp_error e;
	size_t len;

	(void)bgp_capture_each_prefix(data, size, ignore_prefix, NULL);
	if (size < 2 || size + BGP_HEADER_LEN > sizeof(message))
		return 0;
	len = BGP_HEADER_LEN + size - 2;
	memset(message, 0xff, 16);
	message[16] = (uint8_t)(len >> 8);
	message[17] = (uint8_t)len;
	message[18] = data[1];
	memcpy(message + BGP_HEADER_LEN, data + 2, size - 2);
	if (message[18] == BGP_UPDATE)
		(void)bgp_capture_each_prefix(message, len, ignore_prefix, NULL);
	if (!bgp_header_decode(message, data[0] & 32 ? sizeof(message) : BGP_MESSAGE_MAX, &h, &e)) {
		assert(e.code == 1);
		return 0;
	}
	/* from the input itself, so that the sanitizer sees its end */
	if (h.type == BGP_OPEN)
		try_open(data + 2, size - 2);
	else if (h.type == BGP_UPDATE)
		try_update(data + 2, size - 2, data[0]);
	else if (h.type == BGP_NOTIFICATION)
		try_notification(data + 2, size - 2);
	else if (h.type == BGP_ROUTE_REFRESH)
		(void)bgp_refresh_decode(data + 2, size - 2, &refresh, &e);
	return 0;
}
