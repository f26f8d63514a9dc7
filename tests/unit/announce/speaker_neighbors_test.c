/*
 * Neighbors that come and go while the speaker runs: 127.0.0.1 in AS 65001 with a peer at
 * 127.0.0.2, as in the other tests, and one at 127.0.0.3 in AS 65003.
 */
#include <errno.h>

#include "base/alloc.h"
#include "fixture.h"

struct third {
	struct announcer *a; /* owned */
	struct neighbor_conf ours, theirs;
};

static void
third_done(struct third *t)
{
	announcer_free(t->a);
}

static struct third
third(uint16_t port)
{
	struct third t = { .ours = conf_of(0, port), .theirs = conf_of(1, port) };

	t.ours.name = "third";
	t.ours.address = ip_of("127.0.0.3");
	t.ours.peer_as = 65003;
	t.ours.prefix_limit = 2;
	t.theirs.local_address = t.theirs.router_id = ip_of("127.0.0.3");
	t.theirs.local_as = 65003;
	t.theirs.next_hop4 = ip_of("192.0.2.3"); /* a loopback address would be malformed */
	return t;
}

static void
start_third(struct fixture *f, struct third *t)
{
	const struct announcer_events events = { 0 };
	struct err e = { 0 };

	if (announcer_new_speaker(f->loop, &t->theirs, 1, &events, &t->a, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
}

static bool
is_up(const struct announcer *a, const char *name)
{
	json_auto_t *all = announcer_status(a, clock_now());
	json_t *n;
	size_t i;

	json_array_foreach (all, i, n) {
		if (strcmp(json_string_value(json_object_get(n, "name")), name) == 0)
			return strcmp(json_string_value(json_object_get(n, "state")),
				   "Established") == 0;
	}
	return false;
}

/* The speaker and the peer at 127.0.0.2, with one announcement between them. */
static void
speak_together(struct fixture *f, uint16_t port)
{
	struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };

	speak(f, 0, &conf[0]);
	speak(f, 1, &conf[1]);
	announce(f, 0, "203.0.113.10/32");
	announcer_release_end_of_rib(f->a[0]);
	RUN_UNTIL(*f, status_number(f, 1, "prefixes_received") == 1);
}

TEST(one_more_is_told_everything_and_the_others_nothing)
{
	uint16_t port = free_port();
	_cleanup_(third_done) struct third t = third(port);
	struct prefix prefix = prefix_of("203.0.113.10/32");
	json_int_t updates;
	FIXTURE(f);

	speak_together(&f, port);
	RUN_UNTIL(f, number(f.a[0], "peer", "updates_sent") == 3); /* two of them End-of-RIB */
	updates = number(f.a[0], "peer", "updates_sent");
	strbuf_done(&f.events);
	start_third(&f, &t);
	REQUIRE(announcer_add_neighbor(f.a[0], &t.ours, NULL) == 0);
	CHECK_INT(announcer_told(f.a[0], prefix).of, 2);
	announce(&f, 0, "203.0.113.10/32");
	RUN_UNTIL(f, announcer_told(f.a[0], prefix).count == 2);
	RUN_UNTIL(f, number(f.a[0], "third", "updates_sent") == 3);
	CHECK(strstr(strbuf_get(&f.events), "third up; "));
	CHECK_INT(number(f.a[0], "peer", "updates_sent"), updates);
	CHECK_INT(number(f.a[0], "peer", "established_count"), 1);
}

TEST(one_that_can_not_work_is_not_there)
{
	uint16_t port = free_port();
	struct third t = third(port);
	struct err e = { 0 };
	FIXTURE(f);

	speak_together(&f, port);
	t.ours.local_as = 0;
	CHECK_INT(announcer_check_neighbor(&t.ours, &e), -EINVAL);
	CHECK_STR(e.message, "neighbor third: AS 0 is not an AS (RFC 7607)");
	CHECK_INT(announcer_add_neighbor(f.a[0], &t.ours, &e), -EINVAL);
	/* nobody can listen there */
	t = third(port);
	t.ours.mode = NEIGHBOR_PASSIVE;
	t.ours.password = "s3cret";
	t.ours.local_address = ip_of("192.0.2.1");
	CHECK(announcer_check_neighbor(&t.ours, &e) == 0);
	t.ours.multihop = t.ours.ttl_security = 2;
	CHECK_INT(announcer_add_neighbor(f.a[0], &t.ours, &e), -EINVAL);
	CHECK_INT(number(f.a[0], "third", "updates_sent"), -1);
	CHECK(is_up(f.a[0], "peer"));
}

TEST(who_is_removed_is_told_why)
{
	uint16_t port = free_port();
	_cleanup_(third_done) struct third t = third(port);
	struct prefix prefix = prefix_of("203.0.113.10/32");
	FIXTURE(f);

	speak_together(&f, port);
	start_third(&f, &t);
	REQUIRE(announcer_add_neighbor(f.a[0], &t.ours, NULL) == 0);
	announce(&f, 0, "203.0.113.10/32");
	RUN_UNTIL(f, announcer_told(f.a[0], prefix).count == 2 && is_up(t.a, "peer"));
	strbuf_done(&f.events);
	announcer_remove_neighbor(f.a[0], "third", "moved to another rack");
	CHECK_INT(number(f.a[0], "third", "updates_sent"), -1);
	CHECK_INT(announcer_told(f.a[0], prefix).of, 1);
	CHECK_STR(strbuf_get(&f.events), "third down; ");
	RUN_UNTIL(f, !is_up(t.a, "peer"));
	json_auto_t *all = announcer_status(t.a, clock_now());
	const char *heard = json_string_value(
	    json_object_get(json_array_get(all, 0), "last_notification_received"));
	CHECK(heard && strstr(heard, "moved to another rack"));
	CHECK(is_up(f.a[0], "peer"));
	announcer_remove_neighbor(f.a[0], "nobody", NULL);
	/* withdrawn from those who are left, and told once */
	withdraw(&f, 0, "203.0.113.10/32");
	CHECK_STR(strbuf_get(&f.events), "withdrawn 203.0.113.10/32 1/1; ");
	CHECK_INT(number(f.a[0], "peer", "established_count"), 1);
}

/* As when its password changed: the old one has its Cease, and the new one is let in. */
TEST(one_that_is_removed_may_come_back_changed)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	FIXTURE(f);

	speak_together(&f, port);
	for (int round = 0; round < 20; round++) {
		announcer_remove_neighbor(f.a[0], "peer", "changed");
		conf.mode = round % 2 == 0 ? NEIGHBOR_PASSIVE : NEIGHBOR_BOTH;
		REQUIRE(announcer_add_neighbor(f.a[0], &conf, NULL) == 0);
		announce(&f, 0, "203.0.113.10/32");
	}
	RUN_UNTIL(f, announcer_told(f.a[0], prefix_of("203.0.113.10/32")).count == 1);
	CHECK_INT(number(f.a[0], "peer", "established_count"), 1);
	/* those that left are gone before the speaker is */
	announcer_remove_neighbor(f.a[0], "peer", NULL);
	announcer_stop(f.a[0], NULL, on_stopped, &f);
	RUN_UNTIL(f, f.stopped);
}

