#include "io/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/alloc.h"

/* A kernel that does not answer its own netlink socket within this is not coming back. */
static const struct timeval NETLINK_WAIT = { .tv_sec = 2 };

struct netlink {
	struct mnl_socket *socket; /* owned */
	uint32_t seq;
	char buf[32768];
};

int
netlink_new(int bus, struct netlink **ret, struct err *e)
{
	struct netlink *nl = xcalloc(1, sizeof(*nl));
	int one = 1, fd;

	nl->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (nl->socket == NULL || mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int r = err_errno(e, -errno, "open netlink socket %d", bus);

		netlink_free(nl);
		return r;
	}
	fd = mnl_socket_get_fd(nl->socket);
	/* both are refinements that an old kernel may refuse */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &NETLINK_WAIT, sizeof(NETLINK_WAIT));
	*ret = nl;
	return 0;
}

void
netlink_free(struct netlink *nl)
{
	if (nl == NULL)
		return;
	if (nl->socket != NULL)
		(void)mnl_socket_close(nl->socket);
	free(nl);
}

/* The kernel's own sentence about a refused request, or NULL. */
static const char *
ext_ack_text(const struct nlmsghdr *h)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(h);
	size_t offset = sizeof(*err);
	struct nlattr *attr;

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	/* the request stands there in full, unless it was capped */
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		offset += mnl_nlmsg_get_payload_len(h) > sizeof(*err)
			      ? err->msg.nlmsg_len - sizeof(err->msg)
			      : 0;
	mnl_attr_for_each (attr, h, (unsigned)offset) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			return mnl_attr_get_str(attr);
	}
	return NULL;
}

/* One message of the answer: 1 go on, 0 the answer is complete, -EINTR the dump is torn, other
 * errors. */
static int
take_message(struct netlink *nl, const struct nlmsghdr *h, netlink_fn fn, void *userdata,
    bool *torn, struct err *e)
{
	const struct nlmsgerr *answer = mnl_nlmsg_get_payload(h);

	if (h->nlmsg_seq != nl->seq || h->nlmsg_pid != mnl_socket_get_portid(nl->socket))
		return 1; /* of a request that was given up */
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		*torn = true;
	if (h->nlmsg_type == NLMSG_DONE) {
		int r = 0;

		if (mnl_nlmsg_get_payload_len(h) >= sizeof(r))
			memcpy(&r, mnl_nlmsg_get_payload(h), sizeof(r));
		if (r < 0)
			return err_errno(e, r, "netlink dump");
		return *torn ? -EINTR : 0;
	}
	if (h->nlmsg_type == NLMSG_ERROR) {
		const char *text;

		if (mnl_nlmsg_get_payload_len(h) < sizeof(*answer))
			return err_set(e, -EBADMSG, "netlink: an answer is too short");
		if (answer->error == 0)
			return 0;
		text = ext_ack_text(h);
		return text ? err_errno(e, answer->error, "%s", text)
			    : err_set(e, answer->error, "%s", strerror(-answer->error));
	}
	if (h->nlmsg_type >= NLMSG_MIN_TYPE && fn != NULL)
		fn(h, userdata);
	return 1;
}

static int
ask_once(struct netlink *nl, struct nlmsghdr *request, netlink_fn fn, void *userdata, struct err *e)
{
	bool acknowledged = (request->nlmsg_flags & (NLM_F_ACK | NLM_F_DUMP)) != 0;
	bool torn = false;

	request->nlmsg_seq = ++nl->seq;
	request->nlmsg_pid = mnl_socket_get_portid(nl->socket);
	if (fn != NULL)
		fn(NULL, userdata);
	if (mnl_socket_sendto(nl->socket, request, request->nlmsg_len) < 0)
		return err_errno(e, -errno, "send netlink request");
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->socket, nl->buf, sizeof(nl->buf));
		const struct nlmsghdr *h = (const void *)nl->buf;
		int left = (int)n;

		if (n < 0)
			return err_errno(e, -errno, "receive netlink answer");
		for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			uint32_t seq = h->nlmsg_seq;
			int r = take_message(nl, h, fn, userdata, &torn, e);

			if (r <= 0)
				return r;
			if (!acknowledged && seq == nl->seq)
				return 0;
		}
	}
}

int
netlink_request(
    struct netlink *nl, struct nlmsghdr *request, netlink_fn fn, void *userdata, struct err *e)
{
	bool dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	request->nlmsg_flags |= (uint16_t)(dump ? NLM_F_REQUEST : NLM_F_REQUEST | NLM_F_ACK);
	for (int try = 0; try < NETLINK_DUMP_TRIES; try++) {
		int r = ask_once(nl, request, fn, userdata, e);

		if (r != -EINTR)
			return r;
	}
	return err_set(
	    e, -EAGAIN, "netlink: what was asked for changes faster than it can be read");
}

int
netlink_get(
    struct netlink *nl, struct nlmsghdr *request, netlink_fn fn, void *userdata, struct err *e)
{
	request->nlmsg_flags |= NLM_F_REQUEST;
	return ask_once(nl, request, fn, userdata, e);
}

int
netlink_listen(int bus, const unsigned *groups, size_t count, int *ret, struct err *e)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, bus);

	if (fd < 0)
		return err_errno(e, -errno, "open netlink socket %d", bus);
	if (bind(fd, (const void *)&self, sizeof(self)) < 0) {
		int r = err_errno(e, -errno, "bind netlink socket %d", bus);

		(void)close(fd);
		return r;
	}
	for (size_t i = 0; i < count; i++) {
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			sizeof(groups[i])) < 0) {
			int r = err_errno(e, -errno, "listen to netlink group %u", groups[i]);

			(void)close(fd);
			return r;
		}
	}
	*ret = fd;
	return 0;
}

ssize_t
netlink_read(int fd, void *buf, size_t size)
{
	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, size, MSG_DONTWAIT, (void *)&from, &len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (n > 0 && from.nl_pid == 0)
			return n;
	}
}
