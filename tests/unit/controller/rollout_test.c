/* A rollout over three sites, look by look, with a clock of ours. */
#include "controller/rollout.h"

#include "base/attr.h"
#include "tap.h"

#define SITES 3

struct fixture {
	struct rollout_site sites[SITES];
	struct rollout_step steps[SITES];
	struct rollout r;
	struct instant now;
};

static void
init(struct fixture *f, enum rollout_kind kind)
{
	static const char *const names[SITES] = { "am6", "ny5", "sg1" };

	*f = (struct fixture){ .now = { INT64_C(1000) * NS_PER_S } };
	for (size_t i = 0; i < SITES; i++) {
		f->sites[i] = (struct rollout_site){ .name = names[i],
			.why = "",
			.has_hosts = true,
			.stood = true,
			.present = true,
			.stands = true,
			.applied = true };
		f->steps[i].site = i;
	}
	f->r = (struct rollout){ .kind = kind,
		.at_once = 1,
		.min_sites = 1,
		.max_change_percent = 100,
		.settle = DURATION_S(10),
		.limit = DURATION_S(600),
		.looked = INSTANT_NEVER,
		.sites = f->sites,
		.site_count = SITES,
		.steps = f->steps,
		.step_count = SITES };
}

/* Looks after so many seconds, in steps of one; the site has been told what its action says. */
static void
look(struct fixture *f, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		f->now = instant_add(f->now, DURATION_S(1));
		rollout_look(&f->r, f->now);
	}
}

/* "drw": the letters of the steps' states. */
static const char *
states(const struct fixture *f)
{
	static char text[SITES + 1];

	for (size_t i = 0; i < SITES; i++)
		text[i] = "wrsbdfxt"[f->steps[i].state];
	return text;
}

static void
drained(struct fixture *f, size_t i, bool is)
{
	f->sites[i].drained = is;
	f->sites[i].stands = !is;
}

TEST(a_drain_goes_from_site_to_site)
{
	struct fixture f;

	init(&f, ROLLOUT_DRAIN);
	look(&f, 1);
	CHECK_STR(states(&f), "rww");
	CHECK_INT(f.steps[0].action, STEP_BEGIN);
	f.sites[0].applied = false;
	look(&f, 3);
	CHECK_STR(states(&f), "rww");
	CHECK_INT(f.steps[0].action, STEP_NOTHING);
	f.sites[0].applied = true;
	look(&f, 3);
	CHECK_STR(states(&f), "rww");
	drained(&f, 0, true);
	look(&f, 1);
	CHECK_STR(states(&f), "sww");
	look(&f, 9);
	CHECK_STR(states(&f), "sww");
	look(&f, 1);
	CHECK_STR(states(&f), "bww");
	CHECK_INT(f.steps[0].action, STEP_END);
	/* it has to stand before the next one goes */
	look(&f, 20);
	CHECK_STR(states(&f), "bww");
	drained(&f, 0, false);
	look(&f, 1);
	CHECK_STR(states(&f), "drw");
	for (size_t i = 1; i < SITES; i++) {
		drained(&f, i, true);
		look(&f, 11);
		drained(&f, i, false);
		look(&f, 1);
	}
	CHECK_STR(states(&f), "ddd");
	CHECK_INT(f.r.state, ROLLOUT_DONE);
}

TEST(it_stops_when_another_site_is_lost_and_brings_its_own_back)
{
	struct fixture f;

	init(&f, ROLLOUT_DRAIN);
	look(&f, 1);
	drained(&f, 0, true);
	look(&f, 5);
	f.sites[2].stands = false;
	f.sites[2].why = "check front: 503";
	look(&f, 1);
	CHECK_INT(f.r.state, ROLLOUT_STOPPED);
	CHECK_STR(f.r.why, "site sg1 does not stand any more: check front: 503");
	CHECK_STR(states(&f), "xww");
	CHECK_INT(f.steps[0].action, STEP_END);
	CHECK_STR(f.steps[0].why, "the rollout stopped while it was under way");
	look(&f, 5);
	CHECK_INT(f.steps[0].action, STEP_NOTHING);
	/* once more, without the site that is gone */
	f.sites[2].stood = false;
	drained(&f, 0, false);
	CHECK(rollout_go_on(&f.r));
	CHECK_STR(states(&f), "www");
	look(&f, 1);
	CHECK_STR(states(&f), "rww");
}

TEST(min_sites_are_waited_for)
{
	struct fixture f;

	init(&f, ROLLOUT_DRAIN);
	f.r.min_sites = 2;
	f.r.at_once = 2;
	look(&f, 1);
	/* two at a time would leave one */
	CHECK_STR(states(&f), "rww");
	CHECK_STR(f.r.why, "waits before site ny5: 1 other stands, 2 are needed");
	init(&f, ROLLOUT_DRAIN);
	f.r.min_sites = 3;
	look(&f, 100);
	CHECK_STR(states(&f), "www");
	CHECK_INT(f.r.state, ROLLOUT_RUNNING);
	/* without any demand one stays all the same */
	init(&f, ROLLOUT_DRAIN);
	f.r.min_sites = 0;
	f.r.at_once = 3;
	look(&f, 1);
	CHECK_STR(states(&f), "rrw");
}