TEST(a_withdrawal_does_not_wait_for_who_was_removed)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	_cleanup_(third_done) struct third t = third(port);
	FIXTURE(f);

	conf.prefix_limit = t.ours.prefix_limit = 2000000;
	speak(&f, 0, &conf);
	start_third(&f, &t);
	REQUIRE(announcer_add_neighbor(f.a[0], &t.ours, NULL) == 0);
	RUN_UNTIL(f, is_up(f.a[0], "third"));
	/* the peer reads nothing while the loop does not run */
	announce_until_full(&f, "third");
	withdraw(&f, 0, "203.0.113.1/32");
	CHECK_STR(strbuf_get(&f.events), "");
	announcer_remove_neighbor(f.a[0], "third", NULL);
	CHECK_STR(strbuf_get(&f.events), "third down; withdrawn 203.0.113.1/32 0/1; ");
}

TEST(limits_and_pauses_are_taken_live)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	struct announcement as = { .prefix = prefix_of("203.0.113.20/32") };
	struct err e = { 0 };
	FIXTURE(f);

	speak_together(&f, port);
	conf.prefix_limit = 1;
	conf.user_timeout = DURATION_S(60);
	announcer_adjust_neighbor(f.a[0], &conf);
	CHECK_INT(announcer_set(f.a[0], &as, &e), -E2BIG);
	CHECK(strstr(e.message, "prefix-limit of neighbor peer (1)"));
	CHECK_INT(number(f.a[0], "peer", "prefix_limit"), 1);
	conf.prefix_limit = 2;
	announcer_adjust_neighbor(f.a[0], &conf);
	CHECK_INT(announcer_set(f.a[0], &as, &e), 0);
	RUN_UNTIL(f, status_number(&f, 1, "prefixes_received") == 2);
	CHECK_INT(number(f.a[0], "peer", "established_count"), 1);
}

TEST(what_is_watched_is_watched_at_all)
{
	uint16_t port = free_port();
	_cleanup_(third_done) struct third t = third(port);
	struct prefix prefix = prefix_of("203.0.113.99/32");
	json_auto_t *watched = NULL;
	struct announcement as = { .prefix = prefix };
	FIXTURE(f);

	speak_together(&f, port);
	announcer_watch(f.a[0], prefix);
	start_third(&f, &t);
	CHECK_INT(announcer_set(t.a, &as, NULL), 0);
	REQUIRE(announcer_add_neighbor(f.a[0], &t.ours, NULL) == 0);
	RUN_UNTIL(f, number(f.a[0], "third", "prefixes_received") == 1);
	watched = announcer_watched(f.a[0], NULL, clock_now());
	CHECK_INT(json_integer_value(json_object_get(json_array_get(watched, 0), "paths")), 1);
	announcer_unwatch(f.a[0], prefix);
	announcer_unwatch(f.a[0], prefix);
	json_decref(watched);
	watched = announcer_watched(f.a[0], NULL, clock_now());
	CHECK_INT((json_int_t)json_array_size(watched), 0);
}
