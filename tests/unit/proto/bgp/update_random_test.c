/*
 * For random attributes, prefixes and kinds of peering: what we write is accepted by our own judge,
 * and reads (path.h, which was written on its own) as what was meant.
 */
#include "proto/bgp/community.h"
#include "proto/bgp/path.h"

#include "base/rng.h"
#include "bytes.h"

enum { ROUNDS = 3000, PREFIXES_MAX = 5000 };

static struct rng rng;

static bool
coin(void)
{
	return rng_below(&rng, 2);
}

static uint32_t
random_u32(void)
{
	return (uint32_t)rng_next(&rng) >> rng_below(&rng, 32);
}

/* 0, 1, a few or as many as there may be. */
static size_t
random_count(void)
{
	static const uint8_t counts[] = { 0, 0, 1, 2, 5, 30, 64, BGP_COMMUNITIES_MAX };

	return counts[rng_below(&rng, ARRAY_SIZE(counts))];
}

static struct ip
random_ip(enum ip_family family)
{
	struct ip ip = ip_of(family == IP_V4 ? "192.0.2.0" : "2001:db8:1::");

	return ip_add(ip, rng_below(&rng, 256));
}

static struct bgp_peering
random_peering(void)
{
	struct bgp_peering p = usual_peering();

	p.ibgp = coin();
	p.as4 = coin();
	p.local_as = coin() ? 65001 : 4200000001;
	p.message_max = coin() ? BGP_MESSAGE_MAX : BGP_EXTENDED_MESSAGE_MAX;
	p.extended_next_hop = coin();
	p.role = (enum bgp_role)rng_below(&rng, BGP_ROLE_MAX);
	if (p.extended_next_hop && coin())
		p.next_hop[BGP_IPV4] = ip_of("2001:db8::4");
	if (coin())
		p.next_hop_link_local = ip_of("fe80::1");
	return p;
}

struct random_attributes {
	struct bgp_attributes a;
	uint32_t communities[BGP_COMMUNITIES_MAX];
	uint64_t ext[BGP_COMMUNITIES_MAX];
	struct bgp_large_community large[BGP_COMMUNITIES_MAX];
	uint64_t storage[BGP_COMMUNITIES_MAX * 3];
};

static void
fill_attributes(
    struct random_attributes *r, const struct bgp_peering *peering, enum bgp_family family)
{
	struct bgp_attributes a = {
		.origin = (enum bgp_origin)rng_below(&rng, 3),
		.has_med = coin(),
		.med = random_u32(),
		.has_local_pref = coin(),
		.local_pref = random_u32(),
		.prepend = (uint8_t)rng_below(&rng, BGP_PREPEND_MAX + 1),
		.communities = r->communities,
		.community_count = random_count(),
		.ext_communities = r->ext,
		.ext_community_count = random_count(),
		.large_communities = r->large,
		.large_community_count = random_count(),
	};

	for (size_t i = 0; i < BGP_COMMUNITIES_MAX; i++) {
		r->communities[i] = random_u32();
		r->ext[i] = coin() ? rng_next(&rng) : rng_below(&rng, 4);
		r->large[i] = (struct bgp_large_community){ random_u32() % 4, random_u32() % 4,
			random_u32() };
	}
	if (coin())
		a.next_hop = random_ip(
		    family == BGP_IPV4 && (!peering->extended_next_hop || coin()) ? IP_V4 : IP_V6);
	REQUIRE(bgp_attributes_valid(&a, family));
	REQUIRE(bgp_attributes_size(&a) <= sizeof(r->storage));
	bgp_attributes_normalise(&a, r->storage);
	r->a = a;
}

static struct prefix
random_prefix(enum bgp_family family)
{
	struct prefix p = { .addr.family = family == BGP_IPV4 ? IP_V4 : IP_V6 };

	for (unsigned i = 0; i < ip_size(p.addr.family); i++)
		p.addr.bytes[i] = (uint8_t)rng_next(&rng);
	p.len = (uint8_t)rng_below(&rng, ip_bits(p.addr.family) + 1);
	return prefix_mask(p);
}

static bool
path_is(const struct bgp_as_path *path, uint32_t as, size_t copies)
{
	if (copies == 0)
		return path->count == 0;
	if (path->count != 1 || path->segments[0].type != BGP_SEGMENT_SEQUENCE ||
	    path->segments[0].count != copies)
		return false;
	for (size_t i = 0; i < copies; i++) {
		if (path->segments[0].ases[i] != as)
			return false;
	}
	return true;
}

static void
check_paths(
    const struct bgp_path *path, const struct bgp_peering *peering, const struct bgp_attributes *a)
{
	size_t copies = peering->ibgp ? 0 : (size_t)1 + a->prepend;
	bool wide = peering->local_as > UINT16_MAX;
	bool as4_path = !peering->as4 && !peering->ibgp && wide;

	CHECK(path_is(
	    &path->as_path, peering->as4 || !wide ? peering->local_as : BGP_AS_TRANS, copies));
	CHECK_INT(bgp_path_has(path, BGP_ATTR_AS4_PATH), as4_path);
	if (as4_path)
		CHECK(path_is(&path->as4_path, peering->local_as, copies));
}

