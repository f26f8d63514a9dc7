/* An engine that follows another one of a changed configuration. */
#include <stdlib.h>

#include "base/alloc.h"
#include "play.h"
#include "tap.h"

/* The life of one engine, and of the one that follows it. */
struct lives {
	struct stage_set old_set, set;
	struct service *old, *s;
	struct service_actions actions;
	struct strbuf out;
};

static void
lives_done(struct lives *l)
{
	service_free(l->old);
	service_free(l->s);
	service_actions_done(&l->actions);
	strbuf_done(&l->out);
}

#define LIVES(l) _cleanup_(lives_done) struct lives l = { .old_set = simple(), .set = simple() }

static struct service *
make(struct stage_set *set, unsigned ms)
{
	set->conf.addresses = set->ips;
	set->conf.listens = set->listens;
	set->conf.checks = set->checks;
	return service_new(&set->conf, (struct instant){ ms * NS_PER_MS });
}

/* What an event leads to; borrowed. */
static const char *
give(struct lives *l, struct service *s, unsigned ms, const char *name, unsigned index,
    const char *word)
{
	struct instant now = { ms * NS_PER_MS };
	struct service_event ev = read_event(name, index, word, 0, now);

	strbuf_done(&l->out);
	service_input(s, &ev, now, &l->actions);
	write_actions(&l->actions, &l->out);
	return strbuf_get(&l->out);
}

/* The old engine, with all of its addresses announced since 2 ms. */
static void
come_up(struct lives *l)
{
	l->old = make(&l->old_set, 0);
	(void)give(l, l->old, 0, "start", 0, "");
	for (unsigned i = 0; i < l->old->conf.address_count; i++)
		(void)give(l, l->old, 0, "address", i, "here");
	for (unsigned i = 0; i < l->old->listener_count; i++)
		(void)give(l, l->old, 0, "listener", i, "here");
	for (unsigned ms = 1; ms <= 2; ms++) {
		for (unsigned i = 0; i < l->old->run_count; i++)
			(void)give(l, l->old, ms, "check", i, "pass");
	}
	CHECK_INT(service_stage(l->old), STAGE_PREFERRED);
}

static void
follow(struct lives *l, const bool *anew)
{
	l->s = make(&l->set, 1000);
	service_inherit(l->s, l->old, anew);
}

TEST(what_did_not_change_goes_on)
{
	LIVES(l);

	come_up(&l);
	(void)give(&l, l.old, 3, "check", 0, "soft");
	l.set.checks[0].policy.interval = DURATION_S(2);
	l.set.checks[0].policy.fall = 3;
	follow(&l, NULL);
	CHECK_STR(give(&l, l.s, 1000, "start", 0, ""), "");
	CHECK_INT(l.s->addresses[0].since.ns, 2 * NS_PER_MS);
	CHECK_INT(service_stage(l.s), STAGE_PREFERRED);
	/* one failure was counted before; the policy is the new one */
	CHECK_STR(give(&l, l.s, 1001, "check", 0, "soft"), "");
	CHECK_STR(give(&l, l.s, 1002, "check", 0, "soft"),
	    "  withdraw 0: check front fails: 3 times in a row: status 503\n"
	    "  note 0: 3 times in a row: status 503\n");
}

TEST(a_check_that_is_anew_takes_nothing_off_the_air)
{
	static const bool anew[] = { true, false };
	LIVES(l);

	come_up(&l);
	l.set.conf.check_count = 2; /* the second is new altogether */
	follow(&l, anew);
	CHECK_STR(give(&l, l.s, 1000, "start", 0, ""), "  run 0: new\n  run 1: new\n");
	CHECK_INT(service_stage(l.s), STAGE_PREFERRED);
	CHECK_STR(l.s->addresses[0].why, "waiting for the first verdict of check front");
	(void)give(&l, l.s, 1001, "check", 0, "pass");
	CHECK_STR(give(&l, l.s, 1002, "check", 0, "pass"), "  note 0: status 200\n");
	CHECK_STR(l.s->addresses[0].why, "waiting for the first verdict of check deep");
	/* its first verdict counts like any other */
	(void)give(&l, l.s, 1003, "check", 1, "soft");
	CHECK_STR(give(&l, l.s, 1004, "check", 1, "soft"),
	    "  withdraw 0: check deep fails: 2 times in a row: status 503\n"
	    "  note 1: 2 times in a row: status 503\n");
	CHECK_INT(l.s->addresses[0].evidence_since.ns, 1004 * NS_PER_MS);
}

