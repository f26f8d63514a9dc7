#include "proto/follow/follow.h"

#include <string.h>

#include "base/utf8.h"

void
follow_init(struct follow *f, uint64_t seed)
{
	*f = (struct follow){ .rng = { seed } };
	for (enum follow_what w = 0; w < FOLLOW_LINES; w++)
		f->lines[w].next = f->lines[w].answered = INSTANT_NEVER;
}

/* Twice as long each time, and at least the half of that. */
static struct duration
retry_time(struct follow *f, unsigned failures)
{
	struct duration d = FOLLOW_RETRY_MIN;

	for (unsigned i = 1; i < failures && duration_cmp(d, FOLLOW_RETRY_MAX) < 0; i++)
		d = duration_scale(d, 2, 1);
	if (duration_cmp(d, FOLLOW_RETRY_MAX) > 0)
		d = FOLLOW_RETRY_MAX;
	return rng_jitter(&f->rng, d, 50, 100);
}

/* A report is due soon, unless it waits for a retry that comes later. */
static void
note_change(struct follow *f, struct instant now)
{
	struct follow_line *l = &f->lines[FOLLOW_REPORT];

	f->is_changed = true;
	if (f->is_started && !l->is_busy && l->failures == 0)
		l->next = instant_min(l->next, instant_add(now, FOLLOW_COALESCE));
}

static struct instant
next_time(struct follow *f, enum follow_what what, bool has_news, struct instant now)
{
	const struct follow_line *l = &f->lines[what];

	if (what == FOLLOW_REPORT)
		return instant_add(now, f->is_changed
					    ? FOLLOW_COALESCE
					    : rng_jitter(&f->rng, FOLLOW_REPORT_EVERY, 75, 100));
	return has_news ? now : instant_max(now, instant_add(l->began, FOLLOW_POLL_GAP));
}

/* What is to be said of a line that is well. */
static unsigned
say_well(struct follow *f, enum follow_what what)
{
	unsigned say = f->lines[what].told[0] != '\0' ? FOLLOW_SAY_WELL : 0;

	f->lines[what].told[0] = '\0';
	if (f->is_lost && f->lost_by == what) {
		f->is_lost = false;
		say = FOLLOW_SAY_FOUND;
	}
	return say;
}

static unsigned
take_answer(struct follow *f, enum follow_what what, bool has_news, struct instant now)
{
	struct follow_line *l = &f->lines[what];

	l->is_busy = false;
	l->is_well = true;
	l->failures = 0;
	l->answered = now;
	l->why[0] = '\0';
	l->next = next_time(f, what, has_news, now);
	return say_well(f, what);
}

/* What is to be said of a line that has failed; its why is known. */
static unsigned
say_failure(struct follow *f, enum follow_what what, bool is_unanswered)
{
	struct follow_line *l = &f->lines[what];

	if (is_unanswered && f->is_lost)
		return 0;
	if (is_unanswered) {
		f->is_lost = true;
		f->lost_by = what;
		return FOLLOW_SAY_LOST;
	}
	if (strcmp(l->told, l->why) == 0)
		return 0;
	utf8_format(l->told, sizeof(l->told), "%s", l->why);
	return FOLLOW_SAY_FAILED;
}

static unsigned
take_failure(struct follow *f, const struct follow_event *ev, struct instant now)
{
	struct follow_line *l = &f->lines[ev->line];
	const char *why = ev->why;

	utf8_format(l->why, sizeof(l->why), "%s", why != NULL && *why != '\0' ? why : "it failed");
	l->is_busy = l->is_well = false;
	l->failures++;
	l->next = instant_add(now, retry_time(f, l->failures));
	/* what a report would have told is still to be told */
	f->is_changed |= ev->line == FOLLOW_REPORT;
	return say_failure(f, ev->line, ev->is_unanswered);
}

/*
 * A controller that returns from an old copy of its store is asked first, and told then: else it
 * would learn from the report that this host is ahead of it, and what it wants would look new.
 */
static bool
may_begin(const struct follow *f, enum follow_what what)
{
	return !f->lines[what].is_busy && (what != FOLLOW_REPORT || f->lines[FOLLOW_POLL].is_well);
}

/* Those whose time has come. */
static unsigned
begin_due(struct follow *f, struct instant now)
{
	unsigned actions = 0;

	for (enum follow_what w = 0; w < FOLLOW_LINES; w++) {
		struct follow_line *l = &f->lines[w];

		if (!may_begin(f, w) || !instant_reached(l->next, now))
			continue;
		l->is_busy = true;
		l->began = now;
		l->next = INSTANT_NEVER;
		if (w == FOLLOW_REPORT)
			f->is_changed = false;
		actions |= w == FOLLOW_POLL ? FOLLOW_DO_POLL : FOLLOW_DO_REPORT;
	}
	return actions;
}

unsigned
follow_input(struct follow *f, const struct follow_event *ev, struct instant now)
{
	unsigned actions = 0;

	switch (ev->type) {
	case FOLLOW_EVENT_START:
		f->is_started = true;
		f->lines[FOLLOW_POLL].next = f->lines[FOLLOW_REPORT].next = now;
		break;
	case FOLLOW_EVENT_CHANGED:
		note_change(f, now);
		break;
	case FOLLOW_EVENT_ANSWERED:
		actions = take_answer(f, ev->line, ev->has_news, now);
		break;
	case FOLLOW_EVENT_FAILED:
		actions = take_failure(f, ev, now);
		break;
	case FOLLOW_EVENT_TIME:
		break;
	}
	return actions | begin_due(f, now);
}

struct instant
follow_deadline(const struct follow *f)
{
	struct instant poll = f->lines[FOLLOW_POLL].next;

	return may_begin(f, FOLLOW_REPORT) ? instant_min(poll, f->lines[FOLLOW_REPORT].next) : poll;
}

bool
follow_is_connected(const struct follow *f)
{
	return f->lines[FOLLOW_POLL].is_well;
}

struct instant
follow_contact(const struct follow *f)
{
	struct instant poll = f->lines[FOLLOW_POLL].answered,
		       report = f->lines[FOLLOW_REPORT].answered;

	if (instant_is_never(poll) || instant_is_never(report))
		return instant_min(poll, report);
	return instant_max(poll, report);
}
