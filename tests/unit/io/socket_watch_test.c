/* The listener watch on sockets of this very process. */
#include "io/socket_watch.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sockets.h"
#include "tap.h"
#include "wait.h"

enum {
	UNKNOWN = -1,
	ITEMS_MAX = 4,
};

/* Most cases are about the kernel's messages. */
#define POLL DURATION_NS(0)

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

/* Their places are those in the array. */
static bool
watch(sd_event *loop, const struct watched_socket *items, size_t count, struct duration poll,
    struct seen *s, struct socket_watch **ret)
{
	_cleanup_(freep) size_t *places = xcalloc(count, sizeof(*places));
	struct err e = { 0 };
	bool ok = socket_watch_new(loop, poll, on_change, s, ret, &e) == 0 &&
		  socket_watch_add(*ret, items, count, places, &e) == 0;

	for (size_t i = 0; i < count; i++)
		ok = ok && places[i] == i;
	return ok;
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

/* What covers what: each case opens one socket and says whether the watched address is covered. */
TEST(what_covers_an_address)
{
	for (size_t i = 0; i < ARRAY_SIZE(covering); i++) {
		struct seen s = { .listens = { UNKNOWN } };
		struct socket_watch *w = NULL;
		struct watched_socket item;
		sd_event *loop = NULL;
		uint16_t port = 0;
		int fd =
		    open_socket(covering[i].type, covering[i].bound, &port, covering[i].v6only);

		if (fd < 0)
			continue; /* a machine without IPv6 */
		item = watched(covering[i].type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP,
		    covering[i].address, port);
		REQUIRE(sd_event_new(&loop) >= 0);
		REQUIRE(watch(loop, &item, 1, POLL, &s, &w));
		if (!comes(loop, &s, 0, covering[i].covered))
			tap_fail(__FILE__, __LINE__, "case %zu: %s for %s", i, covering[i].bound,
			    covering[i].address);
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
		uint16_t port = 0;
		int fd = open_socket(types[i], "0.0.0.0", &port, false);
		int fast = 0;

		item =
		    watched(types[i] == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP, "192.0.2.7", port);
		REQUIRE(fd >= 0 && sd_event_new(&loop) >= 0);
		REQUIRE(watch(loop, &item, 1, POLL, &s, &w));
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

/* They keep the kernel from telling; polls notice in time. */
TEST(half_open_connections_hide_nothing)
{
	struct seen s = { .listens = { UNKNOWN } };
	struct socket_watch *w = NULL;
	struct watched_socket item;
	sd_event *loop = NULL;
	uint16_t port = 0;
	int fd = open_socket(SOCK_STREAM, "127.0.0.1", &port, false);
	int fast = 0;

	item = watched(IPPROTO_TCP, "127.0.0.1", port);
	REQUIRE(fd >= 0 && sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, &item, 1, DURATION_MS(2), &s, &w));
	for (int round = 0; round < 5; round++) {
		struct instant closed;
		int client;

		REQUIRE(comes(loop, &s, 0, 1));
		client = half_open(fd, port);
		REQUIRE(client >= 0);
		closed = clock_now();
		(void)close(fd);
		REQUIRE(comes(loop, &s, 0, 0));
		fast += instant_diff(s.heard[0], closed).ns < 100 * NS_PER_MS;
		(void)close(client);
		fd = open_socket(SOCK_STREAM, "127.0.0.1", &port, false);
		REQUIRE(fd >= 0);
	}
	CHECK(fast >= 3);
	CHECK_INT(s.changes, 10);
	socket_watch_free(w);
	(void)close(fd);
	sd_event_unref(loop);
}

/* What is bound to the loopback device serves no client: it is as if nothing listened. */
TEST(bound_to_the_loopback)
{
	struct seen s = { .listens = { UNKNOWN } };
	struct socket_watch *w = NULL;
	struct watched_socket item;
	sd_event *loop = NULL;
	uint16_t port = 0;
	int fd = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);

	item = watched(IPPROTO_TCP, "192.0.2.7", port);
	REQUIRE(fd >= 0 && sd_event_new(&loop) >= 0);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == 0) {
		REQUIRE(watch(loop, &item, 1, POLL, &s, &w));
		CHECK(comes(loop, &s, 0, 0));
	}
	socket_watch_free(w);
	(void)close(fd);
	sd_event_unref(loop);
}

