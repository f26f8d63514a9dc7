/*
 * Two of our sessions over a network in memory that loses, delays, doubles and reorders, changes of
 * intervals on the way included. Whatever it does: nobody stays Up for longer than a detection time
 * with somebody who is dead, both find together again, and nobody calls a neighbor dead that was in
 * time. Nor does anybody notice that a session is saved, and another one goes on in its place.
 */
#include "base/attr.h"
#include "base/err.h"
#include "base/rng.h"
#include "proto/bfd/bfd.h"
#include "tap.h"
#include "wire/state.h"

enum { NODES = 2, FLYING_MAX = 4096, SEEDS = 3000 };

struct flying {
	struct instant at; /* INSTANT_NEVER: the place is free */
	uint8_t bytes[BFD_PACKET_MAX];
	size_t len;
	int to;
};

struct node {
	struct bfd_session *s; /* NULL: dead */
	struct bfd_conf conf;
	int lost; /* in a row, of what it sent */
	int ups, downs, admin_downs;
	bool frozen; /* hears and says nothing; what comes waits */
};

struct world {
	struct node nodes[NODES];
	struct flying flying[FLYING_MAX];
	size_t flying_count; /* places used at most */
	struct rng rng;
	struct instant now;
	unsigned loss, doubles; /* percent */
	int losses_in_a_row;    /* at most; -1: without limit */
	struct duration delay_min, delay_max;
	bool cut;
	bool upgrades;   /* at every moment */
	uint64_t digest; /* of all packets, and when */
};

static void
fly(struct world *w, int to, const struct bfd_actions *a)
{
	struct duration d = w->delay_min;

	d.ns += (int64_t)rng_below(&w->rng, (uint64_t)(w->delay_max.ns - w->delay_min.ns) + 1);
	for (size_t i = 0; i < FLYING_MAX; i++) {
		struct flying *f = &w->flying[i];

		if (i < w->flying_count && !instant_is_never(f->at))
			continue;
		w->flying_count = MAX(w->flying_count, i + 1);
		f->at = instant_add(w->now, d);
		f->to = to;
		f->len = a->len;
		memcpy(f->bytes, a->packet, a->len);
		return;
	}
	tap_fail(__FILE__, __LINE__, "a storm");
}

static void
carry_out(struct world *w, int n, const struct bfd_actions *a)
{
	struct node *node = &w->nodes[n];

	for (size_t i = 0; i < a->len; i++)
		w->digest = (w->digest ^ a->packet[i]) * UINT64_C(0x100000001b3);
	w->digest += (uint64_t)w->now.ns + a->change;
	node->ups += a->change == BFD_CHANGE_UP;
	node->downs += a->change == BFD_CHANGE_DOWN;
	node->admin_downs += a->change == BFD_CHANGE_ADMIN_DOWN;
	if (a->len == 0 || w->cut)
		return;
	if (rng_below(&w->rng, 100) < w->loss &&
	    (w->losses_in_a_row < 0 || node->lost < w->losses_in_a_row)) {
		node->lost++;
		return;
	}
	node->lost = 0;
	fly(w, 1 - n, a);
	if (rng_below(&w->rng, 100) < w->doubles)
		fly(w, 1 - n, a);
}

static void
deliver(struct world *w, struct flying *f)
{
	struct node *node = &w->nodes[f->to];
	struct bfd_actions a;
	struct bfd_packet p;

	f->at = INSTANT_NEVER;
	if (node->s == NULL)
		return;
	CHECK_INT(bfd_packet_decode(f->bytes, f->len, &p), BFD_ACCEPTED);
	/* what was meant for its former life finds no session */
	struct bfd_info info;
	bfd_session_info(node->s, &info);
	if (p.your_discriminator != 0 && p.your_discriminator != info.local_discriminator)
		return;
	(void)bfd_session_receive(node->s, &p, w->now, &a);
	carry_out(w, f->to, &a);
}

