/* A catchment of three hosts, look by look, with a clock of ours. */
#include "controller/catchment.h"

#include "base/attr.h"
#include "tap.h"

#define PARTS 3

struct fixture {
	struct catchment_part parts[PARTS];
	struct catchment c;
	struct instant now;
};

static void
init(struct fixture *f, bool best)
{
	*f = (struct fixture){ .now = { INT64_C(1000) * NS_PER_S } };
	for (size_t i = 0; i < PARTS; i++)
		f->parts[i] =
		    (struct catchment_part){ .sends = i == 0, .measures = best, .seen = f->now };
	f->c = (struct catchment){
		.since = f->now, .best = best, .parts = f->parts, .part_count = PARTS
	};
}

static void
say(struct fixture *f, size_t part, enum part_state state)
{
	(void)catchment_say(&f->parts[part], state, "no right", f->now);
	catchment_look(&f->c, f->now);
}

/* All say again what they said, second by second, but for one. */
static void
go_on(struct fixture *f, int seconds, size_t silent)
{
	for (int i = 0; i < seconds; i++) {
		f->now = instant_add(f->now, DURATION_S(1));
		for (size_t p = 0; p < PARTS; p++) {
			if (p != silent && f->parts[p].state != PART_ASKED)
				(void)catchment_say(&f->parts[p], f->parts[p].state, "", f->now);
		}
		catchment_look(&f->c, f->now);
	}
}

#define NOBODY_IS_SILENT SIZE_MAX

/* "running: send listen listen": the state, and what each is told. */
static const char *
told(const struct fixture *f)
{
	static char text[120];

	(void)snprintf(text, sizeof(text), "%s: %s %s %s", catchment_state_name(f->c.state),
	    catch_order_names[catchment_order(&f->c, &f->parts[0])],
	    catch_order_names[catchment_order(&f->c, &f->parts[1])],
	    catch_order_names[catchment_order(&f->c, &f->parts[2])]);
	return text;
}

static void
all_listen(struct fixture *f)
{
	for (size_t i = 0; i < PARTS; i++)
		say(f, i, PART_LISTENING);
}

static void
all_end(struct fixture *f)
{
	for (size_t i = 0; i < PARTS; i++)
		say(f, i, PART_ENDED);
}

TEST(one_sends_when_all_listen)
{
	struct fixture f;

	init(&f, false);
	say(&f, 0, PART_LISTENING);
	say(&f, 1, PART_LISTENING);
	CHECK_STR(told(&f), "requested: listen listen listen");
	say(&f, 2, PART_LISTENING);
	CHECK_STR(told(&f), "running: send listen listen");
	say(&f, 0, PART_SENDING);
	go_on(&f, 60, NOBODY_IS_SILENT);
	CHECK_STR(told(&f), "running: send listen listen");
	say(&f, 0, PART_SENT);
	CHECK_STR(told(&f), "collecting: end end end");
	all_end(&f);
	CHECK_STR(catchment_state_name(f.c.state), "done");
	CHECK_STR(f.c.why, "");
}

TEST(then_each_site_measures)
{
	struct fixture f;

	init(&f, true);
	all_listen(&f);
	say(&f, 0, PART_SENT);
	CHECK_STR(told(&f), "measuring: measure measure measure");
	say(&f, 0, PART_MEASURED);
	say(&f, 1, PART_MEASURED);
	say(&f, 2, PART_MEASURING);
	CHECK_INT(f.c.state, CATCHMENT_MEASURING);
	/* one that goes away is not waited for */
	go_on(&f, 13, 2);
	CHECK_STR(catchment_part_name(f.parts[2].state), "gone");
	CHECK_INT(f.c.state, CATCHMENT_COLLECTING);
	CHECK_INT(f.c.outcome, CATCHMENT_DONE);
}

TEST(who_does_not_answer_is_not_waited_for)
{
	struct fixture f;

	init(&f, false);
	say(&f, 0, PART_LISTENING);
	say(&f, 1, PART_LISTENING);
	go_on(&f, 9, 2);
	CHECK_INT(f.c.state, CATCHMENT_REQUESTED);
	go_on(&f, 1, 2);
	CHECK_STR(told(&f), "running: send listen listen");
	go_on(&f, 2, 2);
	CHECK_STR(catchment_part_name(f.parts[2].state), "gone");
	CHECK(f.parts[2].why[0] != '\0');
	/* late is better than never */
	say(&f, 2, PART_LISTENING);
	CHECK_STR(told(&f), "running: send listen listen");
	CHECK_STR(f.parts[2].why, "");
}

