/* Addresses on lo, in a network namespace of our own. */
#include "io/addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "own_network.h"
#include "tap.h"
#include "wait.h"

struct seen {
	bool present[2];
	int changes;
	size_t wanted_index;
	bool wanted;
};

static void
on_change(void *userdata, size_t index, bool present)
{
	struct seen *s = userdata;

	s->present[index] = present;
	s->changes++;
}

static bool
is_wanted(void *userdata)
{
	struct seen *s = userdata;

	return s->changes > 0 && s->present[s->wanted_index] == s->wanted;
}

/* Their places are those in the array. */
static bool
watch(sd_event *loop, const struct ip *ips, size_t count, struct seen *s, struct addresses **ret)
{
	size_t places[2] = { SIZE_MAX, SIZE_MAX };
	struct err e = { 0 };

	return addresses_new(loop, "lo", on_change, s, ret, &e) == 0 &&
	       addresses_watch(*ret, ips, count, places, &e) == 0 && places[0] == 0 &&
	       (count < 2 || places[1] == 1);
}

/* Adds, and waits until it is ready. */
static bool
add(sd_event *loop, struct addresses *a, size_t index, struct seen *s)
{
	struct err e = { 0 };
	int r = addresses_add(a, index, &e);

	s->wanted_index = index;
	s->wanted = true;
	if (r == -EINPROGRESS && wait_for(loop, is_wanted, s)) {
		s->changes = 0;
		r = 0;
	}
	return r == 0 && addresses_is_present(a, index);
}

static struct ip
ip_of(const char *text)
{
	struct ip ip = { 0 };

	(void)ip_parse(text, &ip);
	return ip;
}

/* What `ip` says about the address, compared with a pattern of grep. */
static bool
shows(const char *pattern)
{
	char command[512];

	(void)snprintf(command, sizeof(command), "ip -o addr show | grep -qE '%s'", pattern);
	return system(command) == 0;
}

TEST(add_verify_remove)
{
	struct ip ips[] = { ip_of("203.0.113.10"), ip_of("2001:db8:f00d::10") };
	const char *problem = own_network();
	struct addresses *a = NULL;
	struct seen s = { 0 };
	sd_event *loop = NULL;
	struct err e = { 0 };

	if (problem != NULL) {
		tap_skip(problem);
		return;
	}
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, ips, 2, &s, &a));
	for (size_t i = 0; i < 2; i++) {
		CHECK(!addresses_is_present(a, i));
		CHECK(add(loop, a, i, &s));
		CHECK(addresses_is_ours(a, i));
		CHECK_INT(addresses_add(a, i, &e), 0); /* again: nothing new */
	}
	CHECK(shows("lo +inet 203.0.113.10/32 scope global"));
	/* never chosen as a source, and no duplicate address detection */
	CHECK(
	    shows("inet6 2001:db8:f00d::10/128 scope global (nodad deprecated|deprecated nodad)"));
	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(addresses_remove(a, i, &e), 0);
		CHECK(!addresses_is_present(a, i));
		CHECK_INT(addresses_remove(a, i, &e), 0);
	}
	CHECK(!shows("203.0.113.10|f00d::10"));
	/* what we did ourselves is not told */
	(void)sd_event_run(loop, 0);
	(void)sd_event_run(loop, 0);
	CHECK_INT(s.changes, 0);
	addresses_free(a);
	sd_event_unref(loop);
}

/* Whether a datagram to the address reaches a socket of this host. */
static bool
is_reached(int receiver, struct ip ip, uint16_t port)
{
	struct endpoint to = { .addr = ip, .port = port };
	struct pollfd p = { .fd = receiver, .events = POLLIN };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char byte = 0;
	bool reached;

	reached = sendto(fd, &byte, 1, 0, (struct sockaddr *)&ss, len) == 1 &&
		  poll(&p, 1, 200) == 1 && recv(receiver, &byte, 1, 0) == 1;
	(void)close(fd);
	return reached;
}

/*
 * The kernel acknowledges an IPv6 address before it takes packets for it: until then it is not
 * there.
 */
TEST(present_is_ready_for_packets)
{
	struct ip ip = ip_of("2001:db8:f00d::60");
	const char *problem = own_network();
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(any);
	sd_event *loop = NULL;
	int fd, reached = 0;

	if (problem != NULL) {
		tap_skip(problem);
		return;
	}
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	REQUIRE(bind(fd, (struct sockaddr *)&any, len) == 0);
	REQUIRE(getsockname(fd, (struct sockaddr *)&any, &len) == 0);
	REQUIRE(sd_event_new(&loop) >= 0);
	for (int i = 0; i < 100; i++) {
		struct addresses *a = NULL;
		struct seen s = { 0 };
		struct err e = { 0 };

		REQUIRE(watch(loop, &ip, 1, &s, &a));
		CHECK(add(loop, a, 0, &s));
		CHECK(addresses_is_ours(a, 0));
		reached += is_reached(fd, ip, ntohs(any.sin6_port));
		CHECK_INT(addresses_remove(a, 0, &e), 0);
		addresses_free(a);
	}
	CHECK_INT(reached, 100);
	(void)close(fd);
	sd_event_unref(loop);
}

