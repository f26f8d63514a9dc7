/*
 * A fleet of sites under virtual time, each with the engine of one service, and one guard for all:
 * the incidents that took whole anycast services down, played again.
 *
 * Clients share themselves among the sites that are most attractive. A site answers its check while
 * it is not overloaded, and while what it depends on is there. Checks have their own rhythm at each
 * site, and the guard's answers take a moment: both come from a seed. What happens is told, and
 * compared for one seed; for many seeds, the number of sites that stay announced is looked at after
 * every step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "base/strbuf.h"
#include "service/service.h"
#include "tap.h"

#define SITES 4
#define STEP DURATION_MS(10)
#define LEASE DURATION_S(20)
#define SEEDS_DEFAULT 50

static const char *const names[SITES] = { "ams", "fra", "sin", "nyc" };

struct site {
	struct service *engine;
	struct instant next_check;
	struct instant lease_until; /* of the guard: not announced until then; never: none */
	bool answer_comes, granted;
	struct instant answer_at;
	bool dead; /* nothing listens */
	enum stage told;
	bool refusal_told; /* at this stage */
};

struct fleet {
	struct site sites[SITES];
	struct rng rng;
	struct instant now;
	uint32_t min_sites;
	size_t clients, capacity; /* of all, and of one site */
	bool dependency_down;
	struct strbuf story;
	size_t fewest; /* sites announced, ever */
};

static size_t
count_at_least(const struct fleet *f, enum stage stage)
{
	size_t n = 0;

	for (size_t i = 0; i < SITES; i++)
		n += service_stage(f->sites[i].engine) >= stage;
	return n;
}

/* The clients at a site: all go where it is most attractive. */
static size_t
load_of(const struct fleet *f, const struct site *s)
{
	enum stage best = count_at_least(f, STAGE_PREFERRED) > 0 ? STAGE_PREFERRED : STAGE_BACKUP;
	size_t sharing = count_at_least(f, best);

	return sharing > 0 && service_stage(s->engine) == best ? f->clients / sharing : 0;
}

/* ---- the guard: a lease for each site that may be gone ---- */

static size_t
count_staying(const struct fleet *f, const struct site *but)
{
	size_t n = 0;

	for (size_t i = 0; i < SITES; i++) {
		const struct site *s = &f->sites[i];
		bool leased =
		    instant_cmp(s->lease_until, f->now) > 0 && !instant_is_never(s->lease_until);

		n += s != but && !leased && service_stage(s->engine) != STAGE_WITHDRAWN;
	}
	return n;
}

static void
ask_guard(struct fleet *f, struct site *s)
{
	s->granted = count_staying(f, s) >= f->min_sites;
	s->lease_until = s->granted ? instant_add(f->now, LEASE) : INSTANT_NEVER;
	s->answer_comes = true;
	s->answer_at = instant_add(f->now, DURATION_MS(rng_next(&f->rng) % 100));
}

/* ---- a site ---- */

static void
tell(struct fleet *f, size_t i, const char *what, const char *why)
{
	strbuf_addf(&f->story, "%5.1fs %s %s%s%s\n", (double)f->now.ns / NS_PER_S, names[i], what,
	    why[0] ? ": " : "", why);
}

static void
input(struct fleet *f, size_t i, const struct service_event *ev)
{
	struct site *s = &f->sites[i];
	struct service_actions actions = { 0 };
	enum stage stage;

	service_input(s->engine, ev, f->now, &actions);
	for (size_t a = 0; a < actions.count; a++) {
		const struct service_action *action = &actions.items[a];

		if (action->type == SERVICE_ASK_GUARD)
			ask_guard(f, s);
		if (action->type == SERVICE_REFUSED && !s->refusal_told) {
			tell(f, i, "is refused", action->why);
			s->refusal_told = true;
		}
	}
	service_actions_done(&actions);
	stage = service_stage(s->engine);
	if (stage != s->told) {
		tell(f, i, stage_name(stage), service_telling_address(s->engine)->why);
		s->refusal_told = s->refusal_told && stage == STAGE_BACKUP;
	}
	s->told = stage;
}

/* Both checks ask the same: the site itself and, behind it, what all of them depend on. */
static void
run_checks(struct fleet *f, size_t i)
{
	struct site *s = &f->sites[i];
	bool overloaded = load_of(f, s) > f->capacity;

	for (size_t r = 0; r < 2; r++) {
		bool passes = !(r == 0 ? overloaded : f->dependency_down);
		struct service_event ev = { .type = SERVICE_EVENT_CHECK, .index = r };

		ev.result =
		    (struct check_result){ .evidence = passes ? EVIDENCE_PASS : EVIDENCE_SOFT,
			    .started = f->now,
			    .why = passes ? "it answers" : "no answer in time" };
		input(f, i, &ev);
	}
	s->next_check = instant_add(f->now, check_interval(&s->engine->runs[0].state));
}

