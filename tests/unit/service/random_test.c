/*
 * Every event in every phase under every policy, in random order: what must hold always. A failure
 * names its seed.
 */
#include "play.h"

#include "base/rng.h"
#include "tap.h"

#define SEEDS 400
#define STEPS 500

struct walk {
	uint64_t seed;
	struct rng rng;
	struct stage_set set;
	struct service *engine;
	struct instant now;
	bool announced, on_lo, added, asked;
	bool held; /* and at this stage */
	enum stage pinned;
};

static uint64_t
below(struct walk *w, uint64_t n)
{
	return rng_below(&w->rng, n);
}

static struct duration
some_time(struct walk *w)
{
	return below(w, 2) ? DURATION_S(0) : DURATION_MS(below(w, 400));
}

static void
set_policy(struct walk *w)
{
	struct service_conf *c = &w->set.conf;

	c->check_count = 2;
	c->checks_needed = 1 + below(w, 2);
	w->set.checks[1].scope = below(w, 2) ? CHECK_SERVICE : CHECK_DEPENDENCY;
	c->listen_grace = some_time(w);
	c->guard.min_sites = (uint32_t)below(w, 2);
	c->damping.hold_down = some_time(w);
	c->ladder = (struct service_ladder){
		.when_failing = below(w, 3) ? STAGE_WITHDRAWN : STAGE_BACKUP,
		.when_draining = below(w, 3) ? STAGE_WITHDRAWN : STAGE_BACKUP,
		.when_refused = below(w, 2) ? STAGE_BACKUP : STAGE_PREFERRED,
		.backup_time = some_time(w),
		.stage_time = some_time(w),
		.drain_time = some_time(w),
		.exit_time = some_time(w),
	};
}

