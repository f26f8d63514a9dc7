/*
 * Distances (GTSM), interfaces and counters of TCP sockets, on loopback, where no router lowers a
 * TTL.
 */
#include "io/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "io/loop.h"
#include "tap.h"

#define PATIENCE_MS 10000
#define SILENCE_MS 30 /* loopback delivers inside of connect(): what was dropped stays silent */

static struct ip
ip_of(const char *text)
{
	struct ip ip = { 0 };

	CHECK_INT(ip_parse(text, &ip), 0);
	return ip;
}

static struct endpoint
listen_on(const char *address, int *ret_fd)
{
	struct endpoint local = { .addr = ip_of(address) };
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	CHECK_INT(tcp_listen(local, ret_fd, NULL), 0);
	CHECK_INT(getsockname(*ret_fd, (struct sockaddr *)&ss, &len), 0);
	CHECK_INT(endpoint_from_sockaddr(&ss, &local), 0);
	return local;
}

/* A connection from address, with this TTL; -1 when nobody answers. */
static int
connect_from(const char *address, struct endpoint to, uint8_t ttl, uint8_t min_ttl, int patience_ms)
{
	struct tcp_conf conf = { .local = ip_of(address), .ttl = ttl, .min_ttl = min_ttl };
	struct pollfd p = { .events = POLLOUT };

	CHECK_INT(tcp_dial(to, &conf, &p.fd, NULL), 0);
	if (poll(&p, 1, patience_ms) == 1 && tcp_dial_result(p.fd) == 0)
		return p.fd;
	(void)close(p.fd);
	return -1;
}

/* False, and the test is skipped, where that takes a privilege. */
static bool
guard(int listener, const struct tcp_guard *rules, size_t count)
{
	int r = tcp_guard(listener, rules, count);

	if (r == -EPERM)
		tap_skip("this kernel filters sockets for administrators only");
	else
		CHECK_INT(r, 0);
	return r == 0;
}

TEST(a_listening_socket_knows_the_distance_of_each_neighbor)
{
	static const struct {
		const char *from;
		uint8_t ttl;
		bool taken;
	} rows[] = {
		{ "127.0.0.2", 255, true }, /* 255 is asked for */
		{ "127.0.0.2", 254, false },
		{ "127.0.0.2", 1, false },
		{ "127.0.0.3", 255, true }, /* 250 */
		{ "127.0.0.3", 250, true },
		{ "127.0.0.3", 249, false },
		{ "127.0.0.4", 1, true },   /* any */
		{ "127.0.0.5", 1, true },   /* no neighbor's: closed by others */
	};
	const struct tcp_guard rules[] = {
		{ .peer = ip_of("127.0.0.2"), .ttl = 255, .min_ttl = 255 },
		{ .peer = ip_of("127.0.0.3"), .ttl = 255, .min_ttl = 250 },
		{ .peer = ip_of("127.0.0.4") },
	};
	int listener;
	struct endpoint to = listen_on("127.0.0.1", &listener);

	if (!guard(listener, rules, ARRAY_SIZE(rules)))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int fd = connect_from(rows[i].from, to, rows[i].ttl, 0,
		    rows[i].taken ? PATIENCE_MS : SILENCE_MS);

		if ((fd >= 0) != rows[i].taken)
			tap_fail(__FILE__, __LINE__, "%s with TTL %u: %s", rows[i].from,
			    rows[i].ttl, fd >= 0 ? "taken" : "not taken");
		if (fd >= 0)
			(void)close(fd);
	}
	(void)close(listener);
}

TEST(the_distance_counts_for_ipv6_too)
{
	const struct tcp_guard rules[] = {
		{ .peer = ip_of("2001:db8::1"), .ttl = 255, .min_ttl = 10 },
		{ .peer = ip_of("::2"), .ttl = 255, .min_ttl = 10 }, /* differs in the last word only */
		{ .peer = ip_of("::1"), .ttl = 255, .min_ttl = 254 },
	};
	int listener, fd;
	struct endpoint to = listen_on("::1", &listener);

	if (!guard(listener, rules, ARRAY_SIZE(rules)))
		return;
	CHECK_INT(connect_from("::1", to, 253, 0, SILENCE_MS), -1);
	fd = connect_from("::1", to, 254, 0, PATIENCE_MS);
	CHECK(fd >= 0);
	(void)close(fd);
	(void)close(listener);
}

TEST(an_accepted_connection_keeps_the_rule_from_its_first_segment_on)
{
	const struct tcp_guard rules[] = {
		{ .peer = ip_of("127.0.0.2"), .ttl = 255, .min_ttl = 255 },
		{ .peer = ip_of("127.0.0.3") }, /* so that IP_MINTTL of the listening socket is 0 */
	};
	int listener, fd, accepted, far = 64, near = 255;
	struct endpoint to = listen_on("127.0.0.1", &listener), from;
	char byte;

	if (!guard(listener, rules, ARRAY_SIZE(rules)))
		return;
	fd = connect_from("127.0.0.2", to, 255, 0, PATIENCE_MS);
	REQUIRE(fd >= 0);
	REQUIRE(tcp_accept(listener, &accepted, &from) == 0);
	/* nothing was set on the accepted socket yet */
	CHECK_INT(setsockopt(fd, IPPROTO_IP, IP_TTL, &far, sizeof(far)), 0);
	CHECK_INT(send(fd, "x", 1, 0), 1);
	struct pollfd p = { .fd = accepted, .events = POLLIN };
	CHECK_INT(poll(&p, 1, SILENCE_MS), 0);
	/* sent again by TCP, from nearer */
	CHECK_INT(setsockopt(fd, IPPROTO_IP, IP_TTL, &near, sizeof(near)), 0);
	CHECK_INT(poll(&p, 1, PATIENCE_MS), 1);
	CHECK_INT(recv(accepted, &byte, 1, 0), 1);
	(void)close(accepted);
	(void)close(fd);
	(void)close(listener);
}