TEST(without_the_sender_it_fails)
{
	struct fixture f;

	init(&f, false);
	all_listen(&f);
	say(&f, 0, PART_SENDING);
	go_on(&f, 11, 0);
	CHECK_INT(f.c.state, CATCHMENT_RUNNING);
	go_on(&f, 1, 0);
	CHECK_INT(f.c.state, CATCHMENT_COLLECTING);
	CHECK_INT(f.c.outcome, CATCHMENT_FAILED);
	CHECK_STR(f.c.why, "the host that sends: it went away in the middle");
	say(&f, 1, PART_ENDED);
	say(&f, 2, PART_ENDED);
	CHECK_STR(catchment_state_name(f.c.state), "failed");

	init(&f, false);
	say(&f, 0, PART_FAILED);
	CHECK_STR(f.c.why, "the host that sends: no right");

	/* it has not even answered */
	init(&f, false);
	go_on(&f, 12, NOBODY_IS_SILENT);
	CHECK_STR(catchment_state_name(f.c.state), "failed");
}

TEST(a_listener_that_fails_costs_no_more_than_its_rows)
{
	struct fixture f;

	init(&f, false);
	say(&f, 0, PART_LISTENING);
	say(&f, 1, PART_FAILED);
	say(&f, 2, PART_LISTENING);
	CHECK_STR(told(&f), "running: send end listen");
	CHECK_STR(f.parts[1].why, "no right");
	/* and does not come back, whatever it says */
	CHECK(!catchment_say(&f.parts[1], PART_LISTENING, "", f.now));
}

TEST(a_stop_is_at_once)
{
	struct fixture f;

	init(&f, true);
	all_listen(&f);
	say(&f, 0, PART_SENDING);
	CHECK(catchment_stop(&f.c, "stopped by ann", f.now));
	CHECK_STR(told(&f), "collecting: end end end");
	CHECK(!catchment_stop(&f.c, "again", f.now));
	say(&f, 0, PART_ENDED);
	/* who does not hand in its last is not waited for long */
	go_on(&f, 4, NOBODY_IS_SILENT);
	CHECK(!catchment_is_over(&f.c));
	go_on(&f, 1, NOBODY_IS_SILENT);
	CHECK_STR(catchment_state_name(f.c.state), "stopped");
	CHECK_STR(f.c.why, "stopped by ann");
	CHECK_STR(catchment_part_name(f.parts[1].state), "gone");
	CHECK(!catchment_stop(&f.c, "again", f.now));
}

TEST(a_program_that_began_anew_does_not_ask_again)
{
	struct fixture f;

	init(&f, false);
	all_listen(&f);
	catchment_restarted(&f.c, &f.parts[1]);
	CHECK_STR(told(&f), "running: send listen listen");
	catchment_restarted(&f.c, &f.parts[0]);
	CHECK_STR(told(&f), "running: end listen listen");
	catchment_look(&f.c, f.now);
	CHECK_INT(f.c.outcome, CATCHMENT_FAILED);

	init(&f, true);
	all_listen(&f);
	say(&f, 0, PART_SENT);
	catchment_restarted(&f.c, &f.parts[2]);
	CHECK_STR(told(&f), "measuring: measure measure end");
}

TEST(a_clock_that_is_stepped_back_ends_nothing)
{
	struct fixture f;

	init(&f, false);
	all_listen(&f);
	say(&f, 0, PART_SENDING);
	f.now = (struct instant){ 0 };
	catchment_look(&f.c, f.now);
	CHECK_STR(told(&f), "running: send listen listen");
	go_on(&f, 30, NOBODY_IS_SILENT);
	CHECK_STR(told(&f), "running: send listen listen");
}

TEST(names)
{
	for (int s = 0; s < CATCHMENT_STATES; s++)
		CHECK_INT(catchment_state_of(catchment_state_name(s)), s);
	for (int s = 0; s < PART_STATES; s++)
		CHECK_INT(catchment_part_of(catchment_part_name(s)), s);
	CHECK_INT(catchment_state_of("paused"), CATCHMENT_STATES);
	CHECK_INT(catchment_part_of(""), PART_STATES);
}
