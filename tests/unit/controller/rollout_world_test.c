/*
 * Rollouts over sites that fail, fall silent and come back at random, from many seeds: whatever happens,
 * none is down because of us that had to stand, no more are down than may be, and where nothing happens
 * every site had its turn.
 *
 * A site is well or not by itself; it takes some looks to be drained and to come back.
 */
#include "base/rng.h"
#include "controller/rollout.h"

#include "base/attr.h"
#include "tap.h"

#define SITES 5
#define SEEDS 2000
#define LOOKS 1500

struct place {
	bool well, ordered, silent;
	int drain_left;  /* looks until it is drained, once ordered */
	int return_left; /* looks until it stands again */
	int silent_left;
	unsigned turns;
};

struct world {
	struct rng rng;
	unsigned unkind; /* of a thousand looks a site has trouble in */
	struct place places[SITES];
	struct rollout_site sites[SITES];
	struct rollout_step steps[SITES];
	struct rollout r;
};

static unsigned
below(struct world *w, unsigned n)
{
	return (unsigned)rng_below(&w->rng, n);
}

static void
init(struct world *w, uint64_t seed)
{
	static const char *const names[SITES] = { "a", "b", "c", "d", "e" };

	*w = (struct world){ .rng = { seed } };
	w->unkind = seed % 4 == 0 ? 0 : 1 + below(w, 20);
	for (size_t i = 0; i < SITES; i++) {
		w->places[i].well = true;
		w->sites[i] = (struct rollout_site){
			.name = names[i], .why = "", .has_hosts = true, .stood = true
		};
		w->steps[i].site = i;
	}
	w->r = (struct rollout){ .kind = seed % 2 ? ROLLOUT_DRAIN : ROLLOUT_CHANGE,
		.at_once = 1 + below(w, 3),
		.min_sites = below(w, SITES),
		.max_change_percent = below(w, 101),
		.settle = DURATION_S(below(w, 8)),
		.limit = DURATION_S(300),
		.looked = INSTANT_NEVER,
		.sites = w->sites,
		.site_count = SITES,
		.steps = w->steps,
		.step_count = SITES };
}

static bool
stands(const struct place *p)
{
	return p->well && !p->ordered && p->return_left == 0;
}

static void
pass_time(struct world *w)
{
	for (size_t i = 0; i < SITES; i++) {
		struct place *p = &w->places[i];

		p->drain_left -= p->drain_left > 0;
		p->return_left -= p->return_left > 0;
		p->silent_left -= p->silent_left > 0;
		if (below(w, 1000) < w->unkind)
			p->well = !p->well;
		if (below(w, 1000) < w->unkind)
			p->silent_left = (int)below(w, 60);
	}
}

static void
report(struct world *w)
{
	for (size_t i = 0; i < SITES; i++) {
		const struct place *p = &w->places[i];
		struct rollout_site *s = &w->sites[i];

		s->present = p->silent_left == 0;
		if (!s->present)
			continue; /* what is known of it is old */
		s->stands = stands(p);
		s->failing = !p->well;
		s->applied = true;
		s->drained = p->ordered && p->drain_left == 0;
	}
}

static void
act(struct world *w)
{
	for (size_t i = 0; i < SITES; i++) {
		struct place *p = &w->places[i];

		if (w->steps[i].action == STEP_BEGIN) {
			p->turns++;
			p->ordered = w->r.kind == ROLLOUT_DRAIN;
			p->drain_left = (int)below(w, 6);
		} else if (w->steps[i].action == STEP_END) {
			p->ordered = false;
			p->return_left = (int)below(w, 6);
		}
	}
}

/* As far as is known: what we hold down would not have to stand. */
static bool
is_safe(const struct world *w)
{
	size_t well = 0, standing = 0, ordered = 0, needed = MAX(w->r.min_sites, (size_t)1),
	       share = MAX(SITES * w->r.max_change_percent / 100, (size_t)1);

	for (size_t i = 0; i < SITES; i++) {
		const struct place *p = &w->places[i];
		bool known = p->silent_left == 0;

		/* silent for a moment: it is what it was when it was heard of */
		ordered += p->ordered;
		well += !known || p->well;
		standing += (!known || p->well) && !p->ordered;
	}
	return ordered == 0 ||
	       (ordered <= w->r.at_once && ordered <= share && standing >= MIN(needed, well));
}

static void
run(uint64_t seed)
{
	struct world w;
	struct instant now = { NS_PER_S };

	init(&w, seed);
	for (int i = 0; i < LOOKS && w.r.state != ROLLOUT_DONE; i++) {
		now = instant_add(now, DURATION_S(below(&w, 50) == 0 ? 3600 : 1));
		pass_time(&w);
		report(&w);
		rollout_look(&w.r, now);
		act(&w);
		if (!is_safe(&w)) {
			tap_fail(__FILE__, __LINE__, "seed %llu, look %d: too few sites stand: %s",
			    (unsigned long long)seed, i, w.r.why);
			return;
		}
		if (w.r.state == ROLLOUT_STOPPED && below(&w, 20) == 0) {
			for (size_t s = 0; s < SITES; s++)
				w.sites[s].stood = w.sites[s].present && w.sites[s].stands;
			(void)rollout_go_on(&w.r);
		}
	}
	if (w.unkind > 0)
		return;
	/* with all of them needed none can go */
	if (w.r.state != ROLLOUT_DONE && w.r.min_sites < SITES)
		tap_fail(__FILE__, __LINE__, "seed %llu: not done: %s", (unsigned long long)seed,
		    w.r.why);
	for (size_t i = 0; i < SITES; i++)
		CHECK_INT(w.places[i].turns, 1);
}

TEST(nothing_is_down_because_of_us_that_has_to_stand)
{
	for (uint64_t seed = 1; seed <= SEEDS && tap_failures == 0; seed++)
		run(seed);
}
