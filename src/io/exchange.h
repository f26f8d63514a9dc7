/*
 * A question and its answer over a socket: connects, sends, and gathers what comes.
 *
 * Costs as few system calls as it can: a connection to this very host stands when connect(2) comes
 * back, so what is to be sent goes out at once, and the loop hears of the socket only when there is
 * something to wait for.
 *
 * Each function of the events may close the exchange.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/ip.h"

struct exchange;

struct exchange_events {
	/* Connected, and all is sent. NULL: not of interest. */
	void (*sent)(struct exchange *x);
	/* More came: all of it is in `in`; of a datagram, just this one. */
	void (*received)(struct exchange *x);
	/* 0: the peer closed; EXCHANGE_FULL; else the error. */
	void (*ended)(struct exchange *x, int error);
};

#define EXCHANGE_FULL EMSGSIZE /* in_cap bytes came, and were not enough */

/* What bytes go through instead of the socket itself: as send(2) and recv(2), -errno on failure. */
struct exchange_channel {
	ssize_t (*send)(struct exchange *x, const void *bytes, size_t n);
	ssize_t (*receive)(struct exchange *x, void *buf, size_t n);
};

/* What is asked, and who hears of the answer. */
struct exchange_plan {
	const void *out; /* borrowed; sent first; NULL: nothing */
	size_t out_len;
	size_t in_cap; /* so many bytes are kept at most */
	const struct exchange_events *events;
	bool from_itself; /* what is asked is an address of this host: see exchange_bind() */
};

/*
 * Binds a socket that asks an address of this host to that very address. The kernel would choose
 * it as the source anyway (RFC 6724 rule 1), but for IPv6 it looks at every address of the host
 * to find out. What fails is left to the kernel.
 */
void exchange_bind(int fd, struct ip address);

/* Zeroed is closed, but for fd, which is -1 then. */
struct exchange {
	struct exchange_plan plan;
	int fd;                  /* owned */
	sd_event *loop;          /* borrowed */
	sd_event_source *source; /* owned; NULL: nothing was waited for yet */
	const struct exchange_channel *channel; /* NULL: the socket */
	bool stream, connected;
	size_t out_sent;
	uint8_t *in; /* owned; NULL: nothing came; a NUL follows the bytes */
	size_t in_len;
};

/*
 * type: SOCK_STREAM or SOCK_DGRAM. 0 or negative errno; whatever happens later is an event, from
 * the loop or before this returns.
 */
int exchange_open(struct exchange *x, sd_event *loop, int type, struct endpoint to,
    const struct exchange_plan *plan);
/* The same for datagrams over a socket of the caller's making, which is taken. */
int exchange_connect(struct exchange *x, sd_event *loop, int fd, struct endpoint to,
    const struct exchange_plan *plan);
/* Over a connection that stands; fd, which is taken, tells when the channel has something. */
void exchange_adopt(struct exchange *x, sd_event *loop, int fd,
    const struct exchange_channel *channel, const struct exchange_plan *plan);
/* Also of one that was never opened, with fd -1. */
void exchange_close(struct exchange *x);
static inline bool
exchange_is_open(const struct exchange *x)
{
	return x->fd >= 0;
}