/* Another session in its place, `gap` after it was saved. */
static void
upgrade(struct world *w, int n, struct duration gap)
{
	struct node *node = &w->nodes[n];
	struct state_writer saved = { 0 };
	struct bfd_session *next = NULL;
	struct err e = { 0 };

	bfd_session_save(node->s, &saved, (struct instant){ w->now.ns - gap.ns });
	if (bfd_session_restore(&node->conf, reader_init(saved.bytes, saved.len),
		(struct instant){ w->now.ns - gap.ns }, w->now, &next, &e) < 0) {
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	} else {
		bfd_session_free(node->s);
		node->s = next;
		if (gap.ns > 0)
			bfd_session_wake_up(next, w->now);
	}
	state_writer_done(&saved);
}

/* The next thing that happens, unless that is after `end`. */
static bool
step(struct world *w, struct instant end)
{
	struct instant first = INSTANT_NEVER;
	struct flying *f = NULL;
	int n = -1;

	for (size_t i = 0; i < w->flying_count; i++) {
		if (instant_cmp(w->flying[i].at, first) < 0 && !w->nodes[w->flying[i].to].frozen) {
			f = &w->flying[i];
			first = f->at;
		}
	}
	for (int i = 0; i < NODES; i++) {
		if (w->nodes[i].s && w->upgrades)
			upgrade(w, i, DURATION_S(0));

		bool lives = w->nodes[i].s && !w->nodes[i].frozen;
		struct instant t = lives ? bfd_session_deadline(w->nodes[i].s) : INSTANT_NEVER;

		if (instant_cmp(t, first) < 0) {
			first = t;
			n = i;
		}
	}
	if (instant_cmp(first, end) > 0)
		return false;
	if (instant_cmp(first, w->now) > 0)
		w->now = first;
	if (n >= 0) {
		struct bfd_actions a;

		bfd_session_tick(w->nodes[n].s, w->now, &a);
		carry_out(w, n, &a);
	} else {
		deliver(w, f);
	}
	return true;
}

static void
pass(struct world *w, struct duration d)
{
	struct instant end = instant_add(w->now, d);

	for (int steps = 0; step(w, end); steps++) {
		if (steps > 200000) {
			tap_fail(__FILE__, __LINE__, "a storm");
			break;
		}
	}
	w->now = end;
}

static struct bfd_info
look(const struct world *w, int n)
{
	struct bfd_info info = { 0 };

	if (w->nodes[n].s)
		bfd_session_info(w->nodes[n].s, &info);
	return info;
}

static bool
both_up(const struct world *w)
{
	return look(w, 0).state == BFD_UP && look(w, 1).state == BFD_UP;
}

static void
give_birth(struct world *w, int n)
{
	uint64_t random = rng_next(&w->rng);

	bfd_session_free(w->nodes[n].s);
	w->nodes[n].s = bfd_session_new(&w->nodes[n].conf, (uint32_t)random | 1, random, w->now);
}

static void
die(struct world *w, int n)
{
	bfd_session_free(w->nodes[n].s);
	w->nodes[n].s = NULL;
}

static struct duration
some_interval(struct world *w)
{
	static const int ms[] = { 10, 20, 50, 300, 1000 };

	return DURATION_MS(ms[rng_below(&w->rng, ARRAY_SIZE(ms))]);
}

static void
world_new(struct world *w, uint64_t seed)
{
	static const enum bfd_auth types[] = { BFD_AUTH_NONE, BFD_AUTH_SHA1,
		BFD_AUTH_METICULOUS_SHA1 };

	*w = (struct world){ .rng = { seed }, .now = { NS_PER_S }, .losses_in_a_row = -1 };
	w->delay_min = DURATION_US(100);
	w->delay_max = DURATION_MS(5);
	enum bfd_auth type = types[rng_below(&w->rng, ARRAY_SIZE(types))];
	for (int n = 0; n < NODES; n++) {
		struct bfd_conf *conf = &w->nodes[n].conf;

		conf->min_tx = some_interval(w);
		conf->min_rx = some_interval(w);
		conf->multiplier = (uint8_t)(3 + rng_below(&w->rng, 3));
		conf->key = (struct bfd_key){ .type = type, .id = 1, .secret = "s3cret" };
		give_birth(w, n);
	}
}

