/* Blocks of pools: first fit by hand, and a long random life of a pool against a map of its
 * addresses. */
#include "controller/block.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "tap.h"

static struct prefix
prefix(const char *text)
{
	struct prefix p = { 0 };

	CHECK_INT(prefix_parse(text, &p), 0);
	return p;
}

/* blocks end with NULL, in order; one with a "~" in front rests. */
static const char *
find_from(const char *pool, bool edges, unsigned size, struct ip from, const char *const *blocks,
    struct block_search *s)
{
	static char text[PREFIX_STR_MAX];
	struct prefix found;

	block_search_init(s, (struct block_pool){ prefix(pool), edges }, size, from);
	for (; *blocks != NULL; blocks++) {
		if (block_search_take(s, prefix(*blocks + (**blocks == '~')), **blocks == '~'))
			break;
	}
	return block_search_end(s, &found) ? prefix_format(found, text) : "none";
}

#define FIND(pool, edges, size, ...)                                                               \
	({                                                                                         \
		const char *const blocks_[] = { __VA_ARGS__ __VA_OPT__(, ) NULL };                 \
		struct block_search s_;                                                            \
		find_from(pool, edges, size, (struct ip){ 0 }, blocks_, &s_);                      \
	})

TEST(first_fit_is_aligned)
{
	CHECK_STR(FIND("192.0.2.0/24", true, 1), "192.0.2.0/32");
	CHECK_STR(FIND("192.0.2.0/24", true, 2, "192.0.2.0/32"), "192.0.2.2/31");
	CHECK_STR(FIND("192.0.2.0/24", true, 4, "192.0.2.0/32", "192.0.2.4/31"), "192.0.2.8/30");
	CHECK_STR(FIND("192.0.2.0/24", true, 1, "192.0.2.0/32", "192.0.2.2/31"), "192.0.2.1/32");
	CHECK_STR(FIND("192.0.2.0/24", true, 2, "192.0.2.0/31", "192.0.2.2/32", "192.0.2.4/30"),
	    "192.0.2.8/31");
	CHECK_STR(FIND("2001:db8::/64", true, 4), "2001:db8::/126");
	CHECK_STR(FIND("2001:db8::/64", true, 2, "2001:db8::/128"), "2001:db8::2/127");
}

TEST(edges_are_kept_when_the_pool_says_so)
{
	CHECK_STR(FIND("192.0.2.0/24", false, 1), "192.0.2.1/32");
	CHECK_STR(FIND("192.0.2.0/24", false, 2), "192.0.2.2/31");
	CHECK_STR(FIND("192.0.2.0/24", false, 4), "192.0.2.4/30");
	CHECK_STR(FIND("2001:db8::/64", false, 1), "2001:db8::1/128");
	CHECK_STR(FIND("2001:db8::/64", false, 4), "2001:db8::4/126");
	CHECK_STR(FIND("192.0.2.0/30", false, 1, "192.0.2.1/32", "192.0.2.2/32"), "none");
	CHECK_STR(FIND("192.0.2.0/30", false, 2), "none");
	CHECK_STR(FIND("192.0.2.0/31", false, 1), "none");
	CHECK_STR(FIND("192.0.2.0/32", false, 1), "none");
	/* IPv6 has no broadcast address */
	CHECK_STR(FIND("2001:db8::/127", false, 1), "2001:db8::1/128");
}

TEST(the_last_block_is_given_out_and_none_beyond)
{
	CHECK_STR(FIND("192.0.2.0/30", true, 4), "192.0.2.0/30");
	CHECK_STR(FIND("192.0.2.0/30", true, 4, "192.0.2.3/32"), "none");
	CHECK_STR(FIND("192.0.2.0/30", true, 1, "192.0.2.0/31", "192.0.2.2/32"), "192.0.2.3/32");
	CHECK_STR(FIND("192.0.2.0/32", true, 1), "192.0.2.0/32");
	CHECK_STR(FIND("192.0.2.0/32", true, 2), "none");
	CHECK_STR(FIND("223.255.255.252/30", true, 4, "223.255.255.252/30"), "none");
	CHECK_STR(FIND("2001:db8::ffff:fffc/126", true, 2, "2001:db8::ffff:fffc/127"),
	    "2001:db8::ffff:fffe/127");
}

