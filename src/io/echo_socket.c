#include "io/echo_socket.h"

#include <errno.h>
#include <linux/ip.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/echo_filter.h"
#include "io/loop.h"
#include "io/socket_option.h"

/* What a hundred thousand replies a second need while somebody else has the core for 50 ms. */
#define RECEIVE_BUFFER (8 << 20)
/* What waits for the device. */
#define SEND_BUFFER (1 << 20)
#define DO_NOT_FRAGMENT 0x4000
#define TTL 64
#define DNS_PORT 53

struct echo_batch {
	struct mmsghdr messages[ECHO_SOCKET_BATCH];
	struct iovec parts[ECHO_SOCKET_BATCH][2];
	struct iphdr headers[ECHO_SOCKET_BATCH]; /* of IPv4 */
	struct sockaddr_storage names[ECHO_SOCKET_BATCH];
	_Alignas(
	    struct cmsghdr) uint8_t control[ECHO_SOCKET_BATCH][CMSG_SPACE(sizeof(struct timespec)) +
							       CMSG_SPACE(sizeof(uint32_t))];
	uint8_t bytes[ECHO_SOCKET_BATCH][ECHO_SOCKET_TAKE_MAX];
};

/* The filter was attached before the address comes: until then nothing comes in. */
static int
prepare(const struct echo_socket *s, struct endpoint own, struct err *e)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(own, &ss);
	char text[ENDPOINT_STR_MAX];
	int r = socket_set_int(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);

	if (r == 0)
		r = socket_set_int(s->fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	if (r < 0)
		return err_errno(e, r, "options of the socket");
	/* with headers of ours a packet costs the kernel less */
	if (s->raw && s->family == IP_V4)
		r = socket_set_int(s->fd, IPPROTO_IP, IP_HDRINCL, 1);
	if (r < 0)
		return err_errno(e, r, "IP_HDRINCL");
	/* beyond net.core.rmem_max only with CAP_NET_ADMIN */
	if (socket_set_int(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) < 0)
		(void)socket_set_int(s->fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
	if (socket_set_int(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER) < 0)
		(void)socket_set_int(s->fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER);
	if (bind(s->fd, (struct sockaddr *)&ss, len) == 0)
		return 0;
	if (errno == EADDRNOTAVAIL)
		return err_set(
		    e, -errno, "%s is not an address of this host", ip_format(own.addr, text));
	return err_errno(
	    e, -errno, "%s", s->raw ? ip_format(own.addr, text) : endpoint_format(own, text));
}

/* What is left when the socket is there, and has its filter: r. */
static int
finish_open(struct echo_socket *s, struct endpoint own, int r, struct err *e)
{
	r = r < 0 ? err_errno(e, r, "filter of the socket") : prepare(s, own, e);
	if (r < 0) {
		echo_socket_close(s);
		return r;
	}
	s->batch = xcalloc(1, sizeof(*s->batch));
	return 0;
}

int
echo_socket_open(struct echo_socket *s, struct ip local, uint32_t magic, struct err *e)
{
	bool v4 = local.family == IP_V4;

	*s = (struct echo_socket){ .raw = true, .family = local.family, .local = local };
	s->fd = socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (s->fd < 0 && (errno == EPERM || errno == EACCES))
		return err_set(e, -EPERM,
		    "raw ICMP sockets are not allowed here: run it as root, or give the program "
		    "CAP_NET_RAW");
	if (s->fd < 0)
		return err_errno(e, -errno, "ICMP socket");
	return finish_open(
	    s, (struct endpoint){ .addr = local }, echo_filter_replies(s->fd, local, magic), e);
}

int
echo_socket_open_dns(
    struct echo_socket *s, struct endpoint local, uint8_t label, uint32_t magic, struct err *e)
{
	bool v4 = local.addr.family == IP_V4;

	*s = (struct echo_socket){
		.family = local.addr.family, .local = local.addr, .port = DNS_PORT
	};
	s->fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return err_errno(e, -errno, "UDP socket");
	if (!v4)
		(void)socket_set_int(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	return finish_open(s, local, echo_filter_dns(s->fd, label, magic), e);
}

void
echo_socket_close(struct echo_socket *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	free(TAKE(s->batch));
}

/* The kernel adds length and checksum. An identification of 0 it would choose, at some cost; none
 * is needed where nothing may be fragmented (RFC 6864 section 4.1). */
static struct iphdr
header_to(const struct echo_socket *s, struct ip to)
{
	struct iphdr h = { .version = 4,
		.ihl = 5,
		.ttl = TTL,
		.protocol = IPPROTO_ICMP,
		.frag_off = htons(DO_NOT_FRAGMENT),
		.id = htons(1) };

	memcpy(&h.saddr, s->local.bytes, sizeof(h.saddr));
	memcpy(&h.daddr, to.bytes, sizeof(h.daddr));
	return h;
}

/* One message of the batch that is sent. */
static void
set_out(struct echo_socket *s, size_t i, const struct echo_out *out)
{
	struct echo_batch *b = s->batch;
	struct endpoint to = { .addr = out->to, .port = s->port };
	bool v4 = s->raw && s->family == IP_V4;
	struct msghdr *m = &b->messages[i].msg_hdr;

	if (v4)
		b->headers[i] = header_to(s, out->to);
	b->parts[i][0] = (struct iovec){ &b->headers[i], sizeof(b->headers[i]) };
	b->parts[i][1] = (struct iovec){ out->bytes, out->len };
	*m = (struct msghdr){ .msg_name = &b->names[i], .msg_iov = b->parts[i] + (v4 ? 0 : 1) };
	m->msg_iovlen = v4 ? 2 : 1;
	m->msg_namelen = endpoint_to_sockaddr(to, &b->names[i]);
}

size_t
echo_socket_send(
    struct echo_socket *s, const struct echo_out *out, size_t count, uint64_t *failed, int *error)
{
	struct echo_batch *b = s->batch;
	size_t done = 0;

	count = MIN(count, (size_t)ECHO_SOCKET_BATCH);
	for (size_t i = 0; i < count; i++)
		set_out(s, i, &out[i]);
	while (done < count) {
		int n = sendmmsg(s->fd, b->messages + done, (unsigned)(count - done), 0);

		if (n > 0) {
			done += (size_t)n;
		} else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
			break;
		} else if (errno != EINTR) {
			*error = errno;
			++*failed;
			done++;
		}
	}
	return done;
}

/* All so far, in 32 bits; what a reply tells may be older than what is known. */
static void
saw_dropped(struct echo_socket *s, uint32_t all)
{
	int32_t more = (int32_t)(all - (uint32_t)s->dropped);

	if (more > 0)
		s->dropped += (uint32_t)more;
}

void
echo_socket_count_dropped(struct echo_socket *s)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(s->fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0)
		saw_dropped(s, info[SK_MEMINFO_DROPS]);
}

