/*
 * Two services under the same random events: one lives on, the other one is saved and loaded into a
 * new one at every moment. Nobody may see which is which.
 */
#include "service/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/rng.h"
#include "tap.h"

enum { ADDRESSES = 2, SEEDS = 200, EVENTS = 60 };

static const char *const listens[] = { "tcp/80", "udp/53" };
static const struct service_check_conf checks[] = {
	{ "front", { 2, 3, { NS_PER_S }, { NS_PER_S / 5 } }, true, CHECK_SERVICE },
	{ "back", { 1, 1, { NS_PER_S }, { NS_PER_S } }, false, CHECK_SERVICE },
	{ "database", { 1, 1, { NS_PER_S }, { NS_PER_S } }, false, CHECK_DEPENDENCY },
};
static struct ip addresses[ADDRESSES];

/* All policies there are, more of them with each kind. */
static struct service_conf
conf(uint64_t kind)
{
	for (uint32_t i = 0; i < ADDRESSES; i++)
		addresses[i] = ip_from_v4(0xcb007100 + i);
	return (struct service_conf){ .name = "web",
		.addresses = addresses,
		.address_count = ADDRESSES,
		.listens = listens,
		.listen_count = ARRAY_SIZE(listens),
		.checks = checks,
		.check_count = ARRAY_SIZE(checks),
		.checks_needed = SIZE_MAX,
		.ladder = { .when_failing = kind % 2 ? STAGE_BACKUP : STAGE_WITHDRAWN,
		    .backup_time = DURATION_MS(kind % 3 * 500),
		    .stage_time = DURATION_MS(kind % 4 * 200),
		    .when_draining = STAGE_WITHDRAWN,
		    .drain_time = DURATION_MS(300),
		    .when_refused = STAGE_BACKUP,
		    .exit_time = DURATION_MS(kind % 2 * 100) },
		.damping = { DURATION_MS(kind % 3 * 400), DURATION_S(5), DURATION_S(10) },
		.guard = { kind % 2, GUARD_HOLD },
		.listen_grace = DURATION_MS(kind % 3 * 100),
		.settle_time = DURATION_MS(50) };
}

static struct service *
after_upgrade(struct service *s, struct instant now)
{
	struct service *next = service_new(&s->conf, now);
	struct state_writer w = { 0 }, again = { 0 };

	service_save(s, &w, now);
	CHECK(service_load(next, reader_init(w.bytes, w.len), now));
	service_save(next, &again, now);
	CHECK_MEM(again.bytes, again.len, w.bytes, w.len);
	state_writer_done(&w);
	state_writer_done(&again);
	service_free(s);
	return next;
}

static struct service_event
some_event(struct rng *r, const struct service *s, struct instant now)
{
	struct service_event ev = {
		.type = (enum service_event_type)rng_below(r, SERVICE_EVENT_STOP),
		.present = rng_below(r, 4) > 0,
		.why = "why",
		.order = { .source = (enum drain_source)rng_below(r, DRAIN_SOURCE_MAX),
		    .at_most = DURATION_MS(rng_below(r, 2000)) },
	};

	if (ev.type == SERVICE_EVENT_ADDRESS || ev.type == SERVICE_EVENT_FLUSHED) {
		ev.index = rng_below(r, ADDRESSES);
	} else if (ev.type == SERVICE_EVENT_CONNECTIONS) {
		ev.index = rng_below(r, 3);
	} else if (ev.type == SERVICE_EVENT_HOLD) {
		ev.index = SERVICE_ALL;
	} else if (ev.type == SERVICE_EVENT_GUARD) {
		ev.type = SERVICE_EVENT_TIME;
	} else if (ev.type == SERVICE_EVENT_LISTENER) {
		ev.index = rng_below(r, s->listener_count);
	} else if (ev.type == SERVICE_EVENT_CHECK) {
		ev.index = rng_below(r, s->run_count);
		ev.result = (struct check_result){ .evidence = rng_below(r, 2)
								   ? EVIDENCE_PASS
								   : (enum evidence)rng_below(r,
									 EVIDENCE_DEFINITIVE + 1),
			.started = { now.ns - (int64_t)rng_below(r, NS_PER_S) },
			.took = DURATION_MS(3),
			.why = "status 200" };
	}
	return ev;
}

static void
check_same(uint64_t seed, const struct service_actions *a, const struct service_actions *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; i < a->count && same; i++) {
		const struct service_action *x = &a->items[i], *y = &b->items[i];

		same = x->type == y->type && x->index == y->index && x->grounds == y->grounds &&
		       strcmp(x->why, y->why) == 0;
	}
	if (!same)
		tap_fail(__FILE__, __LINE__, "seed %" PRIu64 ": the upgrades show", seed);
}

struct pair {
	struct service *plain, *upgraded;
	struct service_actions plain_actions, upgraded_actions;
	uint64_t seed;
};

static void
give(struct pair *p, const struct service_event *ev, struct instant now)
{
	size_t asks[ADDRESSES], count = 0;

	p->upgraded = after_upgrade(p->upgraded, now);
	service_input(p->plain, ev, now, &p->plain_actions);
	service_input(p->upgraded, ev, now, &p->upgraded_actions);
	check_same(p->seed, &p->plain_actions, &p->upgraded_actions);
	CHECK_INT(service_deadline(p->plain).ns, service_deadline(p->upgraded).ns);
	for (size_t i = 0; i < p->plain_actions.count; i++) {
		if (p->plain_actions.items[i].type == SERVICE_ASK_GUARD && count < ADDRESSES)
			asks[count++] = p->plain_actions.items[i].index;
	}
	/* it is answered at once, before anything else can happen */
	for (size_t i = 0; i < count; i++) {
		struct service_event answer = { .type = SERVICE_EVENT_GUARD,
			.index = asks[i],
			.answer = { .granted = p->seed % 4 > 1,
			    .until = instant_add(now, DURATION_S(2)),
			    .why = "alone" } };

		service_input(p->plain, &answer, now, &p->plain_actions);
		service_input(p->upgraded, &answer, now, &p->upgraded_actions);
		check_same(p->seed, &p->plain_actions, &p->upgraded_actions);
	}
}