TEST(an_answer_from_too_far_is_none_and_is_counted)
{
	const struct tcp_guard near = { .peer = ip_of("127.0.0.2"), .ttl = 255, .min_ttl = 255 };
	int listener, fd;
	struct endpoint to = listen_on("127.0.0.1", &listener);
	struct tcp_counters before = tcp_counters_read();

	/* this end listens as everybody does, with a TTL of 64 */
	CHECK_INT(connect_from("127.0.0.2", to, 255, 255, SILENCE_MS), -1);
	CHECK(tcp_counters_read().ttl_too_low > before.ttl_too_low);
	CHECK_INT(tcp_guard(listener, &near, 1), 0);
	fd = connect_from("127.0.0.2", to, 255, 255, PATIENCE_MS);
	CHECK(fd >= 0);
	(void)close(fd);
	(void)close(listener);
}

TEST(too_many_distances_are_refused)
{
	static struct tcp_guard rules[257];
	int listener;

	(void)listen_on("127.0.0.1", &listener);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		rules[i] = (struct tcp_guard){
			.peer = ip_from_v4(0x7f000002 + (uint32_t)i), .min_ttl = (uint8_t)(i % 2 + 1)
		};
	}
	CHECK_INT(tcp_guard(listener, rules, 257), -E2BIG);
	(void)guard(listener, rules, 256);
	(void)close(listener);
}

TEST(interfaces)
{
	struct tcp_conf conf = { .local = ip_of("127.0.0.2"), .interface = "lo" };
	struct endpoint peer, found;
	struct err e = { 0 };
	int listener, fd, accepted;
	struct endpoint to = listen_on("127.0.0.1", &listener);
	char name[16] = "";
	socklen_t len = sizeof(name);

	REQUIRE(tcp_dial(to, &conf, &fd, NULL) == 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	CHECK_INT(poll(&p, 1, PATIENCE_MS), 1);
	CHECK_INT(tcp_dial_result(fd), 0);
	CHECK(ip_equal(tcp_local(fd), conf.local));
	CHECK_INT(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len), 0);
	CHECK_STR(name, "lo");
	REQUIRE(tcp_accept(listener, &accepted, &peer) == 0);
	CHECK_INT(tcp_adopt(accepted, &peer, &conf), 0);
	len = sizeof(name);
	CHECK_INT(getsockopt(accepted, SOL_SOCKET, SO_BINDTODEVICE, name, &len), 0);
	CHECK_STR(name, "lo");
	(void)close(fd);
	(void)close(accepted);
	(void)close(listener);

	conf.interface = "nowhere0";
	CHECK_INT(tcp_dial(to, &conf, &fd, &e), -ENODEV);
	CHECK_STR(e.message, "interface nowhere0: No such device");
	to = (struct endpoint){ .addr = ip_of("fe80::1"), .port = 1 };
	CHECK_INT(tcp_dial(to, &(struct tcp_conf){ .interface = "nowhere0" }, &fd, NULL), -ENODEV);
	CHECK_INT(tcp_link_local("nowhere0", &found), -ENODEV);
	CHECK_INT(tcp_link_local("lo", &found), -EADDRNOTAVAIL);
}

TEST(counters_of_the_kernel)
{
	static const struct {
		const char *text;
		struct tcp_counters want;
	} rows[] = {
		{ "TcpExt: A TCPMD5NotFound B TCPMD5Unexpected TCPMD5Failure TCPMinTTLDrop\n"
		  "TcpExt: 1 2 3 4 5 18446744073709551615\nIpExt: TCPMD5Failure\nIpExt: 9\n",
		    { 2, 4, 5, UINT64_MAX } },
		{ "IpExt: InNoRoutes\nIpExt: 0\nTcpExt: TCPMD5Failure A\nTcpExt: 7 8", { 0, 0, 7, 0 } },
		{ "TcpExt: A TCPMD5Failure\nTcpExt: 7\n", { 0 } }, /* fewer values than names */
		{ "TcpExt: TCPMD5Failure\nTcpExt: 123456789012345678901234567\n", { 0 } },
		{ "TcpExt: TCPMD5Failure\nTcpExt: -1\n", { 0 } },
		{ "TcpExt: TCPMD5Failure\n", { 0 } },
		{ "", { 0 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tcp_counters got;

		tcp_counters_parse(rows[i].text, &got);
		CHECK_MEM(&got, sizeof(got), &rows[i].want, sizeof(rows[i].want));
	}
}
