/* A host's part in a catchment of a controller: by a clock that the test moves. */
#include "proto/catch/part.h"

#include "tap.h"

struct scene {
	struct catch_part p;
	struct instant now;
};

static unsigned
take(struct scene *s, const struct catch_part_event ev)
{
	return catch_part_input(&s->p, &ev, s->now);
}

#define TAKE_EVENT(s, ...) take((s), (struct catch_part_event){ .type = __VA_ARGS__ })

static void
pass(struct scene *s, struct duration d)
{
	s->now = instant_add(s->now, d);
}

static unsigned
time_comes(struct scene *s)
{
	s->now = instant_max(s->now, catch_part_deadline(&s->p));
	return TAKE_EVENT(s, CATCH_PART_TIME);
}

static unsigned
answered(struct scene *s, enum catch_order order)
{
	return TAKE_EVENT(s, CATCH_PART_ANSWERED, .order = order);
}

/* "sending", or "failed: no way": as a message without rows behind it says. */
static const char *
says(struct scene *s)
{
	static char text[CATCH_PART_WHY_MAX + 20];
	const char *why;
	enum catch_standing standing = catch_part_say(&s->p, false, &why);

	(void)snprintf(text, sizeof(text), "%s%s%s", catch_standing_names[standing],
	    why[0] != '\0' ? ": " : "", why);
	return text;
}

static struct scene
scene_new(void)
{
	struct scene s = { .now = { 1000 * NS_PER_S } };

	catch_part_init(&s.p, s.now);
	return s;
}

/* One that listens, and has said so. */
static struct scene
scene_listening(void)
{
	struct scene s = scene_new();

	CHECK_INT(time_comes(&s), CATCH_DO_ASK);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_TASK), CATCH_DO_BEGIN | CATCH_DO_SAY);
	CHECK_INT(s.p.work, CATCH_LISTENS);
	CHECK_STR(says(&s), "listening");
	CHECK_INT(answered(&s, CATCH_ORDER_LISTEN), 0);
	return s;
}

static struct scene
scene_sending(void)
{
	struct scene s = scene_listening();

	CHECK_INT(time_comes(&s), CATCH_DO_SAY);
	CHECK_STR(says(&s), "listening");
	CHECK_INT(answered(&s, CATCH_ORDER_SEND), CATCH_DO_BEGIN);
	CHECK_INT(s.p.work, CATCH_SENDS);
	CHECK_INT(time_comes(&s), CATCH_DO_SAY);
	CHECK_STR(says(&s), "sending");
	return s;
}

TEST(from_the_task_to_the_end)
{
	struct scene s = scene_sending();

	CHECK_INT(answered(&s, CATCH_ORDER_SEND), 0);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_FINISHED), CATCH_DO_SAY);
	CHECK_STR(says(&s), "sent");
	/* an old answer, and the right one: nothing is sent twice, and it is measured once */
	CHECK_INT(answered(&s, CATCH_ORDER_SEND), 0);
	CHECK_INT(time_comes(&s), CATCH_DO_SAY);
	CHECK_INT(answered(&s, CATCH_ORDER_MEASURE), CATCH_DO_BEGIN);
	CHECK_INT(s.p.work, CATCH_MEASURES);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_FINISHED), CATCH_DO_SAY);
	CHECK_STR(says(&s), "measured");
	CHECK_INT(answered(&s, CATCH_ORDER_MEASURE), 0);
	CHECK_INT(time_comes(&s), CATCH_DO_SAY);
	CHECK_INT(answered(&s, CATCH_ORDER_END), CATCH_DO_SAY);
	CHECK_STR(says(&s), "ended");
	CHECK_INT(answered(&s, CATCH_ORDER_END), CATCH_DO_DROP);
	CHECK(s.p.is_done && instant_is_never(catch_part_deadline(&s.p)));
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_DOCUMENT), 0);
}

TEST(it_speaks_every_second_and_when_there_is_news)
{
	struct scene s = scene_listening();

	CHECK_INT(instant_diff(catch_part_deadline(&s.p), s.now).ns, NS_PER_S);
	pass(&s, DURATION_MS(999));
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_TIME), 0);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_DOCUMENT), CATCH_DO_SAY);
	/* one at a time */
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_DOCUMENT), 0);
	CHECK(instant_is_never(catch_part_deadline(&s.p)));
	/* rows that wait do not wait for a second */
	CHECK_INT(
	    TAKE_EVENT(&s, CATCH_PART_ANSWERED, .order = CATCH_ORDER_LISTEN, .has_rows = true),
	    CATCH_DO_SAY);
	/* of an order that is not known, nothing */
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_ANSWERED, .order = CATCH_ORDERS), 0);
}

