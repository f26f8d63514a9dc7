/* What operators order: drains, from their beginning to both of their ends, and holds. */
#include "play.h"

#include "tap.h"

TEST(drain_waits_for_connections)
{
	struct stage_set s = simple();

	s.conf.ladder.drain_time = DURATION_MS(100);
	CHECK_PLAY(&s,
	    UP "10 drain 0 5000\n20 count 3\n500 count 1\n600 check 0 pass\n700 count 0\n"
	       "900 flushed 0\n1000 check 0 soft\n1001 check 0 soft\n",
	    UP_SEEN
	    "10 drain 0 5000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
	    "20 count 3\n500 count 1\n600 check 0 pass\n700 count 0\n"
	    "  withdraw 0 as ordered: drained: new kernel\n"
	    "  drained 0: 0 connections left after 690ms\n900 flushed 0\n1000 check 0 soft\n"
	    "1001 check 0 soft\n  note 0: 2 times in a row: status 503\n"
	    "= withdrawn since 700, decided: check front fails: 2 times in a row: status 503\n");
}

/* No connection at the start says nothing about those that are on their way. */
TEST(drain_gives_routers_time_to_learn)
{
	struct stage_set s = simple();

	s.conf.ladder.drain_time = DURATION_MS(100);
	CHECK_PLAY(&s, UP "10 drain 0 5000\n20 count 0\n90 count 1\n115 count 1\n130 count 0\n",
	    UP_SEEN "10 drain 0 5000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
		    "20 count 0\n90 count 1\n115 count 1\n130 count 0\n"
		    "  withdraw 0 as ordered: drained: new kernel\n"
		    "  drained 0: 0 connections left after 120ms\n"
		    "= withdrawn since 130, decided: drained: new kernel\n");
}

TEST(drain_until_few_are_left)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 drain 2 5000\n20 count 3\n30 count 2\n",
	    UP_SEEN "10 drain 2 5000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
		    "20 count 3\n30 count 2\n  withdraw 0 as ordered: drained: new kernel\n"
		    "  drained 0: 2 connections left after 20ms\n"
		    "= withdrawn since 30, decided: drained: new kernel\n");
}

TEST(drain_takes_so_long_at_most)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 drain 0 1000\n20 count 7\n2000 wait\n",
	    UP_SEEN "10 drain 0 1000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
		    "20 count 7\n1010 time\n  withdraw 0 as ordered: drained: new kernel\n"
		    "  drained 0: time is up after 1s, with 7 connections left\n"
		    "= withdrawn since 1010, decided: drained: new kernel\n");
}

TEST(drain_without_a_count_takes_its_time)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 drain 0 1000\n2000 wait\n",
	    UP_SEEN "10 drain 0 1000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
		    "1010 time\n  withdraw 0 as ordered: drained: new kernel\n"
		    "  drained 0: time is up after 1s, and connections could not be counted\n"
		    "= withdrawn since 1010, decided: drained: new kernel\n");
}

/* At any point, and without the patience that evidence has to have. */
TEST(undrain_turns_back)
{
	struct stage_set s = simple();

	s.conf.ladder.stage_time = DURATION_S(60);
	CHECK_PLAY(&s,
	    UP "10 drain 0 5000\n20 count 3\n30 undrain\n40 undrain\n50 drain 0 5000\n60 count 0\n"
	       "70 undrain\n",
	    UP_SEEN "10 drain 0 5000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
		    "20 count 3\n30 undrain\n  announce 0: present, listening, checks passing\n"
		    "  undrained 0: as ordered\n40 undrain\n50 drain 0 5000\n"
		    "  announce 0: draining: new kernel\n  drains 0: new kernel\n60 count 0\n"
		    "  withdraw 0 as ordered: drained: new kernel\n"
		    "  drained 0: 0 connections left after 10ms\n70 undrain\n"
		    "  announce 0: present, listening, checks passing\n  undrained 0: as ordered\n"
		    "= preferred since 70, decided: present, listening, checks passing\n");
}

/* The drain is done; the service comes back drained. */
TEST(a_drained_service_that_dies_is_gone)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    UP "10 drain 0 5000\n20 count 3\n30 listener 0 gone\n40 listener 0 here\n"
	       "41 check 0 pass\n42 check 0 pass\n50 undrain\n",
	    UP_SEEN
	    "10 drain 0 5000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
	    "20 count 3\n30 listener 0 gone\n  withdraw 0 at once: nothing listens on tcp/80\n"
	    "  note 0: nothing listens on tcp/80\n  drained 0: nothing of it is announced\n"
	    "40 listener 0 here\n  run 0: there again\n41 check 0 pass\n42 check 0 pass\n"
	    "  note 0: status 200\n50 undrain\n  announce 0: present, listening, checks passing\n"
	    "  undrained 0: as ordered\n"
	    "= preferred since 50, decided: present, listening, checks passing\n");
}

TEST(a_drain_may_end_at_backup)
{
	struct stage_set s = simple();

	s.conf.ladder.when_draining = STAGE_BACKUP;
	CHECK_PLAY(&s, UP "10 drain 0 5000\n20 count 0\n",
	    UP_SEEN "10 drain 0 5000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
		    "20 count 0\n  drained 0: 0 connections left after 10ms\n"
		    "= backup since 10, decided: drained: new kernel\n");
}