static void
world_done(struct world *w)
{
	for (int n = 0; n < NODES; n++)
		bfd_session_free(w->nodes[n].s);
}

/* Waits until both are Up; the network must let them. */
static bool
find_together(struct world *w, uint64_t seed, struct duration patience)
{
	struct instant end = instant_add(w->now, patience);

	while (!both_up(w) && instant_cmp(w->now, end) < 0)
		pass(w, DURATION_MS(10));
	if (!both_up(w))
		tap_fail(__FILE__, __LINE__, "seed %" PRIu64 ": %s and %s", seed,
		    bfd_state_name(look(w, 0).state), bfd_state_name(look(w, 1).state));
	return both_up(w);
}

/*
 * All that BFD must bear: up to multiplier - 2 losses in a row, and packets that are late by less
 * than what is left then. Intervals are changed meanwhile, at any moment, from both ends.
 */
TEST(no_false_down_within_the_budget)
{
	static struct world w;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		world_new(&w, seed);
		(void)find_together(&w, seed, DURATION_S(10));
		pass(&w, DURATION_MS(100)); /* reordered first packets can make them flinch once */
		(void)find_together(&w, seed, DURATION_S(10));
		w.nodes[0].downs = w.nodes[1].downs = 0;
		w.loss = 30;
		w.doubles = 20;
		w.losses_in_a_row = 1;
		for (int i = 0; i < 8; i++) {
			int n = (int)rng_below(&w.rng, NODES);
			struct bfd_actions a;

			bfd_session_set_timing(w.nodes[n].s, some_interval(&w), some_interval(&w),
			    (uint8_t)(3 + rng_below(&w.rng, 3)), w.now, &a);
			carry_out(&w, n, &a);
			pass(&w, DURATION_MS(rng_below(&w.rng, 1500)));
		}
		if (w.nodes[0].downs + w.nodes[1].downs > 0)
			tap_fail(
			    __FILE__, __LINE__, "seed %" PRIu64 ": down without a reason", seed);
		world_done(&w);
	}
}

TEST(the_dead_are_noticed_within_the_detection_time)
{
	static struct world w;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		world_new(&w, seed);
		w.loss = 10;
		w.losses_in_a_row = 1;
		(void)find_together(&w, seed, DURATION_S(10));
		pass(&w, DURATION_MS(rng_below(&w.rng, 3000)));
		if (rng_below(&w.rng, 2))
			w.cut = true;
		else
			die(&w, 1);
		pass(&w, w.delay_max); /* what flies arrives */
		pass(&w, look(&w, 0).detection);
		if (look(&w, 0).state == BFD_UP)
			tap_fail(__FILE__, __LINE__, "seed %" PRIu64 ": Up with the dead", seed);
		world_done(&w);
	}
}

TEST(they_always_find_together_again)
{
	static struct world w;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		world_new(&w, seed);
		for (int i = 0; i < 6; i++) {
			int n = (int)rng_below(&w.rng, NODES);
			struct bfd_actions a = { 0 };

			w.loss = (unsigned)rng_below(&w.rng, 90);
			w.doubles = (unsigned)rng_below(&w.rng, 50);
			w.delay_max = DURATION_MS(1 + rng_below(&w.rng, 2000));
			w.cut = rng_below(&w.rng, 4) == 0;
			if (rng_below(&w.rng, 3) == 0)
				give_birth(&w, n);
			else if (rng_below(&w.rng, 3) == 0)
				bfd_session_set_admin_down(
				    w.nodes[n].s, rng_below(&w.rng, 2), w.now, &a);
			carry_out(&w, n, &a);
			pass(&w, DURATION_MS(rng_below(&w.rng, 4000)));
		}
		w.loss = w.doubles = 0;
		w.cut = false;
		w.delay_max = DURATION_MS(5);
		for (int n = 0; n < NODES; n++) {
			struct bfd_actions a;

			bfd_session_set_admin_down(w.nodes[n].s, false, w.now, &a);
			carry_out(&w, n, &a);
		}
		/*
		 * Old packets die out within 2 s. One that came after a long silence may have taken
		 * the window of sequence numbers along, which lasts two detection times of up to 5
		 * s.
		 */
		pass(&w, DURATION_S(15));
		(void)find_together(&w, seed, DURATION_S(5));
		int downs = w.nodes[0].downs + w.nodes[1].downs;
		pass(&w, DURATION_S(5));
		if (!both_up(&w) || w.nodes[0].downs + w.nodes[1].downs != downs)
			tap_fail(__FILE__, __LINE__, "seed %" PRIu64 ": not for good", seed);
		world_done(&w);
	}
}

