/* The guard's question and what its answers lead to. */
#include "play.h"

#include "tap.h"

TEST(soft_evidence_asks)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP "10 check 0 soft\n11 check 0 soft\n20 guard 0 granted\n30 check 0 pass\n"
	       "31 check 0 pass\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n20 guard 0 granted\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n30 check 0 pass\n"
	    "31 check 0 pass\n  note 0: status 200\n"
	    "  announce 0: present, listening, checks passing\n"
	    "= preferred since 31, decided: present, listening, checks passing\n");
}

TEST(refused_it_stays_at_backup)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP "10 check 0 soft\n11 check 0 soft\n20 guard 0 refused\n30 check 0 soft\n"
	       "40 check 0 pass\n41 check 0 pass\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n20 guard 0 refused\n"
	    "  announce 0: check front fails: 2 times in a row: status 503; "
	    "kept by the guard: two sites are needed\n  refused 0: two sites are needed\n"
	    "30 check 0 soft\n"
	    "40 check 0 pass\n41 check 0 pass\n  note 0: status 200\n"
	    "  announce 0: present, listening, checks passing\n"
	    "= preferred since 41, decided: present, listening, checks passing\n");
}

TEST(refused_it_may_stay_preferred)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_PREFERRED;
	CHECK_PLAY(&s, UP "10 check 0 soft\n11 check 0 soft\n20 guard 0 refused\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n20 guard 0 refused\n"
	    "  refused 0: two sites are needed\n"
	    "= preferred since 2, decided: check front fails: 2 times in a row: "
	    "status 503; kept by the guard: two sites are needed\n");
}

TEST(refused_for_a_time_it_asks_again)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP "10 check 0 soft\n11 check 0 soft\n20 guard 0 refused 500\n600 guard 0 granted\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n20 guard 0 refused 500\n"
	    "  announce 0: check front fails: 2 times in a row: status 503; "
	    "kept by the guard: two sites are needed\n  refused 0: two sites are needed\n"
	    "500 time\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n600 guard 0 granted\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n"
	    "= withdrawn since 600, decided: check front fails: 2 times in a row: status 503\n");
}

/* Refused then, it comes back. */
TEST(a_lease_is_renewed)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP "10 check 0 soft\n11 check 0 soft\n20 guard 0 granted 500\n600 guard 0 granted 900\n"
	       "1000 guard 0 refused\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n20 guard 0 granted 500\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n500 time\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n600 guard 0 granted 900\n"
	    "900 time\n  ask 0: check front fails: 2 times in a row: status 503\n"
	    "1000 guard 0 refused\n"
	    "  announce 0: check front fails: 2 times in a row: status 503; "
	    "kept by the guard: two sites are needed\n  refused 0: two sites are needed\n"
	    "= backup since 1000, decided: check front fails: 2 times in a row: "
	    "status 503; kept by the guard: two sites are needed\n");
}

/* Nor does it wait for an answer. */
TEST(definitive_evidence_asks_nobody)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP "10 check 0 soft\n11 check 0 soft\n20 listener 0 gone\n30 guard 0 refused\n",
	    UP_SEEN "10 check 0 soft\n11 check 0 soft\n"
		    "  ask 0: check front fails: 2 times in a row: status 503\n"
		    "  note 0: 2 times in a row: status 503\n20 listener 0 gone\n"
		    "  withdraw 0 at once: nothing listens on tcp/80\n"
		    "  forget 0: nothing listens on tcp/80\n30 guard 0 refused\n"
		    "= withdrawn since 20, decided: nothing listens on tcp/80\n");
}

TEST(an_answer_that_comes_too_late)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP "10 check 0 soft\n11 check 0 soft\n20 check 0 pass\n21 check 0 pass\n"
	       "30 guard 0 granted\n",
	    UP_SEEN "10 check 0 soft\n11 check 0 soft\n"
		    "  ask 0: check front fails: 2 times in a row: status 503\n"
		    "  note 0: 2 times in a row: status 503\n20 check 0 pass\n21 check 0 pass\n"
		    "  note 0: status 200\n"
		    "  forget 0: present, listening, checks passing\n30 guard 0 granted\n"
		    "= preferred since 2, decided: present, listening, checks passing\n");
}

