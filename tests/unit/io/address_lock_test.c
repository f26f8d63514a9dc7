/* Locks of addresses that no other test has: the process id is in them. */
#include "io/address_lock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static struct ip
address(unsigned last)
{
	unsigned pid = (unsigned)getpid();
	struct ip ip = { 0 };
	char text[64];

	(void)snprintf(text, sizeof(text), "2001:db8:%x:%x::%x", pid >> 16, pid & 0xffff, last);
	CHECK_INT(ip_parse(text, &ip), 0);
	return ip;
}

TEST(held_by_one_only)
{
	int first = -1, second = -1, other = -1;
	struct err e = { 0 };
	char want[256], text[IP_STR_MAX];

	REQUIRE(address_lock(address(1), &first, &e) == 0);
	CHECK_INT(address_lock(address(1), &second, &e), -EADDRINUSE);
	(void)snprintf(want, sizeof(want),
	    "another agent has Global IP %s in this network namespace: process %d of user %u",
	    ip_format(address(1), text), (int)getpid(), (unsigned)geteuid());
	CHECK_STR(e.message, want);
	CHECK_INT(address_lock(address(2), &other, &e), 0);
	(void)close(other);
	(void)close(first);
	REQUIRE(address_lock(address(1), &second, &e) == 0);
	(void)close(second);
}