TEST(what_was_there_before_stays)
{
	struct ip ip = ip_of("203.0.113.20");
	const char *problem = own_network();
	struct addresses *a = NULL;
	struct seen s = { 0 };
	sd_event *loop = NULL;
	struct err e = { 0 };

	if (problem != NULL) {
		tap_skip(problem);
		return;
	}
	REQUIRE(system("ip addr add 203.0.113.20/32 dev lo") == 0);
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, &ip, 1, &s, &a));
	CHECK(addresses_is_present(a, 0));
	CHECK_INT(addresses_add(a, 0, &e), 0);
	CHECK(!addresses_is_ours(a, 0));
	CHECK_INT(addresses_remove(a, 0, &e), 1);
	CHECK(shows("203.0.113.20/32"));
	addresses_free(a);
	sd_event_unref(loop);
	(void)system("ip addr del 203.0.113.20/32 dev lo");
}

TEST(what_a_crash_left_is_ours_again)
{
	struct ip ip = ip_of("203.0.113.30");
	const char *problem = own_network();
	struct addresses *a = NULL;
	struct seen s = { 0 };
	sd_event *loop = NULL;
	struct err e = { 0 };

	if (problem != NULL) {
		tap_skip(problem);
		return;
	}
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, &ip, 1, &s, &a));
	REQUIRE(addresses_add(a, 0, &e) == 0);
	addresses_free(a); /* removes nothing */
	CHECK(shows("203.0.113.30/32"));
	REQUIRE(watch(loop, &ip, 1, &s, &a));
	CHECK(addresses_is_present(a, 0) && addresses_is_ours(a, 0));
	CHECK_INT(addresses_remove(a, 0, &e), 0);
	CHECK(!shows("203.0.113.30/32"));
	addresses_free(a);
	sd_event_unref(loop);
}

TEST(changes_by_others_are_told)
{
	struct ip ips[] = { ip_of("203.0.113.40"), ip_of("2001:db8:f00d::40") };
	const char *problem = own_network();
	struct addresses *a = NULL;
	struct seen s = { 0 };
	sd_event *loop = NULL;
	struct err e = { 0 };

	if (problem != NULL) {
		tap_skip(problem);
		return;
	}
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, ips, 2, &s, &a));
	REQUIRE(add(loop, a, 0, &s) && add(loop, a, 1, &s));
	s.wanted = false;
	REQUIRE(
	    system("ip addr del 203.0.113.40/32 dev lo; ip addr add 203.0.113.41/32 dev lo") == 0);
	s.wanted_index = 0;
	CHECK(wait_for(loop, is_wanted, &s));
	CHECK_INT(s.changes, 1);
	CHECK(!addresses_is_present(a, 0) && addresses_is_present(a, 1));
	REQUIRE(system("ip addr add 203.0.113.40/32 dev lo") == 0);
	s.wanted = true;
	CHECK(wait_for(loop, is_wanted, &s));
	CHECK(!addresses_is_ours(a, 0)); /* who put it back keeps it */
	CHECK_INT(addresses_remove(a, 0, &e), 1);
	addresses_free(a);
	sd_event_unref(loop);
}

/* At run time, with others that stay as they are. */
TEST(watched_and_no_more)
{
	struct ip ips[] = { ip_of("203.0.113.70"), ip_of("203.0.113.71") };
	struct ip third = ip_of("2001:db8:f00d::70");
	const char *problem = own_network();
	struct addresses *a = NULL;
	struct seen s = { 0 };
	sd_event *loop = NULL;
	struct err e = { 0 };
	size_t place = 0;

	if (problem != NULL) {
		tap_skip(problem);
		return;
	}
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(watch(loop, ips, 2, &s, &a));
	REQUIRE(add(loop, a, 0, &s) && add(loop, a, 1, &s));
	addresses_unwatch(a, 0);
	CHECK(shows("203.0.113.70/32")); /* as it was */
	REQUIRE(system("ip -6 addr add 2001:db8:f00d::70/128 dev lo nodad") == 0);
	CHECK_INT(addresses_watch(a, &third, 1, &place, &e), 0);
	CHECK_INT(place, 0);
	s = (struct seen){ .present = { true, true }, .wanted = true };
	if (!addresses_is_present(a, 0)) /* until its route is there */
		CHECK(wait_for(loop, is_wanted, &s));
	CHECK(addresses_is_present(a, 0) && !addresses_is_ours(a, 0));
	CHECK(addresses_is_present(a, 1) && addresses_is_ours(a, 1));
	/* nobody hears of the first any more */
	s = (struct seen){ .present = { true, true }, .wanted_index = 1, .wanted = false };
	REQUIRE(
	    system("ip addr del 203.0.113.70/32 dev lo; ip addr del 203.0.113.71/32 dev lo") == 0);
	CHECK(wait_for(loop, is_wanted, &s));
	CHECK_INT(s.changes, 1);
	CHECK(s.present[0]);
	addresses_free(a);
	sd_event_unref(loop);
	(void)system("ip addr del 2001:db8:f00d::70/128 dev lo");
}

TEST(no_such_interface)
{
	struct addresses *a = NULL;
	struct err e = { 0 };
	sd_event *loop = NULL;

	REQUIRE(sd_event_new(&loop) >= 0);
	CHECK(addresses_new(loop, "nowhere0", on_change, NULL, &a, &e) < 0);
	CHECK_STR(e.message, "interface nowhere0: No such device");
	sd_event_unref(loop);
}
