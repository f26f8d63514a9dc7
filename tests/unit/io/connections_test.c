/* Connections of this very process, counted by the kernel. */
#include "io/connections.h"

#include "base/alloc.h"
#include "sockets.h"
#include "tap.h"

static struct ip
ip_of(const char *text)
{
	struct ip ip = { 0 };

	(void)ip_parse(text, &ip);
	return ip;
}

/* Connects to the port at the address; the other end, accepted, in *peer. */
static int
connect_to(int listener, const char *address, uint16_t port, int *peer)
{
	struct endpoint at = { .addr = ip_of(address), .port = port };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(connect(fd, (void *)&ss, len) == 0);
	*peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return fd;
}

static int64_t
count(const struct ip *ips, size_t n)
{
	uint64_t got = 0;
	struct err e = { 0 };

	if (connections_count(ips, n, &got, &e) < 0) {
		tap_fail(__FILE__, __LINE__, "%s", e.message);
		return -1;
	}
	return (int64_t)got;
}

/* Addresses that nobody else on this machine talks to. */
#define A "127.113.7.1"
#define B "127.113.7.2"
#define OTHER "127.113.7.3"

TEST(established_with_these_addresses)
{
	const struct ip ips[] = { ip_of(A), ip_of(B), ip_of("2001:db8::77") };
	uint16_t port = 0;
	int listener = open_socket(SOCK_STREAM, "0.0.0.0", &port, false), mine[4], theirs[4];

	REQUIRE(listener >= 0);
	CHECK_INT(count(ips, 3), 0);
	mine[0] = connect_to(listener, A, port, &theirs[0]);
	mine[1] = connect_to(listener, A, port, &theirs[1]);
	mine[2] = connect_to(listener, B, port, &theirs[2]);
	mine[3] = connect_to(listener, OTHER, port, &theirs[3]);
	CHECK_INT(count(ips, 3), 3);
	CHECK_INT(count(ips, 1), 2);
	CHECK_INT(count(ips + 1, 1), 1);
	CHECK_INT(count(ips + 2, 1), 0);
	/* half closed is not established */
	(void)shutdown(mine[0], SHUT_WR);
	CHECK_INT(count(ips, 1), 1);
	for (int i = 0; i < 4; i++) {
		(void)close(mine[i]);
		(void)close(theirs[i]);
	}
	CHECK_INT(count(ips, 3), 0);
	(void)close(listener);
}

TEST(what_the_host_has_with_itself_is_none)
{
	const struct ip ip = ip_of(A);
	uint16_t port = 0;
	int listener = open_socket(SOCK_STREAM, "0.0.0.0", &port, false), theirs[2];
	struct endpoint from = { .addr = ip }, to = { .addr = ip, .port = port };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), other;
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(from, &ss);

	REQUIRE(listener >= 0 && bind(fd, (void *)&ss, len) == 0);
	len = endpoint_to_sockaddr(to, &ss);
	CHECK(connect(fd, (void *)&ss, len) == 0);
	theirs[0] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	CHECK_INT(count(&ip, 1), 0);
	other = connect_to(listener, A, port, &theirs[1]); /* from 127.0.0.1 */
	CHECK_INT(count(&ip, 1), 1);
	(void)close(fd);
	(void)close(other);
	(void)close(theirs[0]);
	(void)close(theirs[1]);
	(void)close(listener);
}

/* The IPv4 connections of a socket for both families, and IPv6 ones. */
TEST(of_ipv6_sockets)
{
	const struct ip ips[] = { ip_of(A), ip_of("::1") };
	uint16_t port = 0;
	int listener = open_socket(SOCK_STREAM, "::", &port, false), mine[2], theirs[2];
	int64_t before;

	if (listener < 0) {
		tap_skip("no IPv6 here");
		return;
	}
	before = count(ips + 1, 1);
	mine[0] = connect_to(listener, A, port, &theirs[0]);
	CHECK_INT(count(ips, 1), 1);
	mine[1] = connect_to(listener, "::1", port, &theirs[1]);
	/* both of its ends are here: as of a check of an address of the host */
	CHECK_INT(count(ips + 1, 1), before);
	for (int i = 0; i < 2; i++) {
		(void)close(mine[i]);
		(void)close(theirs[i]);
	}
	(void)close(listener);
}

/* More than the kernel takes in one request. */
TEST(of_very_many_addresses)
{
	size_t n = 2345;
	_cleanup_(freep) struct ip *ips = xcalloc(n, sizeof(*ips));
	uint16_t port = 0;
	int listener = open_socket(SOCK_STREAM, "0.0.0.0", &port, false), mine[3], theirs[3];

	REQUIRE(listener >= 0);
	for (size_t i = 0; i < n; i++)
		ips[i] = ip_add(ip_of(i % 2 ? "2001:db8:1::" : "127.114.0.0"), i);
	mine[0] = connect_to(listener, "127.114.0.0", port, &theirs[0]);
	mine[1] = connect_to(listener, "127.114.3.230", port, &theirs[1]); /* number 998 */
	mine[2] = connect_to(listener, "127.114.9.40", port, &theirs[2]);  /* number 2344 */
	CHECK_INT(count(ips, n), 3);
	CHECK_INT(count(ips, 998), 1);
	CHECK_INT(count(ips, n - 1), 2);
	for (int i = 0; i < 3; i++) {
		(void)close(mine[i]);
		(void)close(theirs[i]);
	}
	(void)close(listener);
}
