/* How a service comes up, is lost and ends, with definitive and soft evidence: whole transcripts.
 */
#include "play.h"

#include <stdlib.h>

#include "tap.h"

TEST(up_in_order)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, "0 start\n",
	    "0 start\n  add 0: nearcastd starts\n= withdrawn since 0, undecided: nearcastd "
	    "starts\n");
	CHECK_PLAY(&s, "0 start\n0 listener 0 here\n",
	    "0 start\n  add 0: nearcastd starts\n0 listener 0 here\n"
	    "= withdrawn since 0, undecided: waiting for the address\n");
	CHECK_PLAY(&s, "0 start\n0 address 0 here\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "= withdrawn since 0, undecided: waiting for a look at tcp/80\n");
	CHECK_PLAY(&s, "0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 pass\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "0 listener 0 here\n  run 0: there again\n1 check 0 pass\n"
	    "= withdrawn since 0, undecided: waiting for the first verdict of check front\n");
	CHECK_PLAY(
	    &s, UP, UP_SEEN "= preferred since 2, decided: present, listening, checks passing\n");
}

TEST(nothing_before_start)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    "0 address 0 here\n0 listener 0 here\n0 check 0 pass\n0 check 0 pass\n0 stop\n",
	    "0 address 0 here\n0 listener 0 here\n0 check 0 pass\n0 check 0 pass\n0 stop\n"
	    "= withdrawn since 0, undecided: nearcastd starts\n");
}

TEST(listener_dies_and_returns)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    UP "10 listener 0 gone\n11 flushed 0\n11 check 0 old\n60 listener 0 here\n"
	       "61 check 0 pass\n161 check 0 pass\n",
	    UP_SEEN "10 listener 0 gone\n  withdraw 0 at once: nothing listens on tcp/80\n"
		    "  note 0: nothing listens on tcp/80\n11 flushed 0\n11 check 0 old\n"
		    "60 listener 0 here\n  run 0: there again\n61 check 0 pass\n161 check 0 pass\n"
		    "  note 0: status 200\n  announce 0: present, listening, checks passing\n"
		    "= preferred since 161, decided: present, listening, checks passing\n");
}

TEST(soft_evidence_takes_its_time)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 check 0 soft\n20 check 0 pass\n30 check 0 soft\n40 check 0 soft\n",
	    UP_SEEN
	    "10 check 0 soft\n20 check 0 pass\n30 check 0 soft\n40 check 0 soft\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n"
	    "= withdrawn since 40, decided: check front fails: 2 times in a row: status 503\n");
}

TEST(refused_by_ourselves_is_definitive)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 check 0 refused\n20 check 0 refused\n",
	    UP_SEEN "10 check 0 refused\n  withdraw 0 at once: check front fails: refused\n"
		    "  note 0: refused\n20 check 0 refused\n"
		    "= withdrawn since 10, decided: check front fails: refused\n");
}

TEST(address_is_put_back)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s,
	    UP "10 address 0 gone\n11 flushed 0\n1500 address 0 gone\n2500 address 0 here\n"
	       "2501 check 0 pass\n2502 check 0 pass\n",
	    UP_SEEN
	    "10 address 0 gone\n  withdraw 0 at once: the address is missing: it was removed\n"
	    "  note 0: the address is missing: it was removed\n11 flushed 0\n"
	    "1010 time\n  add 0: it was removed\n1500 address 0 gone\n"
	    "2500 time\n  add 0: it was removed\n2500 address 0 here\n  run 0: there again\n"
	    "2501 check 0 pass\n2502 check 0 pass\n"
	    "  note 0: status 200\n  announce 0: present, listening, checks passing\n"
	    "= preferred since 2502, decided: present, listening, checks passing\n");
}

TEST(stop_withdraws_settles_removes)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 stop\n10 stop\n12 flushed 0\n400 wait\n512 wait\n600 check 0 pass\n",
	    UP_SEEN
	    "10 stop\n  withdraw 0 as ordered: nearcastd ends\n10 stop\n12 flushed 0\n512 time\n"
	    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
	    "600 check 0 pass\n= withdrawn since 10, decided: nearcastd ends\n");
}

TEST(stop_does_not_wait_for_a_dead_peer)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 stop\n5000 wait\n",
	    UP_SEEN "10 stop\n  withdraw 0 as ordered: nearcastd ends\n1010 time\n1510 time\n"
		    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
		    "= withdrawn since 10, decided: nearcastd ends\n");
}

TEST(stop_of_what_was_never_announced)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, "0 start\n0 address 0 here\n7 stop\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n7 stop\n"
	    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
	    "= withdrawn since 0, decided: nearcastd ends\n");
}

TEST(stop_counts_from_the_last_withdraw)
{
	struct stage_set s = simple();

	CHECK_PLAY(&s, UP "10 listener 0 gone\n11 flushed 0\n300 stop\n600 wait\n",
	    UP_SEEN "10 listener 0 gone\n  withdraw 0 at once: nothing listens on tcp/80\n"
		    "  note 0: nothing listens on tcp/80\n11 flushed 0\n300 stop\n511 time\n"
		    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
		    "= withdrawn since 10, decided: nearcastd ends\n");
}

TEST(stop_keeps)
{
	struct stage_set s = simple();

	s.conf.keep_on_exit = true;
	CHECK_PLAY(&s, UP "10 stop\n20 listener 0 gone\n",
	    UP_SEEN "10 stop\n  done 0: on-exit is keep\n20 listener 0 gone\n"
		    "= preferred since 2, decided: present, listening, checks passing\n");
}

