/*
 * Long polls (RFC 7240, "Prefer: wait=10"): requests to which the answer would be "nothing new",
 * and whose clients wait for something.
 *
 *   looks    a worker has it: the handler looks at the store, as for any other request
 *   parked   nothing was new: it waits in the loop, and costs neither worker nor store
 *   due      it was rung (bell.h), and waits for a worker to look again
 *
 * So the handler stays a function of request and store, and knows nothing of waiting but to say for
 * what. What was rung while a worker looked is not lost: the poll looks again then. Only so many
 * polls look at a time, in the order in which they were rung: a change of all hosts does not keep
 * people from being answered, and no poll is refused because many are due.
 */
#pragma once

#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/list.h"
#include "base/time.h"
#include "controller/bell.h"
#include "io/loop.h"

/* Seconds, whatever is asked for: who lives asks again, and is present by that (presence.h). */
#define POLL_WAIT_MAX 10

struct polls;

/* Embedded in its request. Zeroed, it is none, and poll_end() is fine. */
struct poll {
	struct polls *polls; /* NULL: it has not begun */
	struct bell_waiter waiter;
	struct timer timer;
	struct list node; /* parked or due */
	struct instant begun;
	uint64_t heard;  /* how much had been rung when a worker began to look */
	bool is_counted; /* among those that look again */
};

struct polls_conf {
	sd_event *loop; /* borrowed, as the bell */
	struct bell *bell;
	unsigned at_once; /* so many look again at a time */
	/* Gives it to a worker. False: not now; polls_go_on() is called when that may work. */
	bool (*look)(struct poll *p);
	/* Its time is over without anything new; it has ended. */
	void (*over)(struct poll *p);
};

struct polls *polls_new(const struct polls_conf *conf); /* conf is copied */
void polls_free(struct polls *p);                       /* all have ended; NULL is fine */
/* So many are parked or due. */
size_t polls_open(const struct polls *p);
/* A worker may be free. */
void polls_go_on(struct polls *p);

/* A request has come: before a worker looks for the first time. */
void poll_begin(struct polls *p, struct poll *poll);
/*
 * The worker found nothing new: parks it until the topic is rung, and at most `seconds` after it
 * has begun. False: that was long ago, or cannot be; it has ended, and is to be answered.
 */
bool poll_park(struct poll *poll, const char *topic, uint32_t seconds) _must_use_;
/* It is answered, or its client is gone. A worker that looks is not called back. */
void poll_end(struct poll *poll);
/* Whether no worker looks, so that its owner may end and free it. */
bool poll_is_resting(const struct poll *poll);