TEST(nobody_notices_an_upgrade)
{
	struct pair p = { 0 };

	for (p.seed = 0; p.seed < SEEDS; p.seed++) {
		struct rng r = { p.seed };
		struct instant now = { 1000 * NS_PER_S };
		struct service_conf c = conf(p.seed);
		struct service_event ev = { .type = SERVICE_EVENT_START };

		p.plain = service_new(&c, now);
		p.upgraded = service_new(&c, now);
		give(&p, &ev, now);
		for (int i = 0; i < EVENTS; i++) {
			ev = some_event(&r, p.plain, now);
			if (i == EVENTS - 10 && p.seed % 2)
				ev.type = SERVICE_EVENT_STOP;
			give(&p, &ev, now);
			now = instant_add(now, DURATION_MS(rng_below(&r, 400)));
		}
		service_free(p.plain);
		service_free(p.upgraded);
	}
	service_actions_done(&p.plain_actions);
	service_actions_done(&p.upgraded_actions);
}

/* Another configuration: what it still has goes on, what is new in it starts. */
TEST(what_is_still_configured_is_taken_over)
{
	static const struct service_check_conf other_checks[] = {
		{ "new", { 1, 1, { NS_PER_S }, { NS_PER_S } }, false, CHECK_SERVICE },
		{ "back", { 1, 1, { NS_PER_S }, { NS_PER_S } }, false, CHECK_SERVICE },
	};
	struct ip other_addresses[] = { ip_from_v4(0xcb007109), ip_from_v4(0xcb007100) };
	struct service_conf c = conf(0), other = c;
	struct instant now = { 1000 * NS_PER_S }, later = { 2000 * NS_PER_S };
	struct service *s = service_new(&c, now), *next;
	struct service_actions actions = { 0 };
	struct state_writer w = { 0 };
	struct service_event ev = { .type = SERVICE_EVENT_START };

	other.addresses = other_addresses;
	other.checks = other_checks;
	other.check_count = ARRAY_SIZE(other_checks);
	service_input(s, &ev, now, &actions);
	for (size_t i = 0; i < ADDRESSES; i++) {
		ev = (struct service_event){
			.type = SERVICE_EVENT_ADDRESS, .index = i, .present = true
		};
		service_input(s, &ev, now, &actions);
	}
	ev = (struct service_event){ .type = SERVICE_EVENT_CHECK,
		.index = 2,
		.result = { .evidence = EVIDENCE_PASS, .started = now, .why = "fine" } };
	service_input(s, &ev, now, &actions);
	service_save(s, &w, now);
	next = service_new(&other, later);
	REQUIRE(service_load(next, reader_init(w.bytes, w.len), later));
	CHECK_INT(next->phase, SERVICE_RUNNING);
	CHECK_INT(next->addresses[0].presence, PRESENCE_UNKNOWN);
	CHECK_INT(next->addresses[1].presence, PRESENCE_PRESENT);
	CHECK_INT(next->runs[0].state.verdict, VERDICT_UNKNOWN);
	CHECK_INT(next->runs[1].state.verdict, VERDICT_PASSING);
	/* as long ago as it was, and the new address is due */
	CHECK_INT(next->runs[1].state.since.ns, later.ns);
	ev = (struct service_event){ .type = SERVICE_EVENT_TIME };
	service_input(next, &ev, later, &actions);
	REQUIRE(actions.count == 1);
	CHECK_INT(actions.items[0].type, SERVICE_ADD_ADDRESS);
	CHECK_INT(actions.items[0].index, 0);
	state_writer_done(&w);
	service_actions_done(&actions);
	service_free(s);
	service_free(next);
}

TEST(the_journal_goes_on)
{
	static struct journal j, next;
	char what[32];

	for (int i = 0; i < JOURNAL_MAX + 30; i++) {
		struct state_writer w = { 0 };

		(void)snprintf(what, sizeof(what), "event %d", i);
		(void)journal_add(
		    &j, &(struct event){ .kind = (enum event_kind)(i % EVENT_KIND_MAX),
			    .at = { 1000 + i },
			    .at_wall_ns = i * 10,
			    .service = "web",
			    .what = what,
			    .why = "why" });
		journal_save(&j, &w, (struct instant){ 2000 });
		next = (struct journal){ 0 };
		CHECK(journal_load(&next, reader_init(w.bytes, w.len), (struct instant){ 2000 }));
		CHECK_INT(next.total, j.total);
		CHECK_INT(journal_count(&next), journal_count(&j));
		CHECK_STR(journal_get(&next, 0)->what, journal_get(&j, 0)->what);
		CHECK_STR(journal_get(&next, journal_count(&next) - 1)->what, what);
		CHECK_INT(journal_get(&next, 0)->at.ns, journal_get(&j, 0)->at.ns);
		CHECK_INT(journal_get(&next, 0)->at_wall_ns, journal_get(&j, 0)->at_wall_ns);
		CHECK_INT(journal_get(&next, 0)->seq, journal_get(&j, 0)->seq);
		CHECK_INT(journal_get(&next, 0)->kind, journal_get(&j, 0)->kind);
		CHECK_STR(journal_get(&next, 0)->service, "web");
		CHECK_INT(next.last_seq, i + 1);
		state_writer_done(&w);
	}
}