TEST(each_address_is_judged_by_itself)
{
	struct stage_set s = simple();

	s.conf.address_count = 2;
	s.conf.check_count = 2;
	/* runs: front at each address (0, 1), deep for both (2) */
	CHECK_PLAY(&s,
	    "0 start\n0 address 0 here\n0 address 1 here\n0 listener 0 here\n0 listener 1 here\n"
	    "1 check 0 pass\n1 check 1 pass\n1 check 2 pass\n2 check 0 pass\n2 check 1 pass\n2 "
	    "check 2 pass\n"
	    "10 listener 1 gone\n20 check 0 refused\n30 check 2 soft\n",
	    "0 start\n  add 0: nearcastd starts\n  add 1: nearcastd starts\n"
	    "0 address 0 here\n  run 0: there again\n"
	    "0 address 1 here\n  run 1: there again\n  run 2: there again\n"
	    "0 listener 0 here\n  run 0: there again\n  run 2: there again\n"
	    "0 listener 1 here\n  run 1: there again\n  run 2: there again\n"
	    "1 check 0 pass\n1 check 1 pass\n1 check 2 pass\n"
	    "2 check 0 pass\n  note 0: status 200\n2 check 1 pass\n  note 1: status 200\n"
	    "2 check 2 pass\n  note 2: status 200\n  announce 0: present, listening, checks "
	    "passing\n"
	    "  announce 1: present, listening, checks passing\n"
	    "10 listener 1 gone\n  withdraw 1 at once: nothing listens on tcp/80\n"
	    "  note 1: nothing listens on tcp/80\n"
	    "20 check 0 refused\n  withdraw 0 at once: check front fails: refused\n  note 0: "
	    "refused\n"
	    "30 check 2 soft\n= withdrawn since 20, decided: check front fails: refused\n");
}

TEST(a_run_for_all_covers_all)
{
	struct stage_set s = simple();

	s.conf.address_count = 2;
	s.conf.listen_count = 0;
	s.checks[0] = s.checks[1];
	CHECK_PLAY(&s,
	    "0 start\n0 address 0 here\n0 address 1 here\n1 check 0 pass\n2 check 0 pass\n"
	    "10 address 1 gone\n12 check 0 pass\n20 check 0 soft\n21 check 0 soft\n",
	    "0 start\n  add 0: nearcastd starts\n  add 1: nearcastd starts\n0 address 0 here\n"
	    "0 address 1 here\n  run 0: there again\n1 check 0 pass\n2 check 0 pass\n"
	    "  note 0: status 200\n  announce 0: present, listening, checks passing\n"
	    "  announce 1: present, listening, checks passing\n"
	    "10 address 1 gone\n  withdraw 1 at once: the address is missing: it was removed\n"
	    "12 check 0 pass\n20 check 0 soft\n21 check 0 soft\n"
	    "  withdraw 0: check deep fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n"
	    "= withdrawn since 21, decided: check deep fails: 2 times in a row: status 503\n");
}

TEST(listener_alone_is_enough)
{
	struct stage_set s = simple();

	s.conf.check_count = 0;
	CHECK_PLAY(&s, "0 start\n0 address 0 here\n5 listener 0 here\n9 listener 0 gone\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n5 listener 0 here\n"
	    "  announce 0: present, listening, checks passing\n9 listener 0 gone\n"
	    "  withdraw 0 at once: nothing listens on tcp/80\n"
	    "= withdrawn since 9, decided: nothing listens on tcp/80\n");
}

/* Every event in every phase, in random order: what must hold always. */
TEST(invariants_hold_whatever_happens)
{
	static const char *const words[] = { "here", "gone", "pass", "soft", "refused", "old" };
	static const char *const names[] = { "address", "listener", "check", "flushed", "time",
		"wait" };
	uint64_t x = 7;

	for (int round = 0; round < 200; round++) {
		struct stage_set set = simple();
		struct service_actions actions = { 0 };
		bool announced = false, on_lo = false, added = false;
		struct service *s;

		set.conf.addresses = set.ips;
		set.conf.listens = set.listens;
		set.conf.checks = set.checks;
		s = service_new(&set.conf, (struct instant){ 0 });
		for (unsigned step = 0; step < 400; step++) {
			struct instant now = { step * 10 * NS_PER_MS };
			struct service_event ev;

			x = x * 6364136223846793005u + 1442695040888963407u;
			ev = read_event(step == 0     ? "start"
					: step == 380 ? "stop"
						      : names[(x >> 33) % ARRAY_SIZE(names)],
			    0, words[(x >> 40) % ARRAY_SIZE(words)], 0, now);
			service_input(s, &ev, now, &actions);
			if (ev.type == SERVICE_EVENT_ADDRESS)
				on_lo = ev.present;
			for (size_t i = 0; i < actions.count; i++) {
				switch (actions.items[i].type) {
				case SERVICE_ADD_ADDRESS:
					added = true;
					break;
				case SERVICE_ANNOUNCE:
					CHECK(!announced && added && on_lo);
					announced = true;
					break;
				case SERVICE_WITHDRAW:
					CHECK(announced);
					CHECK_INT(i, 0); /* before anything else */
					announced = false;
					break;
				case SERVICE_REMOVE_ADDRESS:
					CHECK(!announced && s->phase == SERVICE_STOPPED);
					break;
				case SERVICE_RUN_CHECK:
				case SERVICE_NOTE:
				case SERVICE_DAMPED:
				case SERVICE_ASK_GUARD:
				case SERVICE_FORGET_GUARD:
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
			CHECK(!announced || on_lo);
			CHECK(announced == (service_stage(s) == STAGE_PREFERRED));
			CHECK(!announced || s->listeners[0].presence == PRESENCE_PRESENT);
			CHECK(!announced || s->runs[0].state.verdict == VERDICT_PASSING);
		}
		service_actions_done(&actions);
		service_free(s);
	}
}