static void
check_communities(
    const struct bgp_path *path, const struct bgp_peering *peering, const struct bgp_attributes *a)
{
	size_t n = 0;

	CHECK_MEM(path->communities.numbers, path->communities.count * 4, a->communities,
	    a->community_count * 4);
	CHECK_MEM(path->large_communities, path->large_community_count * 12, a->large_communities,
	    a->large_community_count * 12);
	for (size_t i = 0; i < a->ext_community_count; i++) {
		if (!peering->ibgp && !bgp_ext_community_is_transitive(a->ext_communities[i]))
			continue;
		CHECK(n < path->ext_community_count &&
		      path->ext_communities[n] == a->ext_communities[i]);
		n++;
	}
	CHECK_INT(path->ext_community_count, n);
}

static void
check_next_hop(const struct bgp_path *path, const struct bgp_peering *peering,
    enum bgp_family family, const struct bgp_attributes *a)
{
	struct ip want = a->next_hop.family != IP_NONE ? a->next_hop : peering->next_hop[family];

	CHECK_INT(bgp_path_has(path, BGP_ATTR_NEXT_HOP), want.family == IP_V4);
	CHECK_INT(bgp_path_has(path, BGP_ATTR_MP_REACH), want.family == IP_V6);
	if (want.family == IP_V4) {
		CHECK(ip_equal(path->next_hop, want));
	} else {
		CHECK(ip_equal(path->reach.next_hop, want));
		CHECK(ip_equal(path->reach.link_local, peering->next_hop_link_local));
	}
}

static void
check_path(const struct bgp_path *path, const struct bgp_peering *peering, enum bgp_family family,
    const struct bgp_attributes *a)
{
	bool otc = !peering->ibgp &&
		   (peering->role == BGP_ROLE_PEER || peering->role == BGP_ROLE_PROVIDER ||
		       peering->role == BGP_ROLE_RS);

	for (size_t i = 0; i < path->count; i++) {
		CHECK_INT(path->attributes[i].form, BGP_FORM_DECODED);
		if (i > 0 && path->attributes[i - 1].type != BGP_ATTR_MP_REACH)
			CHECK(path->attributes[i].type > path->attributes[i - 1].type);
	}
	CHECK_INT(path->origin, a->origin);
	CHECK_INT(bgp_path_has(path, BGP_ATTR_MED), a->has_med);
	if (a->has_med)
		CHECK_INT(path->med, a->med);
	CHECK_INT(bgp_path_has(path, BGP_ATTR_LOCAL_PREF), peering->ibgp);
	if (peering->ibgp)
		CHECK_INT(path->local_pref, a->has_local_pref ? a->local_pref : 100);
	CHECK_INT(bgp_path_has(path, BGP_ATTR_OTC), otc);
	if (otc)
		CHECK_INT(path->otc, peering->local_as);
	check_paths(path, peering, a);
	check_communities(path, peering, a);
	check_next_hop(path, peering, family, a);
}

/* Takes the prefixes of a message off the list; the count of them. */
static size_t
check_message(const uint8_t *message, size_t len, const struct bgp_peering *peering,
    enum bgp_family family, const struct bgp_attributes *a, const struct prefix *prefixes)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct bgp_path_style style = { .as4 = peering->as4 };
	struct bgp_routes routes;
	struct bgp_update u;
	struct prefix p;
	size_t n = 0;

	bgp_update_decode(message + BGP_HEADER_LEN, len - BGP_HEADER_LEN, peering, &u);
	CHECK_INT(u.verdict, BGP_VERDICT_ACCEPT);
	CHECK(len <= peering->message_max);
	CHECK_INT(message[16] << 8 | message[17], len);
	while (bgp_nlri_next(&u.announced, &p) || bgp_nlri_next(&u.mp_announced, &p))
		CHECK(prefix_equal(p, prefixes[n++]));
	CHECK_INT(n, u.announced.count + u.mp_announced.count);
	CHECK_INT(u.withdrawn.count + u.mp_withdrawn.count, 0);
	CHECK(bgp_routes_decode(
	    reader_init(message + BGP_HEADER_LEN, len - BGP_HEADER_LEN), style, arena, &routes));
	check_path(&routes.path, peering, family, a);
	return n;
}

TEST(what_is_written_reads_the_same)
{
	static struct prefix prefixes[PREFIXES_MAX];
	static uint8_t buf[BGP_EXTENDED_MESSAGE_MAX];
	static struct random_attributes r;

	rng.state = 1;
	for (int round = 0; round < ROUNDS && tap_failures == 0; round++) {
		enum bgp_family family = coin() ? BGP_IPV4 : BGP_IPV6;
		struct bgp_peering peering = random_peering();
		size_t count = 1 + rng_below(&rng, coin() ? 10 : PREFIXES_MAX), done = 0;

		fill_attributes(&r, &peering, family);
		for (size_t i = 0; i < count; i++)
			prefixes[i] = random_prefix(family);
		while (done < count && tap_failures == 0) {
			struct bgp_update_writer u;
			size_t written = done;

			bgp_update_begin_announce(
			    &u, buf, peering.message_max, &peering, family, &r.a);
			while (written < count && bgp_update_add(&u, prefixes[written]))
				written++;
			REQUIRE(written > done);
			CHECK_INT(check_message(buf, bgp_update_end(&u), &peering, family, &r.a,
				      prefixes + done),
			    written - done);
			done = written;
		}
	}
}
