/*
 * One direction of a delay line: packets in, in order, and out again when their delay has passed.
 *
 * Pure: it is told when a packet arrived and what the time is now. Packets lie in one ring of bytes, each
 * whole and contiguous, so that they can be sent from where they are. The delay is the same for all
 * packets of a queue, so the oldest is always due first and order is kept by construction, also when an
 * arrival time is earlier than the one before it (a stepped clock).
 *
 * An empty queue starts again at the beginning of its ring, so a quiet link touches few pages however
 * large the ring may grow. A packet that does not fit is refused; the caller counts it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/attr.h"
#include "base/time.h"

struct delay_queue {
	struct duration delay;
	uint8_t *ring; /* owned */
	size_t capacity; /* of the ring */
	size_t head;  /* the oldest packet */
	size_t tail;  /* where the next one goes */
	size_t end;   /* where packets end before the ring goes on at 0; capacity while it has not */
	size_t count; /* packets */
};

void delay_queue_init(struct delay_queue *q, struct duration delay, size_t capacity);
void delay_queue_done(struct delay_queue *q);

/* Copies a packet that arrived then. False: no room, or longer than any room. */
bool delay_queue_put(struct delay_queue *q, struct instant arrival, const void *packet, size_t len) _must_use_;

/* When the oldest packet is due; INSTANT_NEVER while empty. */
struct instant delay_queue_deadline(const struct delay_queue *q);

/* The packets due now, oldest first, at most max; valid until the next put. Gives how many. */
size_t delay_queue_due(const struct delay_queue *q, struct instant now, struct iovec *due, size_t max);

/* Forgets the n oldest packets; there are as many. */
void delay_queue_drop(struct delay_queue *q, size_t n);
