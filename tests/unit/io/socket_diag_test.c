/* What the kernel says of sockets of this very process: lookup and dump, which have to agree. */
#include "io/socket_diag.h"

#include <linux/netlink.h>

#include "sockets.h"
#include "tap.h"

struct dumped {
	struct ip address;
	int covers;
};

static void
count_covering(void *userdata, const struct found_socket *found)
{
	struct dumped *d = userdata;

	d->covers += found_socket_covers(found, d->address);
}

/* 1 or 0 when both say so; anything else when they do not. */
static int
listens(struct netlink *nl, const struct watched_socket *socket)
{
	struct dumped d = { .address = socket->address };
	uint64_t cookie = 0;
	int r = socket_diag_lookup(nl, socket, 0, &cookie);

	if (socket_diag_dump(nl, socket->protocol, socket->port, count_covering, &d) < 0)
		return -1;
	return r == (d.covers > 0) ? r : 100 * r + d.covers;
}

static struct netlink *
open_netlink(void)
{
	struct netlink *nl = NULL;
	struct err e = { 0 };

	CHECK(netlink_new(NETLINK_SOCK_DIAG, &nl, &e) == 0);
	return nl;
}

TEST(what_covers_an_address)
{
	struct netlink *nl = open_netlink();

	for (size_t i = 0; i < ARRAY_SIZE(covering); i++) {
		uint8_t protocol = covering[i].type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
		uint16_t port = 0;
		int fd =
		    open_socket(covering[i].type, covering[i].bound, &port, covering[i].v6only);
		struct watched_socket socket = watched(protocol, covering[i].address, port);
		struct watched_socket elsewhere =
		    watched(protocol, covering[i].address, (uint16_t)(port ^ 1));
		int got;

		if (fd < 0)
			continue; /* a machine without IPv6 */
		got = listens(nl, &socket);
		if (got != covering[i].covered)
			tap_fail(__FILE__, __LINE__, "case %zu: %s for %s: %d", i,
			    covering[i].bound, covering[i].address, got);
		CHECK_INT(listens(nl, &elsewhere), 0);
		(void)close(fd);
		CHECK_INT(listens(nl, &socket), 0);
	}
	netlink_free(nl);
}

/* The socket that is found is the one that would answer, and the next one when it goes. */
TEST(one_of_several_goes)
{
	struct netlink *nl = open_netlink();
	uint64_t special = 0, wildcard = 0, after = 0;
	uint16_t port = 0;
	int any = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);
	int one = open_socket(SOCK_STREAM, "127.0.0.1", &port, false);
	int again = open_socket(SOCK_STREAM, "127.0.0.1", &port, false);
	struct watched_socket here = watched(IPPROTO_TCP, "127.0.0.1", port);
	struct watched_socket there = watched(IPPROTO_TCP, "192.0.2.77", port);

	REQUIRE(any >= 0 && one >= 0 && again >= 0);
	CHECK_INT(socket_diag_lookup(nl, &here, 0, &special), 1);
	CHECK_INT(socket_diag_lookup(nl, &there, 0, &wildcard), 1);
	CHECK(special != wildcard);
	(void)close(one);
	CHECK_INT(socket_diag_lookup(nl, &here, 0, &after), 1);
	CHECK(after != wildcard);
	(void)close(again);
	CHECK_INT(socket_diag_lookup(nl, &here, 0, &after), 1);
	CHECK(after == wildcard);
	(void)close(any);
	after = 7;
	CHECK_INT(socket_diag_lookup(nl, &here, 0, &after), 0);
	CHECK(after == 7);
	netlink_free(nl);
}

TEST(closed_with_half_open_connections)
{
	struct netlink *nl = open_netlink();
	uint16_t port = 0;
	int fd = open_socket(SOCK_STREAM, "127.0.0.1", &port, false);
	struct watched_socket socket = watched(IPPROTO_TCP, "127.0.0.1", port);
	int client = half_open(fd, port);

	REQUIRE(client >= 0);
	CHECK_INT(listens(nl, &socket), 1);
	(void)close(fd);
	CHECK_INT(listens(nl, &socket), 0);
	(void)close(client);
	netlink_free(nl);
}

/* One that listens no more, and one that is connected. */
TEST(what_does_not_listen)
{
	struct netlink *nl = open_netlink();
	uint16_t port = 0, udp_port = 0;
	int fd = open_socket(SOCK_STREAM, "127.0.0.1", &port, false);
	int udp = open_socket(SOCK_DGRAM, "127.0.0.1", &udp_port, false);
	struct watched_socket socket = watched(IPPROTO_TCP, "127.0.0.1", port);
	struct watched_socket udp_socket = watched(IPPROTO_UDP, "127.0.0.1", udp_port);
	struct sockaddr_in peer = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	REQUIRE(fd >= 0 && udp >= 0);
	CHECK_INT(listens(nl, &socket), 1);
	(void)shutdown(fd, SHUT_RD);
	CHECK_INT(listens(nl, &socket), 0);
	CHECK_INT(listens(nl, &udp_socket), 1);
	REQUIRE(connect(udp, (void *)&peer, sizeof(peer)) == 0);
	CHECK_INT(listens(nl, &udp_socket), 0);
	(void)close(fd);
	(void)close(udp);
	netlink_free(nl);
}

/* On the loopback device it answers this host alone. */
TEST(bound_to_the_loopback)
{
	struct netlink *nl = open_netlink();
	uint64_t cookie = 0;
	uint16_t port = 0;
	int fd = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);
	struct watched_socket socket = watched(IPPROTO_TCP, "127.0.0.1", port);
	struct dumped d = { .address = socket.address };

	REQUIRE(fd >= 0);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == 0) {
		CHECK_INT(socket_diag_lookup(nl, &socket, 0, &cookie), 0);
		CHECK_INT(socket_diag_lookup(nl, &socket, 1, &cookie), 1);
		CHECK_INT(socket_diag_lookup(nl, &socket, 2, &cookie), 0);
		CHECK(socket_diag_dump(nl, IPPROTO_TCP, port, count_covering, &d) == 0);
		CHECK_INT(d.covers, 0);
	}
	(void)close(fd);
	netlink_free(nl);
}

TEST(a_device_of_clients_covers)
{
	struct found_socket found = { .device = 2 };
	struct ip address, wildcard;

	REQUIRE(ip_parse("203.0.113.10", &address) == 0 && ip_parse("0.0.0.0", &wildcard) == 0);
	found.address = wildcard;
	CHECK(found_socket_covers(&found, address));
	found.device = 1;
	CHECK(!found_socket_covers(&found, address));
	found.device = 0;
	CHECK(found_socket_covers(&found, address));
}