/* Polling finds the socket that serves now, not the one that did: no gap, nothing to tell. */
TEST(polls_follow_a_reload)
{
	struct seen s = { .listens = { UNKNOWN, UNKNOWN, UNKNOWN } };
	struct watched_socket items[3];
	struct socket_watch *w = NULL;
	sd_event *loop = NULL;
	uint16_t port = 0, other_port = 0;
	int fd = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);
	int other = open_socket(SOCK_DGRAM, "0.0.0.0", &other_port, false);

	REQUIRE(fd >= 0 && other >= 0);
	items[0] = watched(IPPROTO_TCP, "192.0.2.7", port);
	items[1] = watched(IPPROTO_TCP, "192.0.2.8", port);
	items[2] = watched(IPPROTO_UDP, "192.0.2.7", other_port);
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, items, 3, DURATION_MS(1), &s, &w));
	REQUIRE(comes(loop, &s, 0, 1) && comes(loop, &s, 1, 1) && comes(loop, &s, 2, 1));
	for (int round = 0; round < 20; round++) {
		int next = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);

		REQUIRE(next >= 0);
		(void)close(fd);
		fd = next;
		(void)sd_event_run(loop, 2000);
	}
	(void)close(other);
	CHECK(comes(loop, &s, 2, 0));
	CHECK_INT(s.changes, 4);
	(void)close(fd);
	CHECK(comes(loop, &s, 0, 0) && comes(loop, &s, 1, 0));
	CHECK_INT(s.changes, 6);
	socket_watch_free(w);
	sd_event_unref(loop);
}

TEST(another_holder_keeps_it)
{
	struct seen s = { .listens = { UNKNOWN, UNKNOWN } };
	struct watched_socket items[2];
	struct socket_watch *w = NULL;
	sd_event *loop = NULL;
	uint16_t port = 0, other_port = 0;
	int first = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);
	int second = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);
	int other = open_socket(SOCK_STREAM, "0.0.0.0", &other_port, false);
	int copy = dup(second);

	REQUIRE(first >= 0 && second >= 0 && other >= 0 && copy >= 0);
	items[0] = watched(IPPROTO_TCP, "192.0.2.7", port);
	items[1] = watched(IPPROTO_TCP, "192.0.2.7", other_port);
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, items, 2, POLL, &s, &w));
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
	uint16_t port = 0;
	int fd = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);

	item = watched(IPPROTO_TCP, "192.0.2.7", port);
	REQUIRE(fd >= 0 && sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, &item, 1, POLL, &s, &w));
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
	uint16_t port = 0;
	int fd = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);

	REQUIRE(fd >= 0);
	items[0] = watched(IPPROTO_TCP, "192.0.2.7", port);
	for (int i = 1; i < MANY; i++)
		items[i] = watched(IPPROTO_UDP, "192.0.2.7", (uint16_t)i);
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, items, MANY, POLL, &s, &w));
	REQUIRE(comes(loop, &s, 0, 1));
	(void)close(fd);
	CHECK(comes(loop, &s, 0, 0));
	socket_watch_free(w);
	sd_event_unref(loop);
}

/* At run time, beside others that go on as they are; polled by the one that is taken away. */
TEST(added_and_removed)
{
	struct seen s = { .listens = { UNKNOWN, UNKNOWN, UNKNOWN } };
	struct watched_socket items[2], third;
	struct socket_watch *w = NULL;
	sd_event *loop = NULL;
	struct err e = { 0 };
	uint16_t port = 0, other_port = 0;
	int fd = open_socket(SOCK_STREAM, "0.0.0.0", &port, false);
	int other = open_socket(SOCK_DGRAM, "0.0.0.0", &other_port, false);
	size_t place = SIZE_MAX;

	REQUIRE(fd >= 0 && other >= 0);
	items[0] = watched(IPPROTO_TCP, "192.0.2.7", port);
	items[1] = watched(IPPROTO_TCP, "192.0.2.8", port);
	third = watched(IPPROTO_UDP, "192.0.2.7", other_port);
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, items, 2, POLL, &s, &w));
	REQUIRE(comes(loop, &s, 0, 1) && comes(loop, &s, 1, 1));
	socket_watch_set_poll(w, DURATION_MS(1));
	socket_watch_remove(w, 0);
	CHECK_INT(socket_watch_add(w, &third, 1, &place, &e), 0);
	CHECK_INT(place, 0);
	s.listens[0] = UNKNOWN;
	CHECK(comes(loop, &s, 0, 1));
	CHECK_INT(s.changes, 3);
	/* shut down, a socket tells nobody: only polls notice before a second is over */
	(void)shutdown(fd, SHUT_RD);
	CHECK(comes(loop, &s, 1, 0));
	CHECK_INT(s.listens[0], 1);
	(void)close(other);
	CHECK(comes(loop, &s, 0, 0));
	CHECK_INT(s.changes, 5);
	socket_watch_remove(w, 0);
	socket_watch_remove(w, 1);
	(void)sd_event_run(loop, 0);
	CHECK_INT(s.changes, 5);
	socket_watch_free(w);
	(void)close(fd);
	sd_event_unref(loop);
}
