/*
 * The delay of links: one process that carries every packet between the far ends of two veth pairs.
 *
 * This kernel, and many a stock one, has no netem. So each end of a link with delay is a veth whose peer
 * lies in the lab's fabric (the network namespace of the supervisor); the delay line reads there with a
 * packet socket, keeps each packet for the delay of its direction (lab/delay_queue.h), and writes it to
 * the other end's socket. The delay counts from the kernel's time stamp on arrival, so the time until
 * this process wakes up is not added to it. One thread serves all links, with epoll and nanosecond
 * timeouts; it sleeps whenever nothing is due.
 *
 * Owned here: sockets, queues, counters. Not here: the veths, their state, their offloads (lab/link.h).
 * A link that is cut is set down by the supervisor; packets under way on it are then lost, as in a
 * cut fibre.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/time.h"

/* The longest packet without its link-layer header that a line carries. */
#define DELAY_LINE_MTU_MAX 9216
/* Bytes that may be under way in one direction: 100 ms of 1 Gbit/s, and some. */
#define DELAY_LINE_BYTES (16u << 20)

struct delay_line_counts {
	uint64_t forwarded; /* packets */
	uint64_t dropped;   /* the queue or a socket buffer was full, too long, or the link was cut */
};

struct delay_line_link {
	unsigned ifindex[2]; /* the fabric ends */
	struct duration delay[2]; /* of packets that arrive at the end of that index */
	struct delay_line_counts *counts; /* two, by arrival end; may be memory shared with others */
};

struct delay_line;

/* Opens a packet socket at each end, in the caller's network namespace. */
int delay_line_open(const struct delay_line_link *links, size_t count, struct delay_line **ret,
    struct err *err) _must_use_;
void delay_line_free(struct delay_line *d); /* NULL is fine */
void delay_line_freep(struct delay_line **d);

/*
 * Carries packets until a signal ends the process, which becomes a punctual one: real-time where that is
 * allowed. Comes back only when waiting for packets fails, with a negative errno.
 */
int delay_line_run(struct delay_line *d);