/* When it came, and how many did not. */
static int64_t
read_control(struct echo_socket *s, struct msghdr *m)
{
	int64_t at = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			at = (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
			uint32_t all;

			memcpy(&all, CMSG_DATA(c), sizeof(all));
			saw_dropped(s, all);
		}
	}
	return at != 0 ? at : clock_wall_ns();
}

size_t
echo_socket_take(struct echo_socket *s, struct echo_in in[static ECHO_SOCKET_BATCH])
{
	struct echo_batch *b = s->batch;
	size_t taken = 0;
	int n;

	for (size_t i = 0; i < ECHO_SOCKET_BATCH; i++) {
		struct msghdr *m = &b->messages[i].msg_hdr;

		b->parts[i][0] = (struct iovec){ b->bytes[i], ECHO_SOCKET_TAKE_MAX };
		*m = (struct msghdr){
			.msg_name = &b->names[i], .msg_iov = b->parts[i], .msg_iovlen = 1
		};
		m->msg_namelen = sizeof(b->names[i]);
		m->msg_control = b->control[i];
		m->msg_controllen = sizeof(b->control[i]);
	}
	n = recvmmsg(s->fd, b->messages, ECHO_SOCKET_BATCH, 0, NULL);
	for (int i = 0; i < n; i++) {
		struct msghdr *m = &b->messages[i].msg_hdr;
		struct endpoint from;

		if (endpoint_from_sockaddr(&b->names[i], &from) < 0)
			continue;
		in[taken++] = (struct echo_in){
			.from = from.addr,
			.at = read_control(s, m),
			.bytes = b->bytes[i],
			.len = b->messages[i].msg_len,
		};
	}
	return taken;
}