/* Intervals that change over a bad network. */
static uint64_t
play(struct world *w, uint64_t seed, bool upgrades)
{
	world_new(w, seed);
	w->upgrades = upgrades;
	w->loss = (unsigned)rng_below(&w->rng, 50);
	w->doubles = 20;
	for (int i = 0; i < 6; i++) {
		int n = (int)rng_below(&w->rng, NODES);
		struct bfd_actions a;

		bfd_session_set_timing(w->nodes[n].s, some_interval(w), some_interval(w),
		    (uint8_t)(3 + rng_below(&w->rng, 3)), w->now, &a);
		carry_out(w, n, &a);
		if (rng_below(&w->rng, 6) == 0)
			bfd_session_set_admin_down(
			    w->nodes[n].s, rng_below(&w->rng, 2), w->now, &a);
		pass(w, DURATION_MS(rng_below(&w->rng, 1000)));
	}
	world_done(w);
	return w->digest;
}

TEST(nobody_notices_an_upgrade)
{
	static struct world w;

	for (uint64_t seed = 0; seed < SEEDS / 30; seed++) {
		uint64_t plain = play(&w, seed, false);

		if (play(&w, seed, true) != plain)
			tap_fail(__FILE__, __LINE__, "seed %" PRIu64 ": the upgrades show", seed);
	}
}

static void
set_min_tx(struct world *w, int n, struct duration min_tx)
{
	const struct bfd_conf *conf = &w->nodes[n].conf;
	struct bfd_actions a;

	bfd_session_set_timing(w->nodes[n].s, min_tx, conf->min_rx, conf->multiplier, w->now, &a);
	carry_out(w, n, &a);
}

/* As an upgrade does it: slow first, then silence, then back to what is configured. */
TEST(a_slow_upgrade_is_survived)
{
	static struct world w;

	for (uint64_t seed = 0; seed < SEEDS / 3; seed++) {
		world_new(&w, seed);
		(void)find_together(&w, seed, DURATION_S(10));
		pass(&w, DURATION_MS(100));
		(void)find_together(&w, seed, DURATION_S(10));
		w.nodes[0].downs = w.nodes[1].downs = 0;
		w.loss = 30;
		w.losses_in_a_row = 1;
		set_min_tx(&w, 0, DURATION_S(1));
		for (int ms = 0; bfd_session_is_changing(w.nodes[0].s) && ms < 20000; ms += 10)
			pass(&w, DURATION_MS(10));
		CHECK(!bfd_session_is_changing(w.nodes[0].s));

		struct duration gap = DURATION_MS(1 + rng_below(&w.rng, 900));
		w.nodes[0].frozen = true;
		pass(&w, gap);
		w.nodes[0].frozen = false;
		upgrade(&w, 0, gap);
		set_min_tx(&w, 0, w.nodes[0].conf.min_tx);
		pass(&w, DURATION_S(3));
		if (!both_up(&w) || w.nodes[0].downs + w.nodes[1].downs > 0)
			tap_fail(__FILE__, __LINE__, "seed %" PRIu64 ": the upgrade shows", seed);
		world_done(&w);
	}
}