TEST(what_rests_is_not_given_out)
{
	CHECK_STR(FIND("192.0.2.0/24", true, 1, "~192.0.2.0/32"), "192.0.2.1/32");
}

/* Below `from` nothing is free, neither now nor when what rests has rested. */
TEST(from_is_what_was_learned)
{
	char text[IP_STR_MAX];
	struct block_search s;
	struct ip none = { 0 };

	(void)find_from("192.0.2.0/24", true, 1, none,
	    (const char *const[]){ "192.0.2.0/31", "192.0.2.2/32", NULL }, &s);
	CHECK_STR(ip_format(block_search_from(&s), text), "192.0.2.4");
	(void)find_from("192.0.2.0/24", true, 2, none,
	    (const char *const[]){ "192.0.2.0/31", "192.0.2.2/32", NULL }, &s);
	CHECK_STR(ip_format(block_search_from(&s), text), "192.0.2.3");
	(void)find_from("192.0.2.0/24", true, 1, none,
	    (const char *const[]){ "192.0.2.0/31", "~192.0.2.2/32", "192.0.2.3/32", NULL }, &s);
	CHECK_STR(ip_format(block_search_from(&s), text), "192.0.2.2");
	CHECK_STR(find_from("192.0.2.0/24", true, 1, block_search_from(&s),
		      (const char *const[]){ "~192.0.2.2/32", "192.0.2.3/32", NULL }, &s),
	    "192.0.2.4/32");
	CHECK_STR(find_from("192.0.2.0/31", true, 2, none, (const char *const[]){ NULL }, &s),
	    "192.0.2.0/31");
	CHECK_INT(block_search_from(&s).family, IP_NONE);
}

TEST(pools_that_make_sense)
{
	CHECK(block_pool_refusal(prefix("203.0.113.0/24")) == NULL);
	CHECK(block_pool_refusal(prefix("2001:db8::/32")) == NULL);
	CHECK(block_pool_refusal(prefix("10.0.0.0/8")) == NULL);
	CHECK(block_pool_refusal(prefix("0.0.0.0/0")) != NULL);
	CHECK(block_pool_refusal(prefix("127.0.0.0/8")) != NULL);
	CHECK(block_pool_refusal(prefix("224.0.0.0/8")) != NULL);
	CHECK(block_pool_refusal(prefix("240.0.0.0/8")) != NULL);
	CHECK(block_pool_refusal(prefix("169.254.0.0/16")) != NULL);
	CHECK(block_pool_refusal(prefix("fe80::/64")) != NULL);
	CHECK(strstr(block_pool_refusal(prefix("224.0.0.0/4")), "multicast") != NULL);
	CHECK(strstr(block_pool_refusal(prefix("ff00::/8")), "multicast") != NULL);
	CHECK(strstr(block_pool_refusal(prefix("fe80::/10")), "link-local") != NULL);
	CHECK(block_pool_refusal(prefix("2000::/3")) != NULL);
	CHECK(block_pool_refusal(prefix("::ffff:1.2.3.0/120")) != NULL);
	CHECK(block_pool_refusal(prefix("::ffff:0:0/96")) != NULL);
	CHECK(block_pool_refusal(prefix("100::/64")) != NULL);
	CHECK(block_pool_refusal(prefix("100::1:0/112")) != NULL);
	CHECK(block_pool_refusal(prefix("100::/16")) != NULL);
	CHECK(block_pool_refusal(prefix("100:0:0:1::/64")) == NULL);
}

/* ---- a random life ---- */

#define ADDRESSES 256
#define QUARANTINE 20

