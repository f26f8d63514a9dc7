/*
 * The ladder of stages: which checks have to pass, what a dependency does, where failing leads and
 * how long that takes, flaps, a service that restarts, and the way out.
 */
#include "play.h"

#include "tap.h"

/* With any, a check that fails is only told. */
TEST(one_of_two_is_enough)
{
	struct stage_set s = simple();

	s.conf.check_count = 2;
	s.conf.checks_needed = 1;
	CHECK_PLAY(&s,
	    "0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 pass\n2 check 0 pass\n"
	    "3 check 1 soft\n4 check 1 soft\n10 check 0 soft\n11 check 0 soft\n20 check 1 pass\n"
	    "21 check 1 pass\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "  run 1: there again\n0 listener 0 here\n  run 0: there again\n"
	    "  run 1: there again\n1 check 0 pass\n2 check 0 pass\n  note 0: status 200\n"
	    "  announce 0: present, listening, 1 of 2 checks passing\n3 check 1 soft\n"
	    "4 check 1 soft\n  note 1: 2 times in a row: status 503\n10 check 0 soft\n"
	    "11 check 0 soft\n"
	    "  withdraw 0: 2 of 2 checks fail, 1 has to pass: check front: 2 times in a row: "
	    "status 503\n  note 0: 2 times in a row: status 503\n20 check 1 pass\n"
	    "21 check 1 pass\n  note 1: status 200\n"
	    "  announce 0: present, listening, 1 of 2 checks passing\n"
	    "= preferred since 21, decided: present, listening, 1 of 2 checks passing\n");
}

TEST(as_many_as_configured_have_to_pass)
{
	struct stage_set s = simple();

	s.conf.check_count = 2;
	s.conf.checks_needed = 2;
	CHECK_PLAY(&s,
	    "0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 pass\n2 check 0 pass\n"
	    "3 check 1 soft\n4 check 1 soft\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "  run 1: there again\n0 listener 0 here\n  run 0: there again\n"
	    "  run 1: there again\n1 check 0 pass\n2 check 0 pass\n  note 0: status 200\n"
	    "3 check 1 soft\n4 check 1 soft\n  note 1: 2 times in a row: status 503\n"
	    "= withdrawn since 0, decided: check deep fails: 2 times in a row: status 503\n");
}

/* Of two checks one has to pass: one that is refused proves nothing while the other only times out.
 */
TEST(refused_by_too_few_is_not_definitive)
{
	struct stage_set s = simple();

	s.conf.check_count = 2;
	s.conf.checks_needed = 1;
	CHECK_PLAY(&s,
	    "0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 pass\n2 check 0 pass\n"
	    "10 check 1 refused\n20 check 0 soft\n21 check 0 soft\n30 check 0 refused\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "  run 1: there again\n0 listener 0 here\n  run 0: there again\n"
	    "  run 1: there again\n1 check 0 pass\n2 check 0 pass\n  note 0: status 200\n"
	    "  announce 0: present, listening, 1 of 2 checks passing\n10 check 1 refused\n"
	    "  note 1: refused\n20 check 0 soft\n21 check 0 soft\n"
	    "  withdraw 0: 2 of 2 checks fail, 1 has to pass: check front: 2 times in a row: "
	    "status 503\n  note 0: 2 times in a row: status 503\n30 check 0 refused\n"
	    "= withdrawn since 21, decided: 2 of 2 checks fail, 1 has to pass: check front: "
	    "refused\n");
}

/* A dependency that fails, even by refusing, never withdraws. */
TEST(a_dependency_leads_to_backup)
{
	struct stage_set s = simple();

	s.conf.check_count = 2;
	s.checks[1].scope = CHECK_DEPENDENCY;
	CHECK_PLAY(&s,
	    UP "3 check 1 pass\n4 check 1 pass\n10 check 1 refused\n20 check 0 soft\n"
	       "21 check 0 soft\n30 check 0 pass\n31 check 0 pass\n40 check 1 pass\n"
	       "41 check 1 pass\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "  run 1: there again\n0 listener 0 here\n  run 0: there again\n"
	    "  run 1: there again\n1 check 0 pass\n2 check 0 pass\n  note 0: status 200\n"
	    "3 check 1 pass\n4 check 1 pass\n  note 1: status 200\n"
	    "  announce 0: present, listening, checks passing\n10 check 1 refused\n"
	    "  announce 0: dependency deep fails: refused\n  note 1: refused\n20 check 0 soft\n"
	    "21 check 0 soft\n  withdraw 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n30 check 0 pass\n31 check 0 pass\n"
	    "  note 0: status 200\n  announce 0: dependency deep fails: refused\n"
	    "40 check 1 pass\n41 check 1 pass\n  note 1: status 200\n"
	    "  announce 0: present, listening, checks passing\n"
	    "= preferred since 41, decided: present, listening, checks passing\n");
}