TEST(a_socket_that_is_asked_for_now)
{
	LIVES(l);

	come_up(&l);
	l.set.conf.listen_count = 2;
	follow(&l, NULL);
	CHECK_STR(give(&l, l.s, 1000, "start", 0, ""), "");
	CHECK_INT(service_stage(l.s), STAGE_PREFERRED);
	CHECK_STR(give(&l, l.s, 1001, "listener", 1, "gone"),
	    "  withdraw 0 at once: nothing listens on udp/53\n"
	    "  note 0: nothing listens on udp/53\n");
}

TEST(an_address_more_and_one_less)
{
	LIVES(l);

	come_up(&l);
	l.set.conf.address_count = 2;
	follow(&l, NULL);
	CHECK_STR(give(&l, l.s, 1000, "start", 0, ""), "  add 1: nearcastd starts\n");
	CHECK_STR(give(&l, l.s, 1001, "address", 1, "here"), "  run 1: there again\n");
	/* listeners stand socket by socket: the second address's comes behind the first's */
	CHECK_INT(l.s->listeners[0].presence, PRESENCE_PRESENT);
	CHECK_INT(l.s->listeners[1].presence, PRESENCE_UNKNOWN);
	CHECK_INT(l.s->runs[0].state.verdict, VERDICT_PASSING);
	CHECK_INT(l.s->runs[1].state.verdict, VERDICT_UNKNOWN);
	CHECK_INT(l.s->addresses[0].stage, STAGE_PREFERRED);
	CHECK_INT(l.s->addresses[1].stage, STAGE_WITHDRAWN);
}

/* What a service has no more leaves as at the end of nearcastd: the address behind the withdraw. */
TEST(what_is_left_leaves_in_order)
{
	struct service_event stop = { .type = SERVICE_EVENT_STOP, .why = "removed" };
	struct instant now = { 1000 * NS_PER_MS };
	LIVES(l);

	come_up(&l);
	l.set.conf.check_count = l.set.conf.listen_count = 0;
	follow(&l, NULL);
	strbuf_done(&l.out);
	service_input(l.s, &stop, now, &l.actions);
	write_actions(&l.actions, &l.out);
	CHECK_STR(strbuf_get(&l.out), "  withdraw 0 as ordered: removed\n");
	CHECK_STR(give(&l, l.s, 1100, "flushed", 0, ""), "");
	CHECK_INT(service_deadline(l.s).ns, 1600 * NS_PER_MS);
	CHECK_STR(give(&l, l.s, 1600, "time", 0, ""),
	    "  remove 0: removed\n  done 0: withdrawn, settled, removed\n");
}

TEST(what_was_withdrawn_already_has_nothing_to_say)
{
	LIVES(l);

	come_up(&l);
	(void)give(&l, l.old, 10, "listener", 0, "gone");
	(void)give(&l, l.old, 11, "flushed", 0, "");
	l.set.conf.check_count = l.set.conf.listen_count = 0;
	follow(&l, NULL);
	CHECK_STR(give(&l, l.s, 1000, "stop", 0, ""),
	    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n");
}

TEST(a_drain_and_a_hold_go_on)
{
	LIVES(l);

	come_up(&l);
	(void)give(&l, l.old, 10, "drain", 0, "5000");
	CHECK_INT(service_stage(l.old), STAGE_BACKUP);
	l.set.conf.address_count = 2;
	follow(&l, NULL);
	CHECK_STR(give(&l, l.s, 1000, "start", 0, ""), "  add 1: nearcastd starts\n");
	CHECK_INT(service_stage(l.s), STAGE_BACKUP);
	CHECK_INT(l.s->drain.phase, DRAIN_WAITING);
	CHECK_INT(service_deadline(l.s).ns, 5010 * NS_PER_MS);
}

/* The address goes on, and the evidence of the other service says nothing about it. */
TEST(an_address_of_another_service)
{
	LIVES(l);

	come_up(&l);
	l.set.conf.name = "other";
	follow(&l, NULL);
	CHECK_STR(give(&l, l.s, 1000, "start", 0, ""), "  run 0: new\n");
	CHECK_INT(service_stage(l.s), STAGE_PREFERRED);
	CHECK_INT(l.s->runs[0].state.verdict, VERDICT_UNKNOWN);
	CHECK_STR(give(&l, l.s, 1001, "check", 0, "refused"),
	    "  withdraw 0 at once: check front fails: refused\n  note 0: refused\n");
}
