/*
 * A host's part in a catchment that a controller measures: when it asks what there is to do, how it
 * says that it stands, and what it does of what it is told. Pure: (state, event, now) -> actions.
 *
 * What is to be done is asked for once. Then the host says every second how it stands and what has
 * landed, and the answer says what to do next. A message that got no answer is said again with its
 * number, so nothing counts twice. That it has ended is said behind all rows. Who sends or measures
 * and is not answered for CATCH_PART_ALONE stops: a stop could not reach it.
 *
 * The driver has the thread that is at work, its rows, and the line to the controller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define CATCH_PART_WHY_MAX 200
#define CATCH_PART_SPEAK DURATION_S(1)
#define CATCH_PART_ALONE DURATION_S(10)

/* What is at work. */
enum catch_work {
	CATCH_RESTS,
	CATCH_LISTENS,
	CATCH_SENDS,
	CATCH_MEASURES, /* from an address of this host alone */
};

/* What a controller tells a host. */
enum catch_order {
	CATCH_ORDER_LISTEN,
	CATCH_ORDER_SEND,
	CATCH_ORDER_MEASURE,
	CATCH_ORDER_END,
	CATCH_ORDERS,
};

/* "listen": as in messages, ends with NULL. */
extern const char *const catch_order_names[CATCH_ORDERS + 1];

/* How a host says that it stands. */
enum catch_standing {
	CATCH_LISTENING,
	CATCH_SENDING,
	CATCH_SENT,
	CATCH_MEASURING,
	CATCH_MEASURED,
	CATCH_ENDED,
	CATCH_FAILED,
	CATCH_STANDINGS,
};

extern const char *const catch_standing_names[CATCH_STANDINGS + 1];

struct catch_part {
	enum catch_work work;
	enum catch_standing standing;
	char why[CATCH_PART_WHY_MAX]; /* of what failed; "" */
	uint32_t sequence;            /* of the message that is said, or said next */
	bool has_task, has_sent, has_measured;
	bool is_asking;   /* an answer is waited for */
	bool has_message; /* that was said, and not answered */
	bool message_is_last;
	bool is_to_end; /* only what it has is still said */
	bool is_done;   /* nothing is */
	struct instant answered;
	struct instant next; /* when it asks or says; never: not by itself */
};

enum catch_part_event_type {
	CATCH_PART_TIME,       /* catch_part_deadline() has come */
	CATCH_PART_DOCUMENT,   /* there is a new one: what is to be done may be something else */
	CATCH_PART_OVER,       /* by the document, or it is not in there any more */
	CATCH_PART_TASK,       /* is there */
	CATCH_PART_BAD_TASK,   /* why: it is none that could be done */
	CATCH_PART_ANSWERED,   /* a message: order, has_rows */
	CATCH_PART_UNANSWERED, /* nor could a task be had */
	CATCH_PART_FORGOTTEN,  /* the controller knows it no more */
	CATCH_PART_FINISHED,   /* the work, by itself */
	CATCH_PART_BROKEN,     /* why: the work is, or it could not be begun */
};

struct catch_part_event {
	enum catch_part_event_type type;
	enum catch_order order; /* CATCH_ORDERS: none that is known */
	bool has_rows;          /* more of them wait to be said */
	const char *why;
};

/* What is to be done, one bit each, in this order. */
enum catch_part_action {
	CATCH_DO_STOP = 1 << 0,   /* the work; what it has heard is kept */
	CATCH_DO_BEGIN = 1 << 1,  /* .work, instead of what is at work */
	CATCH_DO_ASK = 1 << 2,    /* for the task */
	CATCH_DO_SAY = 1 << 3,    /* a new message: catch_part_say() */
	CATCH_DO_REPEAT = 1 << 4, /* the message that got no answer */
	CATCH_DO_DROP = 1 << 5,   /* work and rows: nobody wants to know any more */
};

void catch_part_init(struct catch_part *p, struct instant now);
/* Gives the actions. Of those that ask or say one at most, which is then to be answered by an
 * event. */
unsigned catch_part_input(
    struct catch_part *p, const struct catch_part_event *ev, struct instant now);
/* When CATCH_PART_TIME is due. */
struct instant catch_part_deadline(const struct catch_part *p);
/* How a new message says that it stands, and why. has_rows: more of them will wait behind it. */
enum catch_standing catch_part_say(struct catch_part *p, bool has_rows, const char **why);