TEST(a_dependency_that_fails_from_the_start)
{
	struct stage_set s = simple();

	s.conf.check_count = 2;
	s.checks[1].scope = CHECK_DEPENDENCY;
	CHECK_PLAY(&s, UP "3 check 1 soft\n4 check 1 soft\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "  run 1: there again\n0 listener 0 here\n  run 0: there again\n"
	    "  run 1: there again\n1 check 0 pass\n2 check 0 pass\n  note 0: status 200\n"
	    "3 check 1 soft\n4 check 1 soft\n"
	    "  announce 0: dependency deep fails: 2 times in a row: status 503\n"
	    "  note 1: 2 times in a row: status 503\n"
	    "= backup since 4, decided: dependency deep fails: 2 times in a row: status 503\n");
}

TEST(failing_may_lead_to_backup)
{
	struct stage_set s = simple();

	s.conf.ladder.when_failing = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP "10 check 0 soft\n11 check 0 soft\n20 listener 0 gone\n30 listener 0 here\n"
	       "31 check 0 soft\n",
	    UP_SEEN "10 check 0 soft\n11 check 0 soft\n"
		    "  announce 0: check front fails: 2 times in a row: status 503\n"
		    "  note 0: 2 times in a row: status 503\n20 listener 0 gone\n"
		    "  withdraw 0 at once: nothing listens on tcp/80\n30 listener 0 here\n"
		    "  run 0: there again\n31 check 0 soft\n"
		    "= withdrawn since 20, decided: check front fails: status 503\n");
}

TEST(backup_first_then_withdrawn)
{
	struct stage_set s = simple();

	s.conf.ladder.backup_time = DURATION_MS(500);
	CHECK_PLAY(&s,
	    UP
	    "10 check 0 soft\n11 check 0 soft\n600 wait\n700 check 0 pass\n701 check 0 pass\n"
	    "800 check 0 soft\n801 check 0 soft\n900 check 0 pass\n901 check 0 pass\n2000 wait\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n"
	    "  announce 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n511 time\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n700 check 0 pass\n"
	    "701 check 0 pass\n  note 0: status 200\n"
	    "  announce 0: present, listening, checks passing\n800 check 0 soft\n"
	    "801 check 0 soft\n  announce 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n900 check 0 pass\n901 check 0 pass\n"
	    "  note 0: status 200\n  announce 0: present, listening, checks passing\n"
	    "= preferred since 901, decided: present, listening, checks passing\n");
}

TEST(definitive_evidence_does_not_linger)
{
	struct stage_set s = simple();

	s.conf.ladder.backup_time = s.conf.ladder.stage_time = DURATION_S(10);
	CHECK_PLAY(&s, UP "10 listener 0 gone\n",
	    UP_SEEN "10 listener 0 gone\n  withdraw 0 at once: nothing listens on tcp/80\n"
		    "  note 0: nothing listens on tcp/80\n"
		    "= withdrawn since 10, decided: nothing listens on tcp/80\n");
}

TEST(no_stage_is_left_before_its_time)
{
	struct stage_set s = simple();

	s.conf.ladder.stage_time = DURATION_MS(1000);
	CHECK_PLAY(&s,
	    UP "10 check 0 soft\n11 check 0 soft\n500 check 0 pass\n501 check 0 pass\n"
	       "600 check 0 soft\n601 check 0 soft\n1500 wait\n1600 check 0 pass\n"
	       "1601 check 0 pass\n2500 wait\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n  note 0: 2 times in a row: status 503\n"
	    "500 check 0 pass\n501 check 0 pass\n  note 0: status 200\n600 check 0 soft\n"
	    "601 check 0 soft\n  note 0: 2 times in a row: status 503\n1002 time\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n1600 check 0 pass\n"
	    "1601 check 0 pass\n  note 0: status 200\n2002 time\n"
	    "  announce 0: present, listening, checks passing\n"
	    "= preferred since 2002, decided: present, listening, checks passing\n");
}

