#include "proto/catch/part.h"

#include "base/utf8.h"

const char *const catch_order_names[CATCH_ORDERS + 1] = { "listen", "send", "measure", "end",
	NULL };
const char *const catch_standing_names[CATCH_STANDINGS + 1] = { "listening", "sending", "sent",
	"measuring", "measured", "ended", "failed", NULL };

void
catch_part_init(struct catch_part *p, struct instant now)
{
	*p = (struct catch_part){ .sequence = 1, .answered = now, .next = now };
}

static void
stand(struct catch_part *p, enum catch_standing standing, const char *why)
{
	p->standing = standing;
	utf8_format(p->why, sizeof(p->why), "%s", why);
}

/* Says or asks what is next, unless an answer is waited for. */
static unsigned
turn(struct catch_part *p)
{
	if (p->is_asking || p->is_done)
		return 0;
	p->is_asking = true;
	p->next = INSTANT_NEVER;
	if (!p->has_task)
		return CATCH_DO_ASK;
	if (p->has_message)
		return CATCH_DO_REPEAT;
	p->has_message = true;
	return CATCH_DO_SAY;
}

static unsigned
later(struct catch_part *p, struct instant now)
{
	p->is_asking = false;
	p->next = instant_add(now, CATCH_PART_SPEAK);
	return 0;
}

/* ---- the work ---- */

static unsigned
begin(struct catch_part *p, enum catch_work work)
{
	static const enum catch_standing standings[] = {
		[CATCH_LISTENS] = CATCH_LISTENING,
		[CATCH_SENDS] = CATCH_SENDING,
		[CATCH_MEASURES] = CATCH_MEASURING,
	};

	p->work = work;
	stand(p, standings[work], "");
	return CATCH_DO_BEGIN;
}

static unsigned
end(struct catch_part *p, enum catch_standing standing, const char *why)
{
	unsigned actions = p->work != CATCH_RESTS ? CATCH_DO_STOP : 0;

	if (!p->is_to_end)
		stand(p, standing, why);
	p->work = CATCH_RESTS;
	p->is_to_end = true;
	return actions;
}

static unsigned
finish(struct catch_part *p)
{
	if (p->work == CATCH_SENDS) {
		p->has_sent = true;
		stand(p, CATCH_SENT, "");
	} else if (p->work == CATCH_MEASURES) {
		p->has_measured = true;
		stand(p, CATCH_MEASURED, "");
	}
	p->work = CATCH_RESTS;
	return turn(p);
}

static unsigned
obey(struct catch_part *p, enum catch_order order)
{
	if (p->is_to_end)
		return 0;
	if (order == CATCH_ORDER_END)
		return end(p, CATCH_ENDED, "");
	if (order == CATCH_ORDER_SEND && !p->has_sent && p->work != CATCH_SENDS)
		return begin(p, CATCH_SENDS);
	if (order == CATCH_ORDER_MEASURE && !p->has_measured && p->work != CATCH_MEASURES)
		return begin(p, CATCH_MEASURES);
	return 0;
}

/* ---- what is answered ---- */

static unsigned
be_done(struct catch_part *p)
{
	p->is_to_end = p->is_done = true;
	p->is_asking = false;
	p->work = CATCH_RESTS;
	p->next = INSTANT_NEVER;
	return CATCH_DO_DROP;
}

/* One that was over before it came is not begun. */
static unsigned
take_task(struct catch_part *p, struct instant now)
{
	unsigned actions;

	p->has_task = true;
	p->is_asking = false;
	p->answered = now;
	actions = p->is_to_end ? 0 : begin(p, CATCH_LISTENS);
	return actions | turn(p);
}

static unsigned
take_answer(struct catch_part *p, const struct catch_part_event *ev, struct instant now)
{
	unsigned actions;

	p->is_asking = p->has_message = false;
	p->answered = now;
	p->sequence++;
	if (p->message_is_last)
		return be_done(p);
	actions = obey(p, ev->order);
	return actions | (p->is_to_end || ev->has_rows ? turn(p) : later(p, now));
}

enum catch_standing
catch_part_say(struct catch_part *p, bool has_rows, const char **why)
{
	bool is_early = has_rows && p->is_to_end;

	p->message_is_last = p->is_to_end && !has_rows;
	*why = is_early ? "" : p->why;
	return is_early ? CATCH_LISTENING : p->standing;
}

/* ---- as time goes by ---- */

static struct instant
alone_at(const struct catch_part *p)
{
	bool is_loud = p->work == CATCH_SENDS || p->work == CATCH_MEASURES;

	return is_loud ? instant_add(p->answered, CATCH_PART_ALONE) : INSTANT_NEVER;
}

struct instant
catch_part_deadline(const struct catch_part *p)
{
	return instant_min(p->next, alone_at(p));
}

static unsigned
stop_if_alone(struct catch_part *p, struct instant now)
{
	if (!instant_reached(alone_at(p), now))
		return 0;
	return end(p, CATCH_FAILED, "the controller did not answer: it could not have stopped it");
}

static unsigned
take(struct catch_part *p, const struct catch_part_event *ev, struct instant now)
{
	switch (ev->type) {
	case CATCH_PART_TIME:
		return instant_reached(p->next, now) ? turn(p) : 0;
	case CATCH_PART_DOCUMENT:
		return turn(p);
	case CATCH_PART_OVER:
		return end(p, CATCH_ENDED, "") | turn(p);
	case CATCH_PART_TASK:
		return take_task(p, now);
	case CATCH_PART_BAD_TASK:
		(void)end(p, CATCH_FAILED, ev->why);
		return take_task(p, now);
	case CATCH_PART_ANSWERED:
		return take_answer(p, ev, now);
	case CATCH_PART_UNANSWERED:
		return later(p, now);
	case CATCH_PART_FORGOTTEN:
		return be_done(p);
	case CATCH_PART_FINISHED:
		return finish(p);
	case CATCH_PART_BROKEN:
		return end(p, CATCH_FAILED, ev->why) | turn(p);
	}
	return 0;
}

unsigned
catch_part_input(struct catch_part *p, const struct catch_part_event *ev, struct instant now)
{
	unsigned actions = p->is_done ? 0 : take(p, ev, now);

	return actions | stop_if_alone(p, now);
}
