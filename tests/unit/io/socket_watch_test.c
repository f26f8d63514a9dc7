/* The listener watch on sockets of this very process. */
#include "io/socket_watch.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"
#include "wait.h"

enum {
	UNKNOWN = -1,
	ITEMS_MAX = 4,
};

struct seen {
	int listens[ITEMS_MAX];
	struct instant heard[ITEMS_MAX];
	int changes;
	size_t wanted_index;
	int wanted;
};

static void
on_change(void *userdata, size_t index, bool listens, struct instant heard)
{
	struct seen *s = userdata;

	if (index >= ITEMS_MAX)
		return;
	s->listens[index] = listens;
	s->heard[index] = heard;
	s->changes++;
}

static bool
is_wanted(void *userdata)
{
	struct seen *s = userdata;

	return s->listens[s->wanted_index] == s->wanted;
}

static bool
comes(sd_event *loop, struct seen *s, size_t index, int listens)
{
	s->wanted_index = index;
	s->wanted = listens;
	return wait_for(loop, is_wanted, s);
}

/* A listening (TCP) or bound (UDP) socket; *port 0 takes any and gives it. */
static int
open_socket(int type, const char *address, uint16_t *port, bool v6only)
{
	struct endpoint at = { .port = *port };
	struct sockaddr_storage ss;
	int fd, on = 1, off = v6only;
	socklen_t len;

	if (ip_parse(address, &at.addr) < 0)
		return -1;
	len = endpoint_to_sockaddr(at, &ss);
	fd = socket(ss.ss_family, type | SOCK_CLOEXEC, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (ss.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, (void *)&ss, len) < 0 || (type == SOCK_STREAM && listen(fd, 8) < 0)) {
		(void)close(fd);
		return -1;
	}
	(void)getsockname(fd, (void *)&ss, &len);
	(void)endpoint_from_sockaddr(&ss, &at);
	*port = at.port;
	return fd;
}

static struct watched_socket
watched(uint8_t protocol, const char *address, uint16_t port)
{
	struct watched_socket w = { .protocol = protocol, .port = port };

	(void)ip_parse(address, &w.address);
	return w;
}

/* What covers what: each case opens one socket and says whether the watched address is covered. */
TEST(what_covers_an_address)
{
	static const struct {
		int type;
		const char *bound;
		bool v6only;
		const char *address;
		int covered;
	} cases[] = {
		{ SOCK_STREAM, "127.0.0.1", false, "127.0.0.1", 1 },
		{ SOCK_STREAM, "127.0.0.1", false, "127.0.0.2", 0 },
		{ SOCK_STREAM, "0.0.0.0", false, "192.0.2.77", 1 },
		{ SOCK_STREAM, "0.0.0.0", false, "2001:db8::77", 0 },
		{ SOCK_STREAM, "::", false, "192.0.2.77", 1 },
		{ SOCK_STREAM, "::", false, "2001:db8::77", 1 },
		{ SOCK_STREAM, "::", true, "192.0.2.77", 0 },
		{ SOCK_STREAM, "::", true, "2001:db8::77", 1 },
		{ SOCK_STREAM, "::1", false, "::1", 1 },
		{ SOCK_STREAM, "::1", false, "192.0.2.77", 0 },
		{ SOCK_STREAM, "::ffff:127.0.0.1", false, "127.0.0.1", 1 },
		{ SOCK_STREAM, "::ffff:127.0.0.1", false, "127.0.0.2", 0 },
		{ SOCK_DGRAM, "0.0.0.0", false, "192.0.2.77", 1 },
		{ SOCK_DGRAM, "127.0.0.1", false, "192.0.2.77", 0 },
		{ SOCK_DGRAM, "::", false, "192.0.2.77", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct seen s = { .listens = { UNKNOWN } };
		struct socket_watch *w = NULL;
		struct watched_socket item;
		sd_event *loop = NULL;
		struct err e = { 0 };
		uint16_t port = 0;
		int fd = open_socket(cases[i].type, cases[i].bound, &port, cases[i].v6only);

		if (fd < 0)
			continue; /* a machine without IPv6 */
		item = watched(cases[i].type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP,
		    cases[i].address, port);
		REQUIRE(sd_event_new(&loop) >= 0);
		REQUIRE(socket_watch_new(loop, &item, 1, on_change, &s, &w, &e) == 0);
		if (!comes(loop, &s, 0, cases[i].covered))
			tap_fail(__FILE__, __LINE__, "case %zu: %s for %s", i, cases[i].bound,
			    cases[i].address);
		socket_watch_free(w);
		(void)close(fd);
		sd_event_unref(loop);
	}
}

/* Closed, opened again, closed; the news of a close comes from the kernel, not from the timer. */
TEST(close_is_noticed_at_once)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct seen s = { .listens = { UNKNOWN } };
		struct socket_watch *w = NULL;
		struct watched_socket item;
		sd_event *loop = NULL;
		struct err e = { 0 };
		uint16_t port = 0;
		int fd = open_socket(types[i], "0.0.0.0", &port, false);
		int fast = 0;

		item =
		    watched(types[i] == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP, "192.0.2.7", port);
		REQUIRE(fd >= 0 && sd_event_new(&loop) >= 0);
		REQUIRE(socket_watch_new(loop, &item, 1, on_change, &s, &w, &e) == 0);
		for (int round = 0; round < 5; round++) {
			struct instant closed;

			REQUIRE(comes(loop, &s, 0, 1));
			closed = clock_now();
			(void)close(fd);
			REQUIRE(comes(loop, &s, 0, 0));
			/* the timer alone would need half of its interval on average */
			fast += instant_diff(s.heard[0], closed).ns < 100 * NS_PER_MS;
			fd = open_socket(types[i], "0.0.0.0", &port, false);
			REQUIRE(fd >= 0);
		}
		CHECK(fast >= 3);
		CHECK_INT(s.changes, 10);
		socket_watch_free(w);
		(void)close(fd);
		sd_event_unref(loop);
	}
}