TEST(a_change_goes_on_when_it_is_well)
{
	struct fixture f;

	init(&f, ROLLOUT_CHANGE);
	look(&f, 1);
	CHECK_INT(f.steps[0].action, STEP_BEGIN);
	f.sites[0].applied = false;
	look(&f, 3);
	f.sites[0].applied = true;
	look(&f, 1);
	CHECK_STR(states(&f), "sww");
	look(&f, 10);
	CHECK_STR(states(&f), "drw");
	look(&f, 40);
	CHECK_INT(f.r.state, ROLLOUT_DONE);
}

TEST(a_change_that_fails_stays_where_it_is)
{
	struct fixture f;

	init(&f, ROLLOUT_CHANGE);
	look(&f, 1);
	f.sites[0].failing = true;
	f.sites[0].why = "check front: 404";
	look(&f, 1);
	CHECK_INT(f.r.state, ROLLOUT_STOPPED);
	CHECK_STR(f.steps[0].why, "site am6 fails with the change: check front: 404");
	CHECK_STR(states(&f), "fww");
	CHECK_INT(f.steps[0].action, STEP_NOTHING);
	CHECK(rollout_take_back(&f.r));
	CHECK_INT(f.r.state, ROLLOUT_TAKEN_BACK);
	CHECK_STR(states(&f), "tww");
	CHECK_STR(f.steps[0].why, "site am6 fails with the change: check front: 404");
	CHECK(!rollout_go_on(&f.r));

	init(&f, ROLLOUT_CHANGE);
	look(&f, 5);
	f.sites[0].stands = false;
	look(&f, 1);
	CHECK_STR(f.r.why, "site am6 is not well with the change");

	init(&f, ROLLOUT_CHANGE);
	look(&f, 1);
	f.sites[0].refused = true;
	look(&f, 1);
	CHECK_STR(f.r.why, "site am6 refuses what it is given");
}

/* A site fails where something failed there: not where somebody, or another site, ended what was
 * under way. */
TEST(what_was_only_under_way_has_not_failed)
{
	struct fixture f;

	init(&f, ROLLOUT_CHANGE);
	f.r.at_once = 2;
	look(&f, 1);
	f.sites[1].refused = true;
	look(&f, 1);
	CHECK_STR(states(&f), "xfw");
	CHECK_STR(f.steps[0].why, "the rollout stopped while it was under way");
	/* both are tried again */
	f.sites[1].refused = false;
	CHECK(rollout_go_on(&f.r));
	CHECK_STR(states(&f), "rrw");
	CHECK(rollout_stop(&f.r, "stopped by op"));
	CHECK_STR(states(&f), "xxw");

	/* a change is taken from all that have it, also where it was well */
	init(&f, ROLLOUT_CHANGE);
	look(&f, 12);
	CHECK_STR(states(&f), "drw");
	CHECK(rollout_take_back(&f.r));
	CHECK_STR(states(&f), "ttw");

	/* what was drained and came back is done, and stays it */
	init(&f, ROLLOUT_DRAIN);
	look(&f, 1);
	drained(&f, 0, true);
	look(&f, 11);
	drained(&f, 0, false);
	look(&f, 1);
	CHECK_STR(states(&f), "drw");
	CHECK(rollout_take_back(&f.r));
	CHECK_STR(states(&f), "dtw");
	CHECK_STR(f.steps[1].why, "");
	CHECK_INT(f.steps[1].action, STEP_END);
}

TEST(a_silent_host_is_waited_for_and_then_it_stops)
{
	struct fixture f;

	init(&f, ROLLOUT_DRAIN);
	look(&f, 1);
	f.sites[1].present = false;
	look(&f, 25);
	CHECK_INT(f.r.state, ROLLOUT_RUNNING);
	CHECK_STR(f.r.why, "waits for site ny5, which is not heard of");
	/* meanwhile nothing goes on */
	drained(&f, 0, true);
	look(&f, 3);
	CHECK_STR(states(&f), "rww");
	f.sites[1].present = true;
	look(&f, 1);
	CHECK_STR(states(&f), "sww");
	f.sites[1].present = false;
	look(&f, 31);
	CHECK_INT(f.r.state, ROLLOUT_STOPPED);
	CHECK_STR(f.r.why, "site ny5 is not heard of");
	CHECK_INT(f.steps[0].action, STEP_END);
}