static void
step_site(struct fleet *f, size_t i)
{
	struct site *s = &f->sites[i];
	struct service_event time = { .type = SERVICE_EVENT_TIME };
	struct service_event answer = { .type = SERVICE_EVENT_GUARD };

	if (instant_reached(service_deadline(s->engine), f->now))
		input(f, i, &time);
	if (s->answer_comes && instant_reached(s->answer_at, f->now)) {
		s->answer_comes = false;
		answer.answer.granted = s->granted;
		answer.answer.until = instant_add(f->now, s->granted ? LEASE : DURATION_S(5));
		(void)snprintf(answer.answer.why, WHY_MAX, "%u site%s to stay", f->min_sites,
		    f->min_sites == 1 ? " has" : "s have");
		input(f, i, &answer);
	}
	if (instant_reached(s->next_check, f->now))
		run_checks(f, i);
}

static void
listen_at(struct fleet *f, size_t i, bool listens)
{
	struct service_event ev = { .type = SERVICE_EVENT_LISTENER, .present = listens };

	input(f, i, &ev);
}

static void
play_until(struct fleet *f, int64_t ms)
{
	for (; f->now.ns < ms * NS_PER_MS; f->now = instant_add(f->now, STEP)) {
		for (size_t i = 0; i < SITES; i++)
			step_site(f, i);
		if (f->now.ns > 5 * NS_PER_S)
			f->fewest = MIN(f->fewest, count_at_least(f, STAGE_BACKUP));
	}
}

/* ---- the fleet ---- */

static struct fleet *
fleet_new(uint64_t seed, uint32_t min_sites, enum check_scope scope)
{
	static const struct check_policy policy = {
		.rise = 2, .fall = 3, .interval = DURATION_S(1), .fast_interval = DURATION_MS(200)
	};
	static const char *const listens[] = { "tcp/443" };
	static struct ip address;
	static struct service_check_conf checks[2];
	struct service_conf conf = { .name = "dns",
		.addresses = &address,
		.address_count = 1,
		.listens = listens,
		.listen_count = 1,
		.checks = checks,
		.check_count = 2,
		.checks_needed = SIZE_MAX,
		.ladder = { .when_refused = STAGE_BACKUP },
		.guard = { .min_sites = min_sites },
		.damping = { .half_life = DURATION_S(600) } };
	struct fleet *f = xcalloc(1, sizeof(*f));

	(void)ip_parse("203.0.113.10", &address);
	checks[0] = (struct service_check_conf){ "front", policy, true, CHECK_SERVICE };
	checks[1] = (struct service_check_conf){ "database", policy, true, scope };
	f->rng = (struct rng){ seed };
	f->min_sites = min_sites;
	f->fewest = SITES;
	f->clients = 400;
	f->capacity = 1000;
	for (size_t i = 0; i < SITES; i++)
		f->sites[i] = (struct site){ .engine = service_new(&conf, f->now),
			.lease_until = INSTANT_NEVER,
			.next_check = { (int64_t)(rng_next(&f->rng) % 1000) * NS_PER_MS } };
	for (size_t i = 0; i < SITES; i++) {
		struct service_event start = { .type = SERVICE_EVENT_START };
		struct service_event here = { .type = SERVICE_EVENT_ADDRESS, .present = true };

		input(f, i, &start);
		input(f, i, &here);
		listen_at(f, i, true);
	}
	play_until(f, 5000);
	strbuf_done(&f->story);
	f->story = (struct strbuf){ 0 };
	return f;
}

static void
fleet_free(struct fleet *f)
{
	for (size_t i = 0; i < SITES; i++)
		service_free(f->sites[i].engine);
	strbuf_done(&f->story);
	free(f);
}

/* An incident: plays from 5 s on. */
typedef void (*incident_fn)(struct fleet *f);

static void
check_story(uint32_t min_sites, enum check_scope scope, incident_fn incident, const char *want)
{
	struct fleet *f = fleet_new(1, min_sites, scope);

	incident(f);
	strbuf_addf(&f->story, "fewest announced: %zu\n", f->fewest);
	CHECK_STR(strbuf_get(&f->story), want);
	fleet_free(f);
}

