#include "io/echo_socket.h"

#include <linux/icmp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "own_network.h"
#include "tap.h"

#define MAGIC UINT32_C(0x4e634331)
#define LABEL 36
#define DNS_MAGIC UINT32_C(0x6a7a7275)
#define MANY 200

static struct ip
ip(const char *text)
{
	struct ip address = { 0 };

	CHECK_INT(ip_parse(text, &address), 0);
	return address;
}

/* A ping of our own address, which the kernel answers at once. */
static void
ping(int fd, bool ours)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct {
		struct icmphdr head;
		uint32_t magic;
		char rest[40];
	} m = { .head = { .type = ICMP_ECHO }, .magic = htonl(ours ? MAGIC : MAGIC + 1) };
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(m) / 2; i++)
		sum += ((uint16_t *)&m)[i];
	sum = (sum & 0xffff) + (sum >> 16);
	m.head.checksum = (uint16_t) ~(sum + (sum >> 16));
	CHECK_INT(sendto(fd, &m, sizeof(m), 0, (struct sockaddr *)&to, sizeof(to)), sizeof(m));
}

static size_t
take_all(struct echo_socket *s)
{
	struct echo_in in[ECHO_SOCKET_BATCH];
	size_t all = 0, n;

	while ((n = echo_socket_take(s, in)) > 0)
		all += n;
	return all;
}

/* The kernel tells of what it dropped beside what comes behind it: here that is nothing. */
TEST(what_the_kernel_drops_is_counted)
{
	const char *problem = own_network();
	struct echo_socket s;
	struct err e = { 0 };
	int least = 1, fd;
	uint64_t dropped;
	size_t taken;

	if (problem) {
		tap_skip(problem);
		return;
	}
	REQUIRE(echo_socket_open(&s, ip("127.0.0.1"), MAGIC, &e) == 0);
	CHECK_INT(setsockopt(s.fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)), 0);
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	for (int i = 0; i < MANY; i++)
		ping(fd, true);
	taken = take_all(&s);
	CHECK(taken > 0 && taken < MANY);
	echo_socket_count_dropped(&s);
	/* the requests came by as well */
	CHECK(taken + s.dropped >= MANY && taken + s.dropped <= 2 * MANY);
	dropped = s.dropped;
	ping(fd, true);
	CHECK_INT(take_all(&s), 1);
	CHECK_INT(s.dropped, dropped);
	(void)close(fd);
	echo_socket_close(&s);
}

/* They are none of ours. */
TEST(what_the_filter_keeps_away_is_not)
{
	const char *problem = own_network();
	struct echo_socket s;
	struct err e = { 0 };
	int fd;

	if (problem) {
		tap_skip(problem);
		return;
	}
	REQUIRE(echo_socket_open(&s, ip("127.0.0.1"), MAGIC, &e) == 0);
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	for (int i = 0; i < MANY; i++)
		ping(fd, false);
	CHECK_INT(take_all(&s), 0);
	echo_socket_count_dropped(&s);
	CHECK_INT(s.dropped, 0);
	(void)close(fd);
	echo_socket_close(&s);
}

static void
tell(uint16_t port, uint32_t magic, int count)
{
	struct endpoint from = { 0 };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
		.sin_port = htons(5300) };
	uint8_t m[60] = { [12] = LABEL };
	struct sockaddr_storage ss;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len;

	from.addr = ip("127.0.0.1");
	from.port = port;
	len = endpoint_to_sockaddr(from, &ss);
	magic = htonl(magic);
	memcpy(m + 13, &magic, sizeof(magic));
	CHECK_INT(bind(fd, (struct sockaddr *)&ss, len), 0);
	for (int i = 0; i < count; i++)
		CHECK_INT(
		    sendto(fd, m, sizeof(m), 0, (struct sockaddr *)&to, sizeof(to)), sizeof(m));
	(void)close(fd);
}

/* UDP counts among what was dropped also what a filter does not let through. */
TEST(strangers_are_not_counted_as_dropped)
{
	const char *problem = own_network();
	struct endpoint own = { 0 };
	struct echo_in in[ECHO_SOCKET_BATCH];
	struct echo_socket s;
	struct err e = { 0 };
	size_t n, ours = 0;

	if (problem) {
		tap_skip(problem);
		return;
	}
	own.addr = ip("127.0.0.1");
	own.port = 5300;
	REQUIRE(echo_socket_open_dns(&s, own, LABEL, DNS_MAGIC, &e) == 0);
	tell(54, DNS_MAGIC, 5);
	tell(53, DNS_MAGIC + 1, 5);
	tell(53, DNS_MAGIC, 3);
	while ((n = echo_socket_take(&s, in)) > 0)
		for (size_t i = 0; i < n; i++)
			ours += in[i].len == 60;
	CHECK_INT(ours, 3);
	echo_socket_count_dropped(&s);
	CHECK_INT(s.dropped, 0);
	echo_socket_close(&s);
}