/* It is over when none does. */
TEST(two_want_the_drain)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    UP "10 filedrain 0 5000\n20 drain 5 9000\n30 count 5\n40 fileundrain\n50 undrain\n",
	    UP_SEEN
	    "10 filedrain 0 5000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
	    "20 drain 5 9000\n  drains 0: new kernel\n30 count 5\n"
	    "  withdraw 0 as ordered: drained: new kernel\n"
	    "  drained 0: 5 connections left after 20ms\n40 fileundrain\n50 undrain\n"
	    "  announce 0: present, listening, checks passing\n  undrained 0: as ordered\n"
	    "= preferred since 50, decided: present, listening, checks passing\n");
}

/* An operator's undrain is not the controller's, and the other way round; it asks no guard. */
TEST(the_controller_and_an_operator_drain)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	CHECK_PLAY(&s,
	    UP "10 ctldrain 5 5000\n20 drain 5 9000\n30 count 5\n40 undrain\n50 ctlundrain\n",
	    UP_SEEN
	    "10 ctldrain 5 5000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
	    "20 drain 5 9000\n  drains 0: new kernel\n30 count 5\n"
	    "  withdraw 0 as ordered: drained: new kernel\n"
	    "  drained 0: 5 connections left after 20ms\n40 undrain\n50 ctlundrain\n"
	    "  announce 0: present, listening, checks passing\n"
	    "  undrained 0: as the controller orders\n"
	    "= preferred since 50, decided: present, listening, checks passing\n");
}

TEST(the_controller_and_an_operator_hold)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 ctlhold\n20 hold\n30 ctlrelease\n40 release\n50 release\n",
	    UP_SEEN "10 ctlhold\n  held 0: new disk\n20 hold\n  held 0: new disk\n"
		    "30 ctlrelease\n40 release\n  released 0: as ordered\n50 release\n"
		    "= preferred since 2, decided: present, listening, checks passing\n");
}

TEST(drain_of_what_is_withdrawn)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    "0 start\n0 address 0 here\n0 listener 0 gone\n10 drain 0 5000\n20 listener 0 here\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "0 listener 0 gone\n  note 0: nothing listens on tcp/80\n10 drain 0 5000\n"
	    "  drains 0: new kernel\n  drained 0: nothing of it is announced\n"
	    "20 listener 0 here\n  run 0: there again\n"
	    "= withdrawn since 0, decided: check front fails: nothing listens on tcp/80\n");
}

/* Announced again, at backup, when the first verdict is known. */
TEST(a_drain_goes_on_after_a_restart)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    "0 drain 0 5000\n0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 pass\n"
	    "2 check 0 pass\n10 count 2\n20 count 0\n",
	    "0 drain 0 5000\n  drains 0: new kernel\n0 start\n  add 0: nearcastd starts\n"
	    "0 address 0 here\n  run 0: there again\n0 listener 0 here\n  run 0: there again\n"
	    "1 check 0 pass\n2 check 0 pass\n  note 0: status 200\n"
	    "  announce 0: draining: new kernel\n10 count 2\n20 count 0\n"
	    "  withdraw 0 as ordered: drained: new kernel\n"
	    "  drained 0: 0 connections left after 20ms\n"
	    "= withdrawn since 20, decided: drained: new kernel\n");
}

/* Soft evidence changes nothing; the drain waits too. */
TEST(hold_pins_the_stage)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    UP "10 hold\n20 check 0 soft\n21 check 0 soft\n30 drain 0 1000\n2000 wait\n"
	       "2010 undrain\n2020 release\n",
	    UP_SEEN
	    "10 hold\n  held 0: new disk\n20 check 0 soft\n21 check 0 soft\n"
	    "  note 0: 2 times in a row: status 503\n30 drain 0 1000\n  drains 0: new kernel\n"
	    "2010 undrain\n  undrained 0: as ordered\n2020 release\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n"
	    "  released 0: as ordered\n"
	    "= withdrawn since 2020, decided: check front fails: 2 times in a row: status 503\n");
}

TEST(hold_does_not_announce_the_dead)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    UP "10 hold\n20 listener 0 gone\n30 listener 0 here\n31 check 0 pass\n32 check 0 pass\n"
	       "40 release\n40 release\n",
	    UP_SEEN
	    "10 hold\n  held 0: new disk\n20 listener 0 gone\n"
	    "  withdraw 0 at once: nothing listens on tcp/80\n"
	    "  note 0: nothing listens on tcp/80\n30 listener 0 here\n  run 0: there again\n"
	    "31 check 0 pass\n32 check 0 pass\n  note 0: status 200\n"
	    "  announce 0: held: new disk\n40 release\n  released 0: as ordered\n40 release\n"
	    "= preferred since 32, decided: present, listening, checks passing\n");
}

TEST(hold_pins_withdrawn_too)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    "0 start\n0 address 0 here\n0 listener 0 here\n1 hold\n2 check 0 pass\n"
	    "3 check 0 pass\n10 release\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "0 listener 0 here\n  run 0: there again\n1 hold\n  held 0: new disk\n"
	    "2 check 0 pass\n3 check 0 pass\n  note 0: status 200\n10 release\n"
	    "  announce 0: present, listening, checks passing\n  released 0: as ordered\n"
	    "= preferred since 10, decided: present, listening, checks passing\n");
}