TEST(flaps_are_held_down_longer_each_time)
{
	struct stage_set s = simple();

	s.conf.damping.hold_down = DURATION_MS(1000);
	CHECK_PLAY(&s,
	    UP "10 listener 0 gone\n20 listener 0 here\n30 check 0 pass\n31 check 0 pass\n"
	       "1100 wait\n2000 listener 0 gone\n2010 listener 0 here\n2020 check 0 pass\n"
	       "2021 check 0 pass\n3000 check 0 soft\n3001 check 0 soft\n3100 check 0 pass\n"
	       "3101 check 0 pass\n5200 wait\n",
	    UP_SEEN
	    "10 listener 0 gone\n  withdraw 0 at once: nothing listens on tcp/80\n"
	    "  note 0: nothing listens on tcp/80\n20 listener 0 here\n  run 0: there again\n"
	    "30 check 0 pass\n31 check 0 pass\n  note 0: status 200\n"
	    "  damped 0: well again, for 1s first\n1031 time\n"
	    "  announce 0: present, listening, checks passing\n2000 listener 0 gone\n"
	    "  withdraw 0 at once: nothing listens on tcp/80\n"
	    "  note 0: nothing listens on tcp/80\n2010 listener 0 here\n  run 0: there again\n"
	    "2020 check 0 pass\n2021 check 0 pass\n  note 0: status 200\n"
	    "  damped 0: well again, for 2s first\n3000 check 0 soft\n3001 check 0 soft\n"
	    "  note 0: 2 times in a row: status 503\n3100 check 0 pass\n3101 check 0 pass\n"
	    "  note 0: status 200\n  damped 0: well again, for 2s first\n5101 time\n"
	    "  announce 0: present, listening, checks passing\n"
	    "= preferred since 5101, decided: present, listening, checks passing\n");
}

/* Also a check that is refused meanwhile. */
TEST(what_is_back_within_the_grace_was_never_gone)
{
	struct stage_set s = simple();

	s.conf.listen_grace = DURATION_MS(100);
	CHECK_PLAY(&s,
	    UP "10 listener 0 gone\n11 check 0 refused\n90 listener 0 here\n95 check 0 pass\n"
	       "200 wait\n",
	    UP_SEEN
	    "10 listener 0 gone\n11 check 0 refused\n90 listener 0 here\n  run 0: there again\n"
	    "95 check 0 pass\n= preferred since 2, decided: present, listening, checks passing\n");
}

TEST(the_grace_ends)
{
	struct stage_set s = simple();

	s.conf.listen_grace = DURATION_MS(100);
	CHECK_PLAY(&s,
	    UP "10 listener 0 gone\n200 wait\n210 listener 0 here\n211 check 0 pass\n"
	       "212 check 0 pass\n",
	    UP_SEEN
	    "10 listener 0 gone\n110 time\n  withdraw 0 at once: nothing listens on tcp/80\n"
	    "  note 0: nothing listens on tcp/80\n210 listener 0 here\n  run 0: there again\n"
	    "211 check 0 pass\n212 check 0 pass\n  note 0: status 200\n"
	    "  announce 0: present, listening, checks passing\n"
	    "= preferred since 212, decided: present, listening, checks passing\n");
}

TEST(no_grace_for_what_never_listened)
{
	struct stage_set s = simple();

	s.conf.listen_grace = DURATION_MS(100);
	CHECK_PLAY(&s, "0 start\n0 address 0 here\n0 listener 0 gone\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "0 listener 0 gone\n  note 0: nothing listens on tcp/80\n"
	    "= withdrawn since 0, decided: nothing listens on tcp/80\n");
}

TEST(leaves_by_way_of_backup)
{
	struct stage_set s = simple();

	s.conf.ladder.exit_time = DURATION_MS(300);
	CHECK_PLAY(&s, UP "10 stop\n50 check 0 soft\n311 flushed 0\n1000 wait\n",
	    UP_SEEN "10 stop\n  announce 0: nearcastd ends\n50 check 0 soft\n310 time\n"
		    "  withdraw 0 as ordered: nearcastd ends\n311 flushed 0\n811 time\n"
		    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
		    "= withdrawn since 310, decided: nearcastd ends\n");
}

TEST(what_breaks_while_leaving_goes_at_once)
{
	struct stage_set s = simple();

	s.conf.ladder.exit_time = DURATION_MS(300);
	CHECK_PLAY(&s, UP "10 stop\n50 listener 0 gone\n52 flushed 0\n1000 wait\n",
	    UP_SEEN "10 stop\n  announce 0: nearcastd ends\n50 listener 0 gone\n"
		    "  withdraw 0 as ordered: nearcastd ends\n52 flushed 0\n552 time\n"
		    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
		    "= withdrawn since 50, decided: nearcastd ends\n");
}

TEST(nothing_announced_leaves_at_once)
{
	struct stage_set s = simple();

	s.conf.ladder.exit_time = DURATION_MS(300);
	CHECK_PLAY(&s, "0 start\n0 address 0 here\n10 stop\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "10 stop\n  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
	    "= withdrawn since 0, decided: nearcastd ends\n");
}