static void
check_seeds(uint32_t min_sites, enum check_scope scope, incident_fn incident, size_t fewest)
{
	const char *given = getenv("NEARCAST_SEEDS");
	uint64_t seeds = given ? strtoull(given, NULL, 10) : SEEDS_DEFAULT;

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct fleet *f = fleet_new(seed, min_sites, scope);

		incident(f);
		if (f->fewest != fewest || count_at_least(f, STAGE_PREFERRED) != SITES)
			tap_fail(__FILE__, __LINE__,
			    "seed %llu: fewest announced %zu, want %zu; preferred at the end "
			    "%zu\n%s",
			    (unsigned long long)seed, f->fewest, fewest,
			    count_at_least(f, STAGE_PREFERRED), strbuf_get(&f->story));
		fleet_free(f);
	}
}

/* ---- what all sites depend on fails at once (2021-10-04) ---- */

static void
shared_dependency_fails(struct fleet *f)
{
	f->dependency_down = true;
	play_until(f, 60000);
	f->dependency_down = false;
	play_until(f, 90000);
}

TEST(a_dependency_without_a_guard)
{
	check_story(0, CHECK_SERVICE, shared_dependency_fails,
	    "  7.4s nyc withdrawn: check database fails: 3 times in a row: no answer in time\n"
	    "  7.7s ams withdrawn: check database fails: 3 times in a row: no answer in time\n"
	    "  7.7s fra withdrawn: check database fails: 3 times in a row: no answer in time\n"
	    "  7.8s sin withdrawn: check database fails: 3 times in a row: no answer in time\n"
	    " 61.4s nyc preferred: present, listening, checks passing\n"
	    " 61.7s ams preferred: present, listening, checks passing\n"
	    " 61.7s fra preferred: present, listening, checks passing\n"
	    " 61.8s sin preferred: present, listening, checks passing\n"
	    "fewest announced: 0\n");
	check_seeds(0, CHECK_SERVICE, shared_dependency_fails, 0);
}

TEST(a_dependency_with_a_guard)
{
	check_story(2, CHECK_SERVICE, shared_dependency_fails,
	    "  7.5s nyc withdrawn: check database fails: 3 times in a row: no answer in time\n"
	    "  7.7s ams withdrawn: check database fails: 3 times in a row: no answer in time\n"
	    "  7.8s fra is refused: 2 sites have to stay\n"
	    "  7.8s fra backup: check database fails: 3 times in a row: no answer in time; "
	    "kept by the guard: 2 sites have to stay\n"
	    "  7.8s sin is refused: 2 sites have to stay\n"
	    "  7.8s sin backup: check database fails: 3 times in a row: no answer in time; "
	    "kept by the guard: 2 sites have to stay\n"
	    " 61.4s nyc preferred: present, listening, checks passing\n"
	    " 61.7s ams preferred: present, listening, checks passing\n"
	    " 61.7s fra preferred: present, listening, checks passing\n"
	    " 61.8s sin preferred: present, listening, checks passing\n"
	    "fewest announced: 2\n");
	check_seeds(2, CHECK_SERVICE, shared_dependency_fails, 2);
}

TEST(a_dependency_that_is_known_as_one)
{
	check_story(2, CHECK_DEPENDENCY, shared_dependency_fails,
	    "  7.4s nyc backup: dependency database fails: 3 times in a row: no answer in time\n"
	    "  7.7s ams backup: dependency database fails: 3 times in a row: no answer in time\n"
	    "  7.7s fra backup: dependency database fails: 3 times in a row: no answer in time\n"
	    "  7.8s sin backup: dependency database fails: 3 times in a row: no answer in time\n"
	    " 61.4s nyc preferred: present, listening, checks passing\n"
	    " 61.7s ams preferred: present, listening, checks passing\n"
	    " 61.7s fra preferred: present, listening, checks passing\n"
	    " 61.8s sin preferred: present, listening, checks passing\n"
	    "fewest announced: 4\n");
	check_seeds(2, CHECK_DEPENDENCY, shared_dependency_fails, SITES);
}

/* ---- intent becomes empty: the drain file comes to every site at once (2016-04-11, 2025-07-14)
 * ---- */

static void
drain_everywhere(struct fleet *f)
{
	struct service_event drain = { .type = SERVICE_EVENT_DRAIN, .why = "moved" };
	struct service_event undrain = { .type = SERVICE_EVENT_UNDRAIN };
	struct service_event count = { .type = SERVICE_EVENT_CONNECTIONS };

	drain.order = (struct drain_order){ .source = DRAIN_BY_FILE, .at_most = DURATION_S(30) };
	undrain.order.source = DRAIN_BY_FILE;
	for (size_t i = 0; i < SITES; i++) {
		input(f, i, &drain);
		play_until(f, f->now.ns / NS_PER_MS + 500);
		input(f, i, &count);
	}
	play_until(f, 60000);
	for (size_t i = 0; i < SITES; i++)
		input(f, i, &undrain);
	play_until(f, 61000);
}