#define HOLDS(w, expr)                                                                             \
	do {                                                                                       \
		if (!(expr))                                                                       \
			tap_fail(__FILE__, __LINE__, "seed %llu at %lld ms: %s",                   \
			    (unsigned long long)(w)->seed, (long long)((w)->now.ns / NS_PER_MS),   \
			    #expr);                                                                \
	} while (0)

static void
look_at_action(struct walk *w, const struct service_action *a, size_t index)
{
	const struct service *s = w->engine;

	switch (a->type) {
	case SERVICE_ADD_ADDRESS:
		w->added = true;
		break;
	case SERVICE_ANNOUNCE:
		HOLDS(w, w->added && w->on_lo);
		w->announced = true;
		break;
	case SERVICE_WITHDRAW:
		HOLDS(w, w->announced);
		HOLDS(w, index == 0); /* before anything else */
		/* nobody ever granted it */
		HOLDS(w, a->grounds != SERVICE_SOFT || s->conf.guard.min_sites == 0);
		w->announced = false;
		break;
	case SERVICE_REMOVE_ADDRESS:
		HOLDS(w, !w->announced && s->phase == SERVICE_STOPPED);
		break;
	case SERVICE_ASK_GUARD:
		HOLDS(w, s->conf.guard.min_sites > 0 && w->announced && !w->asked);
		w->asked = true;
		break;
	case SERVICE_FORGET_GUARD:
		HOLDS(w, w->asked);
		w->asked = false;
		break;
	case SERVICE_RUN_CHECK:
	case SERVICE_NOTE:
	case SERVICE_DAMPED:
	case SERVICE_REFUSED:
	case SERVICE_DRAINS:
	case SERVICE_DRAINED:
	case SERVICE_UNDRAINED:
	case SERVICE_HELD:
	case SERVICE_RELEASED:
	case SERVICE_DONE:
		break;
	}
}

static void
look_at_service(struct walk *w)
{
	const struct service *s = w->engine;
	const struct service_listener *l = &s->listeners[0];
	enum stage stage = service_stage(s);

	HOLDS(w, w->announced == (stage != STAGE_WITHDRAWN));
	HOLDS(w, !w->announced || w->on_lo);
	HOLDS(w,
	    !w->announced || l->presence == PRESENCE_PRESENT || !instant_is_never(l->spared_until));
	if (s->phase != SERVICE_RUNNING)
		return;
	/* pinned, but for what is dead */
	if (s->hold.held)
		HOLDS(w, stage == w->pinned || stage == STAGE_WITHDRAWN);
	if (s->drain.phase != DRAIN_NONE && !s->hold.held)
		HOLDS(w, stage < STAGE_PREFERRED);
}

static void
give(struct walk *w, const struct service_event *ev)
{
	struct service_actions actions = { 0 };
	enum stage before = service_stage(w->engine);
	bool was_held = w->engine->hold.held;

	if (ev->type == SERVICE_EVENT_ADDRESS)
		w->on_lo = ev->present;
	if (ev->type == SERVICE_EVENT_GUARD)
		w->asked = false;
	service_input(w->engine, ev, w->now, &actions);
	if (!was_held && w->engine->hold.held)
		w->pinned = before;
	for (size_t i = 0; i < actions.count; i++)
		look_at_action(w, &actions.items[i], i);
	look_at_service(w);
	service_actions_done(&actions);
}

/* What was due by then; a deadline that stays due would keep a loop from ever sleeping. */
static void
pass_time(struct walk *w, struct instant until)
{
	const struct service_event time = { .type = SERVICE_EVENT_TIME };

	while (instant_reached(service_deadline(w->engine), until)) {
		w->now = service_deadline(w->engine);
		give(w, &time);
		HOLDS(w, !instant_reached(service_deadline(w->engine), w->now));
		if (instant_reached(service_deadline(w->engine), w->now))
			return;
	}
	w->now = until;
}

static struct service_event
some_event(struct walk *w)
{
	static const char *const words[] = { "here", "here", "gone", "pass", "pass", "pass", "soft",
		"soft", "refused", "old" };
	static const char *const names[] = { "address", "listener", "listener", "check", "check",
		"check", "check", "flushed", "drain", "filedrain", "undrain", "fileundrain",
		"count", "hold", "release", "guard", "wait" };
	const char *name = names[below(w, ARRAY_SIZE(names))];
	const char *word = words[below(w, ARRAY_SIZE(words))];
	struct service_event ev = read_event(name, 0, word, 0, w->now);

	if (ev.type == SERVICE_EVENT_CHECK)
		ev.index = below(w, 2);
	if (ev.type == SERVICE_EVENT_DRAIN) {
		ev.order.at_most = DURATION_MS(below(w, 1000));
		ev.order.until_connections = (uint32_t)below(w, 3);
	}
	if (ev.type == SERVICE_EVENT_CONNECTIONS)
		ev.index = below(w, 5);
	/* refused, for a time or for good */
	if (ev.type == SERVICE_EVENT_GUARD && below(w, 2))
		ev.answer.until = instant_add(w->now, DURATION_MS(below(w, 300)));
	ev.answer.granted = false;
	return ev;
}

TEST(whatever_happens)
{
	const struct service_event start = { .type = SERVICE_EVENT_START };
	const struct service_event stop = { .type = SERVICE_EVENT_STOP };

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct walk w = { .seed = seed, .rng = { seed }, .set = simple() };

		w.set.conf.addresses = w.set.ips;
		w.set.conf.listens = w.set.listens;
		w.set.conf.checks = w.set.checks;
		set_policy(&w);
		w.engine = service_new(&w.set.conf, w.now);
		give(&w, &start);
		for (int step = 0; step < STEPS; step++) {
			struct service_event ev;

			pass_time(&w, instant_add(w.now, DURATION_MS(below(&w, 40))));
			ev = some_event(&w);
			give(&w, &ev);
		}
		give(&w, &stop);
		pass_time(&w, instant_add(w.now, DURATION_S(10)));
		HOLDS(&w, w.engine->phase == SERVICE_STOPPED && !w.announced);
		service_free(w.engine);
	}
}