TEST(a_service_that_never_was_asks_nobody)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    "0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 soft\n2 check 0 soft\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "0 listener 0 here\n  run 0: there again\n1 check 0 soft\n2 check 0 soft\n"
	    "  note 0: 2 times in a row: status 503\n"
	    "= withdrawn since 0, decided: check front fails: 2 times in a row: status 503\n");
}

TEST(backup_first_then_the_question)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	s.conf.ladder.backup_time = DURATION_MS(500);
	CHECK_PLAY(&s, UP "10 check 0 soft\n11 check 0 soft\n600 guard 0 granted\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n"
	    "  announce 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n511 time\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n600 guard 0 granted\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n"
	    "= withdrawn since 600, decided: check front fails: 2 times in a row: status 503\n");
}

TEST(an_operator_asks_nobody)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s, UP "10 drain 0 1000\n20 count 0\n",
	    UP_SEEN "10 drain 0 1000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
		    "20 count 0\n  withdraw 0 as ordered: drained: new kernel\n"
		    "  drained 0: 0 connections left after 10ms\n"
		    "= withdrawn since 20, decided: drained: new kernel\n");
}

/* The same file may come to every site; what was refused stays at backup. */
TEST(a_drain_by_file_asks)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP "10 filedrain 0 1000\n20 count 0\n30 guard 0 refused 500\n600 guard 0 granted\n"
	       "700 fileundrain\n",
	    UP_SEEN
	    "10 filedrain 0 1000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
	    "20 count 0\n  ask 0: drained: new kernel\n"
	    "  drained 0: 0 connections left after 10ms\n30 guard 0 refused 500\n"
	    "  refused 0: two sites are needed\n500 time\n  ask 0: drained: new kernel\n"
	    "600 guard 0 granted\n  withdraw 0 as ordered: drained: new kernel\n700 fileundrain\n"
	    "  announce 0: present, listening, checks passing\n"
	    "  undrained 0: the drain file is gone\n"
	    "= preferred since 700, decided: present, listening, checks passing\n");
}

TEST(a_drain_by_file_never_leads_up)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_PREFERRED;
	CHECK_PLAY(&s,
	    UP "10 filedrain 0 1000\n20 count 0\n30 guard 0 refused\n40 drain 0 1000\n50 undrain\n",
	    UP_SEEN
	    "10 filedrain 0 1000\n  announce 0: draining: new kernel\n  drains 0: new kernel\n"
	    "20 count 0\n  ask 0: drained: new kernel\n"
	    "  drained 0: 0 connections left after 10ms\n30 guard 0 refused\n"
	    "  refused 0: two sites are needed\n40 drain 0 1000\n"
	    "  withdraw 0 as ordered: drained: new kernel\n  drains 0: new kernel\n50 undrain\n"
	    "= withdrawn since 40, decided: drained: new kernel\n");
}

TEST(a_drain_goes_on_beside_a_refusal)
{
	struct stage_set s = simple();

	s.conf.guard.min_sites = 2;
	s.conf.ladder.when_refused = STAGE_BACKUP;
	CHECK_PLAY(&s,
	    UP
	    "10 check 0 soft\n11 check 0 soft\n20 guard 0 refused\n30 drain 0 1000\n40 count 0\n",
	    UP_SEEN
	    "10 check 0 soft\n11 check 0 soft\n"
	    "  ask 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n20 guard 0 refused\n"
	    "  announce 0: check front fails: 2 times in a row: status 503; "
	    "kept by the guard: two sites are needed\n  refused 0: two sites are needed\n"
	    "30 drain 0 1000\n"
	    "  drains 0: new kernel\n40 count 0\n  withdraw 0 as ordered: drained: new kernel\n"
	    "  drained 0: 0 connections left after 10ms\n"
	    "= withdrawn since 40, decided: drained: new kernel\n");
}