struct life {
	struct block_pool pool;
	struct rng rng;
	bool used[ADDRESSES];    /* by somebody */
	int rests[ADDRESSES];    /* until that step */
	uint8_t size[ADDRESSES]; /* of the block that begins here; 0: none */
	struct ip from;
};

static unsigned
offset_of(const struct life *l, struct ip ip)
{
	return ip.bytes[ip_size(l->pool.prefix.addr.family) - 1];
}

static struct prefix
block_at(const struct life *l, unsigned at)
{
	enum ip_family family = l->pool.prefix.addr.family;

	return (struct prefix){ ip_add(l->pool.prefix.addr, at), block_len(family, l->size[at]) };
}

static bool
is_free(const struct life *l, unsigned at, unsigned size, int now)
{
	for (unsigned i = at; i < at + size; i++) {
		bool edge = i == 0 || (i == ADDRESSES - 1 && l->pool.prefix.addr.family == IP_V4);

		if (l->used[i] || l->rests[i] > now || (edge && !l->pool.use_edges))
			return false;
	}
	return true;
}

/* What a search that looks at every address finds. */
static int
look_everywhere(const struct life *l, unsigned size, int now)
{
	for (unsigned at = 0; at < ADDRESSES; at += size) {
		if (is_free(l, at, size, now))
			return (int)at;
	}
	return -1;
}

static void
order(struct life *l, int now)
{
	unsigned size = 1u << rng_below(&l->rng, 3);
	int want = look_everywhere(l, size, now);
	struct block_search s;
	struct prefix got;
	bool found;

	block_search_init(&s, l->pool, size, l->from);
	for (unsigned at = l->from.family == IP_NONE ? 0 : offset_of(l, l->from); at < ADDRESSES;
	     at++) {
		bool rests = l->size[at] > 0 && !l->used[at];

		if (l->size[at] == 0 || (rests && l->rests[at] <= now))
			continue;
		if (block_search_take(&s, block_at(l, at), rests))
			break;
	}
	found = block_search_end(&s, &got);
	CHECK_INT(found ? (int)offset_of(l, got.addr) : -1, want);
	if (!found)
		return;
	CHECK_INT(block_size(got), size);
	for (unsigned i = 0; i < size; i++) {
		CHECK(!l->used[want + (int)i]);
		l->used[want + (int)i] = true;
		l->size[want + (int)i] = 0;
	}
	l->size[want] = (uint8_t)size;
	if (block_search_from(&s).family != IP_NONE)
		l->from = block_search_from(&s);
}

static void
release(struct life *l, int now)
{
	unsigned at = (unsigned)rng_below(&l->rng, ADDRESSES);

	if (l->size[at] == 0 || !l->used[at])
		return;
	for (unsigned i = at; i < at + l->size[at]; i++) {
		l->used[i] = false;
		l->rests[i] = now + QUARANTINE;
	}
	if (l->from.family != IP_NONE && at < offset_of(l, l->from))
		l->from = block_at(l, at).addr;
}

static void
live(const char *pool, bool edges, uint64_t seed)
{
	_cleanup_(freep) struct life *l = xcalloc(1, sizeof(*l));

	l->pool = (struct block_pool){ prefix(pool), edges };
	l->rng.state = seed;
	for (int now = 0; now < 2000 && tap_failures == 0; now++) {
		if (rng_below(&l->rng, 100) < 60)
			order(l, now);
		else
			for (unsigned i = 0; i < 3; i++)
				release(l, now);
	}
	if (tap_failures > 0)
		printf("# pool %s, seed %" PRIu64 "\n", pool, seed);
}

TEST(no_two_overlap_and_none_is_lost)
{
	for (uint64_t seed = 1; seed <= 20 && tap_failures == 0; seed++) {
		live("192.0.2.0/24", true, seed);
		live("192.0.2.0/24", false, seed);
		live("2001:db8::ff00/120", false, seed);
	}
}