TEST(an_empty_intent_without_a_guard)
{
	check_story(0, CHECK_SERVICE, drain_everywhere,
	    "  5.0s ams backup: draining: moved\n"
	    "  5.5s ams withdrawn: drained: moved\n"
	    "  5.5s fra backup: draining: moved\n"
	    "  6.0s fra withdrawn: drained: moved\n"
	    "  6.0s sin backup: draining: moved\n"
	    "  6.5s sin withdrawn: drained: moved\n"
	    "  6.5s nyc backup: draining: moved\n"
	    "  7.0s nyc withdrawn: drained: moved\n"
	    " 60.0s ams preferred: present, listening, checks passing\n"
	    " 60.0s fra preferred: present, listening, checks passing\n"
	    " 60.0s sin preferred: present, listening, checks passing\n"
	    " 60.0s nyc preferred: present, listening, checks passing\n"
	    "fewest announced: 0\n");
	check_seeds(0, CHECK_SERVICE, drain_everywhere, 0);
}

TEST(an_empty_intent_with_a_guard)
{
	check_story(1, CHECK_SERVICE, drain_everywhere,
	    "  5.0s ams backup: draining: moved\n"
	    "  5.5s fra backup: draining: moved\n"
	    "  5.6s ams withdrawn: drained: moved\n"
	    "  6.0s sin backup: draining: moved\n"
	    "  6.0s fra withdrawn: drained: moved\n"
	    "  6.5s nyc backup: draining: moved\n"
	    "  6.5s sin withdrawn: drained: moved\n"
	    "  7.0s nyc is refused: 1 site has to stay\n"
	    " 60.0s ams preferred: present, listening, checks passing\n"
	    " 60.0s fra preferred: present, listening, checks passing\n"
	    " 60.0s sin preferred: present, listening, checks passing\n"
	    " 60.0s nyc preferred: present, listening, checks passing\n"
	    "fewest announced: 1\n");
	check_seeds(1, CHECK_SERVICE, drain_everywhere, 1);
}

/* ---- sites fail one after another under load (2023-03-23) ---- */

static void
one_dies_and_the_rest_is_overloaded(struct fleet *f)
{
	f->capacity = 120;
	listen_at(f, 0, false);
	play_until(f, 60000);
	listen_at(f, 0, true);
	f->clients = 200; /* some gave up */
	play_until(f, 120000);
}

TEST(a_cascade_without_a_guard)
{
	struct fleet *f = fleet_new(1, 0, CHECK_SERVICE);

	f->capacity = 120;
	listen_at(f, 0, false);
	play_until(f, 8000);
	CHECK_STR(strbuf_get(&f->story),
	    "  5.0s ams withdrawn: nothing listens on tcp/443\n"
	    "  5.8s nyc withdrawn: check front fails: 3 times in a row: no answer in time\n"
	    "  6.1s fra withdrawn: check front fails: 3 times in a row: no answer in time\n"
	    "  6.2s sin withdrawn: check front fails: 3 times in a row: no answer in time\n"
	    "  7.0s nyc preferred: present, listening, checks passing\n"
	    "  7.3s fra preferred: present, listening, checks passing\n"
	    "  7.4s sin preferred: present, listening, checks passing\n");
	CHECK_INT(f->fewest, 0);
	fleet_free(f);
}

TEST(a_cascade_with_a_guard)
{
	check_story(3, CHECK_SERVICE, one_dies_and_the_rest_is_overloaded,
	    "  5.0s ams withdrawn: nothing listens on tcp/443\n"
	    "  5.9s nyc is refused: 3 sites have to stay\n"
	    "  5.9s nyc backup: check front fails: 3 times in a row: no answer in time; "
	    "kept by the guard: 3 sites have to stay\n"
	    "  6.2s fra is refused: 3 sites have to stay\n"
	    "  6.2s fra backup: check front fails: 3 times in a row: no answer in time; "
	    "kept by the guard: 3 sites have to stay\n"
	    "  6.2s sin is refused: 3 sites have to stay\n"
	    "  6.2s sin backup: check front fails: 3 times in a row: no answer in time; "
	    "kept by the guard: 3 sites have to stay\n"
	    " 60.0s ams preferred: present, listening, checks passing\n"
	    " 60.3s fra preferred: present, listening, checks passing\n"
	    " 60.4s sin preferred: present, listening, checks passing\n"
	    " 61.0s nyc preferred: present, listening, checks passing\n"
	    "fewest announced: 3\n");
	check_seeds(3, CHECK_SERVICE, one_dies_and_the_rest_is_overloaded, 3);
	check_seeds(2, CHECK_SERVICE, one_dies_and_the_rest_is_overloaded, 2);
}
