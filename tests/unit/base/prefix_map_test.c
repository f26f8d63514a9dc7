#include "base/prefix_map.h"


#include "base/rng.h"
#include "tap.h"

enum { KEYS = 500 };

/* Neighbors in number, of both families and several lengths. */
static struct prefix
key(unsigned i)
{
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct ip ip = i % 2 ? ip_from_bytes(IP_V6, v6) : ip_from_v4(0xc6120000);
	struct prefix p = prefix_host(ip_add(ip, i / 2));

	p.len = (uint8_t)(p.len - i % 3);
	return prefix_mask(p);
}

/* Against a plain array, through every mix of adding, changing and removing. */
TEST(does_what_an_array_does)
{
	_cleanup_(prefix_map_done) struct prefix_map m = { 0 };
	struct rng rng = { 7 };
	uint32_t got, value[KEYS];
	bool there[KEYS] = { false };
	struct prefix keys[KEYS];
	size_t count = 0;
	unsigned distinct = 0;

	for (unsigned i = 0; distinct < KEYS; i++) {
		struct prefix p = key(i);
		bool known = false;

		for (unsigned j = 0; j < distinct; j++)
			known |= prefix_equal(keys[j], p);
		if (!known)
			keys[distinct++] = p;
	}
	for (unsigned turn = 0; turn < 20000; turn++) {
		unsigned i = (unsigned)rng_below(&rng, KEYS);

		/* grows for a while, then shrinks */
		if (rng_below(&rng, 10) < (turn % 8000 < 4000 ? 7 : 3)) {
			count += !there[i];
			there[i] = true;
			value[i] = turn;
			prefix_map_put(&m, keys[i], turn);
		} else {
			CHECK_INT(prefix_map_remove(&m, keys[i]), there[i]);
			count -= there[i];
			there[i] = false;
		}
		CHECK_INT(m.count, count);
		i = (unsigned)rng_below(&rng, KEYS);
		REQUIRE(prefix_map_get(&m, keys[i], &got) == there[i]);
		if (there[i])
			CHECK_INT(got, value[i]);
	}
}

TEST(empty_ones_have_nothing)
{
	_cleanup_(prefix_map_done) struct prefix_map m = { 0 };
	uint32_t got = 5;

	CHECK(!prefix_map_get(&m, key(0), &got));
	CHECK(!prefix_map_remove(&m, key(0)));
	CHECK_INT(got, 5);
}