TEST(another_holder_keeps_it)
{
	struct seen s = { .listens = { UNKNOWN, UNKNOWN } };
	struct watched_socket items[2];
	struct socket_watch *w = NULL;
	sd_event *loop = NULL;
	struct err e = { 0 };
	uint16_t port = 0, other_port = 0;
	int first = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);
	int second = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);
	int other = open_socket(SOCK_STREAM, "0.0.0.0", &other_port, false);
	int copy = dup(second);

	REQUIRE(first >= 0 && second >= 0 && other >= 0 && copy >= 0);
	items[0] = watched(IPPROTO_TCP, "192.0.2.7", port);
	items[1] = watched(IPPROTO_TCP, "192.0.2.7", other_port);
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(socket_watch_new(loop, items, 2, on_change, &s, &w, &e) == 0);
	REQUIRE(comes(loop, &s, 0, 1) && comes(loop, &s, 1, 1));
	CHECK_INT(s.changes, 2);
	/* SO_REUSEPORT: one of two goes; then one of two holders of the other */
	(void)close(first);
	(void)close(second);
	/* something that does change, after both: what was said until then is all that there was to
	 * say */
	(void)close(other);
	REQUIRE(comes(loop, &s, 1, 0));
	CHECK_INT(s.changes, 3);
	CHECK_INT(s.listens[0], 1);
	(void)close(copy);
	CHECK(comes(loop, &s, 0, 0));
	CHECK_INT(s.changes, 4);
	socket_watch_free(w);
	sd_event_unref(loop);
}

TEST(shutdown_is_noticed_too)
{
	struct seen s = { .listens = { UNKNOWN } };
	struct socket_watch *w = NULL;
	struct watched_socket item;
	sd_event *loop = NULL;
	struct err e = { 0 };
	uint16_t port = 0;
	int fd = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);

	item = watched(IPPROTO_TCP, "192.0.2.7", port);
	REQUIRE(fd >= 0 && sd_event_new(&loop) >= 0);
	REQUIRE(socket_watch_new(loop, &item, 1, on_change, &s, &w, &e) == 0);
	REQUIRE(comes(loop, &s, 0, 1));
	/* the socket lives on and tells nobody */
	(void)shutdown(fd, SHUT_RD);
	CHECK(comes(loop, &s, 0, 0));
	socket_watch_free(w);
	(void)close(fd);
	sd_event_unref(loop);
}

TEST(more_ports_than_the_filter_holds)
{
	enum {
		MANY = 300,
	};
	static struct watched_socket items[MANY];
	struct seen s = { .listens = { UNKNOWN } };
	struct socket_watch *w = NULL;
	sd_event *loop = NULL;
	struct err e = { 0 };
	uint16_t port = 0;
	int fd = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);

	REQUIRE(fd >= 0);
	items[0] = watched(IPPROTO_TCP, "192.0.2.7", port);
	for (int i = 1; i < MANY; i++)
		items[i] = watched(IPPROTO_UDP, "192.0.2.7", (uint16_t)i);
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(socket_watch_new(loop, items, MANY, on_change, &s, &w, &e) == 0);
	REQUIRE(comes(loop, &s, 0, 1));
	(void)close(fd);
	CHECK(comes(loop, &s, 0, 0));
	socket_watch_free(w);
	sd_event_unref(loop);
}
