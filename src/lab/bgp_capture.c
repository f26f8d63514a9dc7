#include "lab/bgp_capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

#define RECEIVE_BUFFER (8 * 1024 * 1024) /* the client's requests pass here too */
#define PACKET_MAX 65536

static int
open_socket(_unused_ void *arg)
{
	/* SOCK_DGRAM: without the link layer's header, whatever the link is */
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &(int){ 1 }, sizeof(int)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	/* The first needs a privilege over the machine; the second is cut to its limit. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ RECEIVE_BUFFER }, sizeof(int)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ RECEIVE_BUFFER }, sizeof(int));
	return fd;
}

int
bgp_capture_open(struct bgp_capture *c, struct lab *lab, const char *node, struct err *err)
{
	bgp_watch_init(&c->watch);
	c->fd = lab_open_in_node(lab, node, open_socket, NULL, err);
	if (c->fd < 0)
		return err_prefix(err, "capture packets of %s", node);
	return 0;
}

/* The kernel's timestamp of a packet; 0 when it has none. */
static int64_t
timestamp_of(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS ||
		    c->cmsg_len < CMSG_LEN(sizeof(ts)))
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		return ts.tv_sec * NS_PER_S + ts.tv_nsec;
	}
	return 0;
}

int
bgp_capture_read(struct bgp_capture *c, struct err *err)
{
	static uint8_t packet[PACKET_MAX];

	for (;;) {
		alignas(struct cmsghdr) char control[256];
		struct iovec iov = { .iov_base = packet, .iov_len = sizeof(packet) };
		struct msghdr msg = { .msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(c->fd, &msg, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0
					       : err_errno(err, -errno, "read captured packets");
		bgp_watch_packet(&c->watch, packet, (size_t)n, timestamp_of(&msg));
	}
}

void
bgp_capture_done(struct bgp_capture *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	bgp_watch_done(&c->watch);
}
