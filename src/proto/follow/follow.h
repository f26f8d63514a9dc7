/*
 * Following a controller: when an agent asks it what it shall do, and when it tells how it stands.
 *
 * Pure. There are two lines to the controller: the poll, which the controller keeps open until
 * there is something new, and the report, which begins when a poll was answered. The driver does
 * what follow_input() says and tells how it ended; what is asked and answered is not known here.
 *
 * A line that fails is tried again after 1 s, and after twice as long each time, up to 30 s; always
 * a part of it earlier, by chance, so that the hosts of a controller that returns do not come all
 * at once.
 *
 * A controller that gives no answer at all is lost to both lines, and the first of them to find out
 * says so, once, whatever reasons follow; it is found when that line is answered. What is wrong
 * with an answer is said of each line, and once more for each other reason; that it is well again,
 * too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/time.h"

#define FOLLOW_WHY_MAX 256

/* A change is reported so much later, with what else changes in that time. */
#define FOLLOW_COALESCE DURATION_MS(50)
/* Without a change it is reported so often at least. */
#define FOLLOW_REPORT_EVERY DURATION_S(60)
#define FOLLOW_RETRY_MIN DURATION_S(1)
#define FOLLOW_RETRY_MAX DURATION_S(30)
/* From one poll to the next, when the first one brought nothing: it should have waited. */
#define FOLLOW_POLL_GAP DURATION_S(1)

enum follow_what {
	FOLLOW_POLL,
	FOLLOW_REPORT,
	FOLLOW_LINES,
};

/* One of the lines. */
struct follow_line {
	bool is_busy;
	bool is_well;      /* it has been answered, and not failed since */
	unsigned failures; /* in a row */
	struct instant began;
	struct instant next; /* when it begins; never: it is busy, or nothing has been started */
	struct instant answered;  /* at last; never: it was not */
	char why[FOLLOW_WHY_MAX]; /* of the last failure; "": it is well */
	char told[FOLLOW_WHY_MAX]; /* what was said of its answers; "": nothing */
};

struct follow {
	struct rng rng;
	struct follow_line lines[FOLLOW_LINES];
	bool is_started;
	bool is_changed; /* since the last report began */
	bool is_lost;    /* which lost_by has said */
	enum follow_what lost_by;
};

enum follow_event_type {
	FOLLOW_EVENT_START,
	FOLLOW_EVENT_CHANGED,  /* there is something to report */
	FOLLOW_EVENT_ANSWERED, /* line; has_news: it brought something */
	FOLLOW_EVENT_FAILED,   /* line; why, and whether there was no answer at all */
	FOLLOW_EVENT_TIME,     /* follow_deadline() has come */
};

struct follow_event {
	enum follow_event_type type;
	enum follow_what line;
	bool has_news, is_unanswered;
	const char *why;
};

/* What is to be done, one bit each. */
enum follow_action {
	FOLLOW_DO_POLL = 1 << 0,
	FOLLOW_DO_REPORT = 1 << 1,
	FOLLOW_SAY_FAILED = 1 << 2, /* the line of the event; its why */
	FOLLOW_SAY_WELL = 1 << 3,   /* likewise: it had failed */
	FOLLOW_SAY_LOST = 1 << 4,   /* no answer; the why of the event */
	FOLLOW_SAY_FOUND = 1 << 5,
};

void follow_init(struct follow *f, uint64_t seed);
/* Gives the actions. */
unsigned follow_input(struct follow *f, const struct follow_event *ev, struct instant now);
/* When FOLLOW_EVENT_TIME is due. */
struct instant follow_deadline(const struct follow *f);
/* Whether the controller has answered the last poll, or still keeps one open behind it. */
bool follow_is_connected(const struct follow *f);
/* When it has answered at last, to any line; never: it has not. */
struct instant follow_contact(const struct follow *f);
