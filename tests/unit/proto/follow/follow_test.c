/* When a controller is asked, and told: by a clock that the test moves. */
#include "proto/follow/follow.h"

#include <string.h>

#include "tap.h"

struct scene {
	struct follow f;
	struct instant now;
};

static struct scene
scene_new(void)
{
	struct scene s = { .now = { 1000 * NS_PER_S } };

	follow_init(&s.f, 7);
	return s;
}

static unsigned
take(
    struct scene *s, enum follow_event_type type, enum follow_what line, bool news, const char *why)
{
	struct follow_event ev = { .type = type, .line = line, .has_news = news, .why = why };

	return follow_input(&s->f, &ev, s->now);
}

static unsigned
start(struct scene *s)
{
	return take(s, FOLLOW_EVENT_START, FOLLOW_POLL, false, NULL);
}

static unsigned
answered(struct scene *s, enum follow_what line, bool news)
{
	return take(s, FOLLOW_EVENT_ANSWERED, line, news, NULL);
}

/* As it is when the controller has answered once. */
static void
start_well(struct scene *s)
{
	(void)start(s);
	(void)answered(s, FOLLOW_POLL, true);
}

static unsigned
failed(struct scene *s, enum follow_what line, const char *why)
{
	return take(s, FOLLOW_EVENT_FAILED, line, false, why);
}

static unsigned
changed(struct scene *s)
{
	return take(s, FOLLOW_EVENT_CHANGED, FOLLOW_POLL, false, NULL);
}

/* How long until something is due, in ms; then that moment has come. */
static long long
wait_ms(struct scene *s, unsigned *actions)
{
	struct instant due = follow_deadline(&s->f);
	long long ms = duration_ms(instant_diff(due, s->now));

	if (instant_is_never(due))
		return -1;
	s->now = due;
	*actions = take(s, FOLLOW_EVENT_TIME, FOLLOW_POLL, false, NULL);
	return ms;
}

TEST(asks_before_it_tells)
{
	struct scene s = scene_new();

	CHECK(instant_is_never(follow_deadline(&s.f)));
	CHECK_INT(changed(&s), 0); /* nobody has joined anything yet */
	CHECK(instant_is_never(follow_deadline(&s.f)));
	CHECK_INT(start(&s), FOLLOW_DO_POLL);
	CHECK(instant_is_never(follow_deadline(&s.f)));
	CHECK(!follow_is_connected(&s.f) && instant_is_never(follow_contact(&s.f)));
	CHECK_INT(answered(&s, FOLLOW_POLL, true), FOLLOW_DO_POLL | FOLLOW_DO_REPORT);
	(void)answered(&s, FOLLOW_REPORT, false);
	/* a controller that was away is asked first, whatever there is to tell */
	(void)failed(&s, FOLLOW_POLL, "away");
	(void)changed(&s);
	CHECK_INT(answered(&s, FOLLOW_POLL, true), FOLLOW_SAY_WELL | FOLLOW_DO_POLL);
	(void)failed(&s, FOLLOW_POLL, "away");
	s.now = instant_add(s.now, DURATION_S(90));
	CHECK_INT(take(&s, FOLLOW_EVENT_TIME, FOLLOW_POLL, false, NULL), FOLLOW_DO_POLL);
	CHECK(instant_is_never(follow_deadline(&s.f)));
	CHECK_INT(
	    answered(&s, FOLLOW_POLL, true), FOLLOW_SAY_WELL | FOLLOW_DO_POLL | FOLLOW_DO_REPORT);
}

TEST(polls_again_at_once_when_there_was_news)
{
	struct scene s = scene_new();

	(void)start(&s);
	CHECK_INT(answered(&s, FOLLOW_POLL, true), FOLLOW_DO_POLL | FOLLOW_DO_REPORT);
	CHECK(follow_is_connected(&s.f));
	CHECK_INT(follow_contact(&s.f).ns, s.now.ns);
	s.now = instant_add(s.now, DURATION_S(50));
	CHECK_INT(answered(&s, FOLLOW_POLL, false), FOLLOW_DO_POLL);
}

TEST(a_controller_that_does_not_wait_is_not_asked_without_end)
{
	struct scene s = scene_new();
	unsigned actions;

	start_well(&s);
	(void)answered(&s, FOLLOW_REPORT, false);
	s.now = instant_add(s.now, DURATION_MS(10));
	CHECK_INT(answered(&s, FOLLOW_POLL, false), 0);
	CHECK_INT(wait_ms(&s, &actions), 990);
	CHECK_INT(actions, FOLLOW_DO_POLL);
}

TEST(changes_are_reported_together)
{
	struct scene s = scene_new();
	unsigned actions;

	start_well(&s);
	(void)answered(&s, FOLLOW_REPORT, false);
	CHECK_INT(changed(&s), 0);
	s.now = instant_add(s.now, DURATION_MS(30));
	CHECK_INT(changed(&s), 0);
	CHECK_INT(wait_ms(&s, &actions), 20);
	CHECK_INT(actions, FOLLOW_DO_REPORT);
	/* what comes while one is on its way goes with the next */
	CHECK_INT(changed(&s), 0);
	CHECK(instant_is_never(follow_deadline(&s.f)));
	CHECK_INT(answered(&s, FOLLOW_REPORT, false), 0);
	CHECK_INT(wait_ms(&s, &actions), 50);
	CHECK_INT(actions, FOLLOW_DO_REPORT);
}

