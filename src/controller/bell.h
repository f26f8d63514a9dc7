/*
 * The bell: a commit rings, and whoever waits in the loop looks again.
 *
 *   handler      call_ring(c, "host:hst_…") in its transaction (call.h)
 *   commit       tells the other controllers of a shared store: store_notify()
 *   loop         bell_ring() when the job is done, here; the others hear it by store/listener.h
 *   waiters      their function is called, in the loop
 *
 * Topics (topics.h): "host:ID": what this host shall do was changed. "events": there are new ones.
 * "objects:KIND": an object of that kind was made, changed or deleted; every row of the audit log rings
 * it, with the kind that stands there.
 *
 * Whoever waits for "objects" hears "objects:service", too. A ring says that something may have
 * changed, no more: it may come without a cause, and one may be for several changes. It never comes
 * before the commit; none is lost here, and one of another controller that was lost (nothing was
 * connected) is made up for: when it connects again, everybody is rung. So who waits first registers,
 * then looks at the store, and looks again at each ring.
 *
 * Everything here is done in the loop, and does no work of its own: a function that needs the store
 * makes a job of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/list.h"
#include "controller/topics.h"

struct bell;

/* Embedded in its owner; container_of() leads back. */
struct bell_waiter {
	struct list node;
	char topic[TOPIC_SIZE];
	/*
	 * topic: what was rung; NULL: anything may have changed. It may forget and free this
	 * waiter and any other, and register new ones. It does not ring.
	 */
	void (*rung)(struct bell_waiter *w, const char *topic);
};

/* store: where it is (store_open()); of one that is not shared only this process is heard. */
int bell_new(sd_event *loop, const char *store, struct bell **ret, struct err *e) _must_use_;
/* Nobody waits any more, and nobody is rung; NULL is fine. */
void bell_free(struct bell *b);
/* Who sends what this process notifies, so that it does not hear itself; valid as long as the bell. */
const char *bell_name(const struct bell *b);

/* Rings at each of them until it is forgotten. The waiter's function is set already. */
void bell_wait(struct bell *b, struct bell_waiter *w, const char *topic);
void bell_forget(struct bell_waiter *w); /* fine if zeroed, or forgotten */

/* What was committed here, or may have been. */
void bell_ring(struct bell *b, const struct topics *topics);

/*
 * For who looks at the store first, and registers when there was nothing new: how much was rung so
 * far, and whether the topic was since then (or another one that stands on its shelf: seldom).
 */
uint64_t bell_count(const struct bell *b);
bool bell_has_rung(const struct bell *b, const char *topic, uint64_t since);