/* An hour without a controller, or a clock that was stepped, is no hour that was watched. */
TEST(time_is_what_was_watched)
{
	struct fixture f;

	init(&f, ROLLOUT_CHANGE);
	look(&f, 2);
	CHECK_STR(states(&f), "sww");
	f.now = instant_add(f.now, DURATION_S(3600));
	look(&f, 1);
	CHECK_STR(states(&f), "sww");
	f.now = instant_add(f.now, DURATION_S(-7200));
	look(&f, 4);
	CHECK_STR(states(&f), "sww");
	look(&f, 2);
	CHECK_STR(states(&f), "drw");
}

TEST(what_takes_too_long_fails)
{
	struct fixture f;

	init(&f, ROLLOUT_DRAIN);
	look(&f, 603);
	CHECK_STR(f.r.why, "site am6 is not drained in time");
	CHECK_INT(f.steps[0].action, STEP_END);
	init(&f, ROLLOUT_DRAIN);
	look(&f, 1);
	drained(&f, 0, true);
	look(&f, 11 + 123);
	CHECK_STR(f.r.why, "site am6 does not come back after its drain");
}

TEST(a_pause_begins_nothing_and_a_stop_brings_back)
{
	struct fixture f;

	init(&f, ROLLOUT_DRAIN);
	look(&f, 1);
	CHECK(rollout_pause(&f.r));
	CHECK(!rollout_pause(&f.r));
	drained(&f, 0, true);
	look(&f, 11);
	CHECK_STR(states(&f), "bww");
	drained(&f, 0, false);
	look(&f, 50);
	CHECK_STR(states(&f), "dww");
	CHECK(rollout_go_on(&f.r));
	look(&f, 1);
	CHECK_STR(states(&f), "drw");
	CHECK(rollout_stop(&f.r, "by op"));
	CHECK_STR(f.r.why, "by op");
	CHECK_STR(states(&f), "dxw");
	CHECK_INT(f.steps[1].action, STEP_END);
	CHECK(!rollout_stop(&f.r, "again"));
}

/* It may get hosts as long as others have their turn. */
TEST(a_site_without_hosts_waits_until_the_others_are_done)
{
	struct fixture f;

	init(&f, ROLLOUT_DRAIN);
	f.sites[0].has_hosts = f.sites[0].present = false;
	look(&f, 1);
	CHECK_STR(states(&f), "wrw");
	f.sites[1].has_hosts = false;
	look(&f, 1);
	CHECK_STR(states(&f), "wwr");
	CHECK_INT(f.steps[1].action, STEP_END);
	f.sites[0].has_hosts = f.sites[0].present = true;
	drained(&f, 2, true);
	look(&f, 11);
	drained(&f, 2, false);
	look(&f, 1);
	CHECK_STR(states(&f), "rwd");
	drained(&f, 0, true);
	look(&f, 11);
	drained(&f, 0, false);
	look(&f, 1);
	CHECK_STR(states(&f), "ddd");
	CHECK_INT(f.r.state, ROLLOUT_DONE);
	CHECK_STR(f.steps[1].why, "no host has the service there");
}

/* Whoever pauses it decides when it goes on, also to its end. */
TEST(what_waits_for_hosts_does_not_end_in_a_pause)
{
	struct fixture f;

	init(&f, ROLLOUT_CHANGE);
	f.sites[1].has_hosts = f.sites[2].has_hosts = false;
	look(&f, 1);
	CHECK(rollout_pause(&f.r));
	look(&f, 20);
	CHECK_STR(states(&f), "dww");
	CHECK_INT(f.r.state, ROLLOUT_PAUSED);
	CHECK(rollout_go_on(&f.r));
	look(&f, 1);
	CHECK_STR(states(&f), "ddd");
}

TEST(no_more_are_touched_at_once_than_the_share)
{
	struct fixture f;

	init(&f, ROLLOUT_CHANGE);
	f.r.at_once = 3;
	f.r.max_change_percent = 70;
	look(&f, 1);
	CHECK_STR(states(&f), "rrw");
	CHECK_STR(f.r.why, "2 at a time: max_change_percent 70 of 3 sites allows no more");
	/* one at least */
	init(&f, ROLLOUT_CHANGE);
	f.r.at_once = 3;
	f.r.max_change_percent = 0;
	look(&f, 1);
	CHECK_STR(states(&f), "rww");
	/* a site that is down is none that it is a share of */
	init(&f, ROLLOUT_CHANGE);
	f.r.at_once = 3;
	f.r.max_change_percent = 70;
	f.sites[2].stands = f.sites[2].stood = false;
	look(&f, 1);
	CHECK_STR(states(&f), "rww");
	/* it is meant */
	init(&f, ROLLOUT_CHANGE);
	f.r.at_once = 3;
	f.r.max_change_percent = 0;
	f.r.min_sites = 0;
	f.r.is_meant = true;
	look(&f, 1);
	CHECK_STR(states(&f), "rrr");
}
