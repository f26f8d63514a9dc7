#include "lab/delay_line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/punctual.h"
#include "lab/delay_queue.h"

#define BATCH 32 /* packets a system call, and a direction's share of a turn */
#define PACKET_MAX (DELAY_LINE_MTU_MAX + 18) /* Ethernet header with a VLAN tag */
#define SOCKET_BYTES (4 << 20)
#define EVENTS 64

/* One end of a link: what it receives waits in its queue and leaves by the other end. */
struct end {
	int fd;
	struct end *other;
	struct delay_queue queue;
	struct delay_line_counts *counts;
};

struct delay_line {
	int epoll_fd;
	struct end *ends; /* two a link */
	size_t end_count;
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	uint8_t packets[BATCH][PACKET_MAX];
	_Alignas(struct cmsghdr) uint8_t controls[BATCH][CMSG_SPACE(sizeof(struct timespec))];
};

static int
open_socket(unsigned ifindex, struct err *err)
{
	/* Protocol 0 until it is bound: nothing of other interfaces gets in. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, bytes = SOCKET_BYTES;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)ifindex,
	};

	if (fd < 0)
		return err_errno(err, -errno, "open a packet socket");
	/* Larger buffers and the shorter way out are welcome, not needed. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	(void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		int r = err_errno(err, -errno, "set up a packet socket");

		close(fd);
		return r;
	}
	return fd;
}

/* The kernel's arrival time on our clock. A wall clock that was stepped cannot move it far. */
static struct instant
arrival_of(struct msghdr *m, struct instant now, int64_t wall_now)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			const struct timespec *ts =
			    (const struct timespec *)(const void *)CMSG_DATA(c);
			int64_t age = wall_now - (ts->tv_sec * NS_PER_S + ts->tv_nsec);

			if (age > 0 && age < NS_PER_S)
				return (struct instant){ now.ns - age };
		}
	}
	return now;
}

/* The kernel's own drops of this socket; reading the counter resets it. */
static void
count_overruns(struct end *e)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (getsockopt(e->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
		e->counts->dropped += stats.tp_drops;
}

static void
cut(struct end *e)
{
	e->counts->dropped += e->queue.count;
	delay_queue_drop(&e->queue, e->queue.count);
	e->other->counts->dropped += e->other->queue.count;
	delay_queue_drop(&e->other->queue, e->other->queue.count);
}

/* Takes one batch; a socket that has more is readable again in the next turn. */
static void
receive(struct delay_line *d, struct end *e)
{
	for (size_t i = 0; i < BATCH; i++) {
		d->parts[i] = (struct iovec){ d->packets[i], sizeof(d->packets[i]) };
		d->messages[i].msg_hdr = (struct msghdr){
			.msg_iov = &d->parts[i],
			.msg_iovlen = 1,
			.msg_control = d->controls[i],
			.msg_controllen = sizeof(d->controls[i]),
		};
	}
	int n = recvmmsg(e->fd, d->messages, BATCH, MSG_DONTWAIT, NULL);
	if (n < 0) {
		if (errno == ENETDOWN)
			cut(e);
		return;
	}
	struct instant now = clock_now();
	int64_t wall_now = clock_wall_ns();
	for (int i = 0; i < n; i++) {
		struct msghdr *m = &d->messages[i].msg_hdr;

		if ((m->msg_flags & MSG_TRUNC) != 0 ||
		    !delay_queue_put(&e->queue, arrival_of(m, now, wall_now), d->packets[i],
			d->messages[i].msg_len))
			e->counts->dropped++;
	}
	if (n == BATCH)
		count_overruns(e);
}

/* Sends one batch of what is due; the rest stays due for the next turn. */
static void
send_due(struct delay_line *d, struct end *e, struct instant now)
{
	size_t n = delay_queue_due(&e->queue, now, d->parts, BATCH), sent = 0;

	for (size_t i = 0; i < n; i++)
		d->messages[i].msg_hdr =
		    (struct msghdr){ .msg_iov = &d->parts[i], .msg_iovlen = 1 };
	while (sent < n) {
		int k =
		    sendmmsg(e->other->fd, d->messages + sent, (unsigned)(n - sent), MSG_DONTWAIT);

		if (k <= 0) { /* down, or its buffer is full: as a network card, we drop */
			e->counts->dropped++;
			k = 1;
		} else
			e->counts->forwarded += (uint64_t)k;
		sent += (size_t)k;
	}
	delay_queue_drop(&e->queue, n);
}

/* Does one turn for what is due and gives the next deadline. */
static struct instant
send_all_due(struct delay_line *d)
{
	struct instant now = clock_now(), next = INSTANT_NEVER;

	for (size_t i = 0; i < d->end_count; i++) {
		struct end *e = &d->ends[i];

		if (instant_reached(delay_queue_deadline(&e->queue), now))
			send_due(d, e, now);
		next = instant_min(next, delay_queue_deadline(&e->queue));
	}
	return next;
}

static int
wait_until(struct delay_line *d, struct instant deadline, struct epoll_event *events)
{
	struct timespec timeout = { 0 }, *t = NULL;

	if (!instant_is_never(deadline)) {
		int64_t left = instant_diff(deadline, clock_now()).ns;

		if (left > 0)
			timeout = (struct timespec){ left / NS_PER_S, left % NS_PER_S };
		t = &timeout;
	}
	int n = epoll_pwait2(d->epoll_fd, events, EVENTS, t, NULL);
	return n < 0 && errno == EINTR ? 0 : n < 0 ? -errno : n;
}

static int
add_end(struct delay_line *d, const struct delay_line_link *link, int side, struct err *err)
{
	struct end *e = &d->ends[d->end_count];
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = e };
	int fd = open_socket(link->ifindex[side], err);

	if (fd < 0)
		return fd;
	*e = (struct end){
		.fd = fd, .other = side == 0 ? e + 1 : e - 1, .counts = &link->counts[side]
	};
	delay_queue_init(&e->queue, link->delay[side], DELAY_LINE_BYTES);
	d->end_count++;
	if (epoll_ctl(d->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
		return err_errno(err, -errno, "watch a packet socket");
	return 0;
}

static int
open_all(struct delay_line *d, const struct delay_line_link *links, size_t count, struct err *err)
{
	d->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (d->epoll_fd < 0)
		return err_errno(err, -errno, "make an epoll");
	for (size_t i = 0; i < count * 2; i++) {
		int r = add_end(d, &links[i / 2], (int)(i % 2), err);

		if (r < 0)
			return r;
	}
	return 0;
}

void
delay_line_free(struct delay_line *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->end_count; i++) {
		close(d->ends[i].fd);
		delay_queue_done(&d->ends[i].queue);
	}
	if (d->epoll_fd >= 0)
		close(d->epoll_fd);
	free(d->ends);
	free(d);
}

void
delay_line_freep(struct delay_line **d)
{
	delay_line_free(*d);
}

int
delay_line_open(
    const struct delay_line_link *links, size_t count, struct delay_line **ret, struct err *err)
{
	_cleanup_(delay_line_freep) struct delay_line *d = xcalloc(1, sizeof(*d));

	d->ends = xcalloc(count * 2, sizeof(*d->ends));
	int r = open_all(d, links, count, err);
	if (r < 0)
		return r;
	*ret = TAKE(d);
	return 0;
}

int
delay_line_run(struct delay_line *d)
{
	struct epoll_event events[EVENTS];

	punctual_become();
	for (;;) {
		int n = wait_until(d, send_all_due(d), events);

		if (n < 0)
			return n;
		for (int i = 0; i < n; i++)
			receive(d, events[i].data.ptr);
	}
}
