#include "controller/catchment.h"

#include <stdio.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "base/utf8.h"

const char *const catchment_state_names[CATCHMENT_STATES + 1] = { "requested", "running",
	"measuring", "collecting", "done", "stopped", "failed", NULL };
static const char *const part_names[PART_STATES + 1] = { "asked", "listening", "sending", "sent",
	"measuring", "measured", "ended", "failed", "gone", NULL };

const char *
catchment_state_name(enum catchment_state s)
{
	return catchment_state_names[s];
}

const char *
catchment_part_name(enum part_state s)
{
	return part_names[s];
}

enum catchment_state
catchment_state_of(const char *name)
{
	return (enum catchment_state)str_index(name, catchment_state_names);
}

enum part_state
catchment_part_of(const char *name)
{
	return (enum part_state)str_index(name, part_names);
}

bool
catchment_is_over(const struct catchment *c)
{
	return c->state >= CATCHMENT_DONE;
}

static bool
part_is_over(const struct catchment_part *p)
{
	return p->state >= PART_ENDED;
}

/* ---- what hosts say ---- */

bool
catchment_say(struct catchment_part *p, enum part_state state, const char *why, struct instant now)
{
	/* what failed or ended does not come back; one that was gone may */
	if (state == PART_ASKED || state == PART_GONE || state >= PART_STATES ||
	    p->state == PART_FAILED || p->state == PART_ENDED)
		return false;
	p->state = state;
	p->seen = now;
	utf8_format(p->why, sizeof(p->why), "%s", state == PART_FAILED ? why : "");
	return true;
}

static void
fail_part(struct catchment_part *p, enum part_state state, const char *why)
{
	p->state = state;
	utf8_format(p->why, sizeof(p->why), "%s", why);
}

void
catchment_restarted(struct catchment *c, struct catchment_part *p)
{
	bool sends = p->sends && c->state == CATCHMENT_RUNNING;
	bool measures = p->measures && c->state == CATCHMENT_MEASURING;

	if (!part_is_over(p) && (sends || measures))
		fail_part(p, PART_FAILED, "nearcastd was started anew, or upgraded, meanwhile");
}

enum catch_order
catchment_order(const struct catchment *c, const struct catchment_part *p)
{
	if (c->state >= CATCHMENT_COLLECTING || p->state == PART_FAILED || p->state == PART_ENDED)
		return CATCH_ORDER_END;
	if (c->state == CATCHMENT_RUNNING && p->sends)
		return CATCH_ORDER_SEND;
	if (c->state == CATCHMENT_MEASURING && p->measures)
		return CATCH_ORDER_MEASURE;
	return CATCH_ORDER_LISTEN;
}

/* ---- as time goes by ---- */

static void
enter(struct catchment *c, enum catchment_state state, struct instant now)
{
	c->state = state;
	c->since = now;
}

static void
collect(struct catchment *c, enum catchment_state outcome, const char *why, struct instant now)
{
	c->outcome = outcome;
	utf8_format(c->why, sizeof(c->why), "%s", why);
	enter(c, CATCHMENT_COLLECTING, now);
}

/* Those that do not speak any more. A clock that was stepped back makes nobody silent. */
static void
note_silent(struct catchment *c, struct instant now)
{
	for (size_t i = 0; i < c->part_count; i++) {
		struct catchment_part *p = &c->parts[i];

		if (part_is_over(p) || !instant_reached(instant_add(p->seen, PART_SILENT), now))
			continue;
		fail_part(p, PART_GONE,
		    p->state == PART_ASKED
			? "it did not answer: is its nearcastd running, and of this version?"
			: "it went away in the middle");
	}
}

static struct catchment_part *
sender_of(const struct catchment *c)
{
	for (size_t i = 0; i < c->part_count; i++) {
		if (c->parts[i].sends)
			return &c->parts[i];
	}
	return NULL;
}

/* Without it there is nothing to wait for. */
static bool
has_lost_sender(struct catchment *c, struct instant now)
{
	const struct catchment_part *s = sender_of(c);
	char why[CATCHMENT_WHY_MAX];

	if (s != NULL && !part_is_over(s))
		return false;
	utf8_format(why, sizeof(why), "the host that sends: %s",
	    s == NULL           ? "there is none"
	    : s->why[0] != '\0' ? s->why
				: "it has ended");
	collect(c, CATCHMENT_FAILED, why, now);
	return true;
}

static void
look_requested(struct catchment *c, struct instant now)
{
	bool all = true, is_late = instant_reached(instant_add(c->since, CATCHMENT_BEGIN), now);

	if (has_lost_sender(c, now))
		return;
	for (size_t i = 0; i < c->part_count; i++)
		all = all && c->parts[i].state != PART_ASKED;
	if (all || (is_late && sender_of(c)->state != PART_ASKED))
		enter(c, CATCHMENT_RUNNING, now);
}

static void
look_running(struct catchment *c, struct instant now)
{
	if (has_lost_sender(c, now) || sender_of(c)->state != PART_SENT)
		return;
	if (c->best)
		enter(c, CATCHMENT_MEASURING, now);
	else
		collect(c, CATCHMENT_DONE, "", now);
}

static void
look_measuring(struct catchment *c, struct instant now)
{
	for (size_t i = 0; i < c->part_count; i++) {
		const struct catchment_part *p = &c->parts[i];

		if (p->measures && !part_is_over(p) && p->state != PART_MEASURED)
			return;
	}
	collect(c, CATCHMENT_DONE, "", now);
}

static void
look_collecting(struct catchment *c, struct instant now)
{
	bool is_late = instant_reached(instant_add(c->since, CATCHMENT_COLLECT), now);

	for (size_t i = 0; i < c->part_count; i++) {
		struct catchment_part *p = &c->parts[i];

		if (part_is_over(p))
			continue;
		if (!is_late)
			return;
		fail_part(p, PART_GONE, "it did not hand in its last rows");
	}
	enter(c, c->outcome, now);
}

void
catchment_look(struct catchment *c, struct instant now)
{
	static void (*const looks[])(struct catchment *, struct instant) = {
		[CATCHMENT_REQUESTED] = look_requested,
		[CATCHMENT_RUNNING] = look_running,
		[CATCHMENT_MEASURING] = look_measuring,
		[CATCHMENT_COLLECTING] = look_collecting,
	};
	enum catchment_state before;

	if (!catchment_is_over(c))
		note_silent(c, now);
	/* one look may lead through several */
	do {
		before = c->state;
		if (!catchment_is_over(c))
			looks[c->state](c, now);
	} while (c->state != before);
}

bool
catchment_stop(struct catchment *c, const char *why, struct instant now)
{
	if (c->state >= CATCHMENT_COLLECTING)
		return false;
	collect(c, CATCHMENT_STOPPED, why, now);
	return true;
}