TEST(a_message_without_an_answer_is_said_again)
{
	struct scene s = scene_listening();
	uint32_t sequence;

	CHECK_INT(time_comes(&s), CATCH_DO_SAY);
	sequence = s.p.sequence;
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_UNANSWERED), 0);
	CHECK_INT(time_comes(&s), CATCH_DO_REPEAT);
	CHECK_INT(s.p.sequence, sequence);
	/* who only listens is in nobody's way */
	pass(&s, DURATION_S(3600));
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_UNANSWERED), 0);
	CHECK_INT(s.p.work, CATCH_LISTENS);
	CHECK_INT(time_comes(&s), CATCH_DO_REPEAT);
	CHECK_INT(answered(&s, CATCH_ORDER_LISTEN), 0);
	CHECK_INT(s.p.sequence, sequence + 1);
	CHECK_INT(time_comes(&s), CATCH_DO_SAY);
}

/* Also while an answer is still waited for. */
TEST(who_sends_and_is_alone_stops)
{
	struct scene s = scene_sending();

	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_UNANSWERED), 0);
	CHECK_INT(time_comes(&s), CATCH_DO_REPEAT);
	CHECK_INT(instant_diff(catch_part_deadline(&s.p), s.p.answered).ns, 10 * NS_PER_S);
	CHECK_INT(time_comes(&s), CATCH_DO_STOP);
	CHECK_INT(s.p.work, CATCH_RESTS);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_UNANSWERED), 0);
	CHECK_INT(time_comes(&s), CATCH_DO_REPEAT);
	/* what it did not hear meanwhile makes it not begin again */
	CHECK_INT(answered(&s, CATCH_ORDER_SEND), CATCH_DO_SAY);
	CHECK_STR(says(&s), "failed: the controller did not answer: it could not have stopped it");
	CHECK_INT(answered(&s, CATCH_ORDER_END), CATCH_DO_DROP);
}

TEST(stopped_by_the_document)
{
	struct scene s = scene_sending();

	/* at once, whatever is waited for */
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_OVER), CATCH_DO_STOP);
	CHECK_INT(answered(&s, CATCH_ORDER_SEND), CATCH_DO_SAY);
	CHECK_INT(s.p.work, CATCH_RESTS);
	CHECK_STR(says(&s), "ended");
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_OVER), 0);
}

TEST(the_end_is_said_behind_all_rows)
{
	struct scene s = scene_sending();
	const char *why;

	CHECK_INT(answered(&s, CATCH_ORDER_SEND), 0);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_BROKEN, .why = "no way"), CATCH_DO_STOP | CATCH_DO_SAY);
	CHECK_INT(catch_part_say(&s.p, true, &why), CATCH_LISTENING);
	CHECK_STR(why, "");
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_ANSWERED, .order = CATCH_ORDER_SEND, .has_rows = true),
	    CATCH_DO_SAY);
	CHECK_STR(says(&s), "failed: no way");
	CHECK_INT(answered(&s, CATCH_ORDER_END), CATCH_DO_DROP);
}

TEST(what_cannot_be_begun)
{
	struct scene s = scene_listening();

	CHECK_INT(time_comes(&s), CATCH_DO_SAY);
	CHECK_INT(answered(&s, CATCH_ORDER_SEND), CATCH_DO_BEGIN);
	CHECK_INT(
	    TAKE_EVENT(&s, CATCH_PART_BROKEN, .why = "no socket"), CATCH_DO_STOP | CATCH_DO_SAY);
	CHECK_STR(says(&s), "failed: no socket");
	/* the first failure is the reason, not its end */
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_OVER), 0);
	CHECK_STR(says(&s), "failed: no socket");
}

TEST(without_a_task)
{
	struct scene s = scene_new();

	CHECK_INT(time_comes(&s), CATCH_DO_ASK);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_UNANSWERED), 0);
	CHECK_INT(time_comes(&s), CATCH_DO_ASK);
	/* over before it is known what it was: nothing is begun */
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_OVER), 0);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_TASK), CATCH_DO_SAY);
	CHECK_STR(says(&s), "ended");
	s = scene_new();
	CHECK_INT(time_comes(&s), CATCH_DO_ASK);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_BAD_TASK, .why = "port: expected one"), CATCH_DO_SAY);
	CHECK_STR(says(&s), "failed: port: expected one");
	s = scene_new();
	CHECK_INT(time_comes(&s), CATCH_DO_ASK);
	CHECK_INT(TAKE_EVENT(&s, CATCH_PART_FORGOTTEN), CATCH_DO_DROP);
	CHECK(s.p.is_done);
}