TEST(without_a_change_it_is_reported_each_minute)
{
	struct scene s = scene_new();
	unsigned actions;
	long long ms;

	start_well(&s);
	for (int i = 0; i < 20; i++) {
		(void)answered(&s, FOLLOW_REPORT, false);
		ms = wait_ms(&s, &actions);
		CHECK(ms >= 45000 && ms <= 60000);
		CHECK_INT(actions, FOLLOW_DO_REPORT);
	}
}

TEST(what_fails_is_tried_ever_later)
{
	static const long long most[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000 };
	struct scene s = scene_new();
	unsigned actions;

	start_well(&s);
	(void)failed(&s, FOLLOW_REPORT, "x"); /* has its own times */
	(void)answered(&s, FOLLOW_REPORT, false);
	for (size_t i = 0; i < ARRAY_SIZE(most); i++) {
		long long ms;

		CHECK_INT(failed(&s, FOLLOW_POLL, "it is away"), i == 0 ? FOLLOW_SAY_FAILED : 0);
		CHECK(!follow_is_connected(&s.f));
		ms = wait_ms(&s, &actions);
		CHECK(ms >= most[i] / 2 && ms <= most[i]);
		CHECK_INT(actions, FOLLOW_DO_POLL);
	}
	CHECK_INT(failed(&s, FOLLOW_POLL, "it is something else"), FOLLOW_SAY_FAILED);
	CHECK_INT(answered(&s, FOLLOW_POLL, true),
	    FOLLOW_SAY_WELL | FOLLOW_DO_POLL | FOLLOW_DO_REPORT); /* a minute has passed, too */
	/* and it begins anew */
	CHECK_INT(failed(&s, FOLLOW_POLL, "it is away"), FOLLOW_SAY_FAILED);
	CHECK(duration_ms(instant_diff(follow_deadline(&s.f), s.now)) <= 1000);
}

static unsigned
unanswered(struct scene *s, enum follow_what line, const char *why)
{
	return follow_input(&s->f,
	    &(struct follow_event){
		.type = FOLLOW_EVENT_FAILED, .line = line, .is_unanswered = true, .why = why },
	    s->now);
}

TEST(a_loss_is_said_once)
{
	struct scene s = scene_new();

	start_well(&s);
	CHECK_INT(unanswered(&s, FOLLOW_POLL, "the connection broke"), FOLLOW_SAY_LOST);
	CHECK_INT(unanswered(&s, FOLLOW_REPORT, "the connection broke"), 0);
	CHECK_INT(unanswered(&s, FOLLOW_POLL, "there is no connection"), 0);
	CHECK_STR(s.f.lines[FOLLOW_POLL].why, "there is no connection");
	/* what answers in its place is something else */
	CHECK_INT(failed(&s, FOLLOW_POLL, "status 502"), FOLLOW_SAY_FAILED);
	CHECK_INT(unanswered(&s, FOLLOW_POLL, "there is no connection"), 0);
	CHECK_INT(failed(&s, FOLLOW_POLL, "status 502"), 0);
	s.now = instant_add(s.now, DURATION_S(90));
	CHECK_INT(
	    answered(&s, FOLLOW_POLL, true), FOLLOW_SAY_FOUND | FOLLOW_DO_POLL | FOLLOW_DO_REPORT);
	CHECK_INT(answered(&s, FOLLOW_REPORT, false), 0);
	/* and the next one anew, of whichever line finds out */
	CHECK_INT(unanswered(&s, FOLLOW_REPORT, "it hangs"), FOLLOW_SAY_LOST);
	CHECK_INT(unanswered(&s, FOLLOW_POLL, "it hangs"), 0);
	CHECK_INT(answered(&s, FOLLOW_POLL, true), FOLLOW_DO_POLL);
	CHECK_INT(answered(&s, FOLLOW_REPORT, false), FOLLOW_SAY_FOUND);
}

TEST(a_report_that_failed_is_not_hurried_by_changes)
{
	struct scene s = scene_new();
	struct instant due;
	unsigned actions;

	start_well(&s);
	for (int i = 0; i < 4; i++) {
		(void)failed(&s, FOLLOW_REPORT, "no");
		CHECK(wait_ms(&s, &actions) >= 500);
	}
	(void)failed(&s, FOLLOW_REPORT, "no");
	due = follow_deadline(&s.f);
	CHECK_INT(changed(&s), 0);
	CHECK_INT(follow_deadline(&s.f).ns, due.ns);
	/* what could not be told is told soon behind the first that gets through */
	(void)wait_ms(&s, &actions);
	(void)changed(&s);
	CHECK_INT(answered(&s, FOLLOW_REPORT, false), FOLLOW_SAY_WELL);
	CHECK_INT(wait_ms(&s, &actions), 50);
}

TEST(hosts_do_not_come_back_together)
{
	int64_t first = 0;
	bool differ = false;

	for (uint64_t seed = 1; seed < 20; seed++) {
		struct scene s = scene_new();

		follow_init(&s.f, seed);
		(void)start(&s);
		(void)answered(&s, FOLLOW_REPORT, false);
		(void)failed(&s, FOLLOW_POLL, "away");
		if (first == 0)
			first = follow_deadline(&s.f).ns;
		differ |= follow_deadline(&s.f).ns != first;
	}
	CHECK(differ);
}
