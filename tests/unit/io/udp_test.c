/* UDP over loopback: what is sent as the routing protocols ask, and what is known of what comes. */
#include "io/udp.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

static struct ip
ip_of(const char *text)
{
	struct ip ip = { 0 };

	CHECK_INT(ip_parse(text, &ip), 0);
	return ip;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct endpoint e = { 0 };

	CHECK_INT(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	CHECK_INT(endpoint_from_sockaddr(&ss, &e), 0);
	return e.port;
}

static int
receive(int fd, void *buf, size_t size, struct udp_datagram *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	CHECK_INT(poll(&p, 1, 5000), 1);
	return udp_receive(fd, buf, size, ret);
}

TEST(datagrams_carry_what_is_asked_for)
{
	static const char *const addresses[] = { "127.0.0.1", "::1" };

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct udp_conf conf = { .local = ip_of(addresses[i]) };
		struct err e = { 0 };
		int in = -1, out = -1;
		uint8_t buf[4];
		struct udp_datagram d;

		REQUIRE(udp_listen(&conf, 0, &in, &e) == 0);
		REQUIRE(udp_open_sender(&conf, 49152, 12345, &out, &e) == 0);
		struct endpoint to = { .addr = conf.local, .port = port_of(in) };
		CHECK_INT(udp_receive(in, buf, sizeof(buf), &d), -EAGAIN);
		CHECK_INT(udp_send(out, to, "abcdef", 6), 0);
		REQUIRE(receive(in, buf, sizeof(buf), &d) == 0);
		CHECK_MEM(buf, d.len, "abcd", 4);
		CHECK(ip_equal(d.from.addr, conf.local));
		CHECK_INT(d.from.port, port_of(out));
		CHECK(d.from.port >= 49152);
		CHECK_INT(d.ttl, 255);
		(void)close(in);
		(void)close(out);
	}
}

TEST(a_lower_ttl_is_seen)
{
	struct udp_conf conf = { .local = ip_of("127.0.0.1") };
	int in = -1, out = -1, ttl = 64;
	struct udp_datagram d;
	uint8_t buf[4];

	REQUIRE(udp_listen(&conf, 0, &in, NULL) == 0);
	REQUIRE(udp_open_sender(&conf, 49152, 1, &out, NULL) == 0);
	CHECK_INT(setsockopt(out, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)), 0);
	CHECK_INT(
	    udp_send(out, (struct endpoint){ .addr = conf.local, .port = port_of(in) }, "x", 1), 0);
	REQUIRE(receive(in, buf, sizeof(buf), &d) == 0);
	CHECK_INT(d.ttl, 64);
	(void)close(in);
	(void)close(out);
}

TEST(senders_have_ports_of_their_own)
{
	struct udp_conf conf = { .local = ip_of("127.0.0.1") };
	int a = -1, b = -1;

	REQUIRE(udp_open_sender(&conf, 49152, 777, &a, NULL) == 0);
	REQUIRE(udp_open_sender(&conf, 49152, 777, &b, NULL) == 0);
	CHECK(port_of(a) != port_of(b));
	CHECK(port_of(a) >= 49152 && port_of(b) >= 49152);
	(void)close(a);
	(void)close(b);
}

TEST(what_can_not_be_opened_is_said)
{
	struct udp_conf conf = { .local = ip_of("127.0.0.1") },
			lost = { .local = conf.local, .interface = "nosuch0" };
	struct err e = { 0 };
	char want[128];
	int fd = -1, again = -1;

	CHECK_INT(udp_listen(&lost, 0, &fd, &e), -ENODEV);
	CHECK_STR(e.message, "interface nosuch0: No such device");
	REQUIRE(udp_listen(&conf, 0, &fd, &e) == 0);
	CHECK_INT(udp_listen(&conf, port_of(fd), &again, &e), -EADDRINUSE);
	(void)snprintf(
	    want, sizeof(want), "listen on 127.0.0.1:%u, UDP: Address already in use", port_of(fd));
	CHECK_STR(e.message, want);
	(void)close(fd);
}
