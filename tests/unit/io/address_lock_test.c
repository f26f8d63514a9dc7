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
	struct ip ours[] = { address(1), address(2) }, theirs[] = { address(3), address(2) };
	struct address_locks *first = NULL, *second = NULL;
	struct err e = { 0 };
	char want[256], text[IP_STR_MAX];

	REQUIRE(address_locks_new(ours, 2, &first, &e) == 0);
	CHECK_INT(address_locks_new(theirs, 2, &second, &e), -EADDRINUSE);
	(void)snprintf(want, sizeof(want),
	    "another agent has Global IP %s in this network namespace: process %d of user %u",
	    ip_format(address(2), text), (int)getpid(), (unsigned)geteuid());
	CHECK_STR(e.message, want);
	/* the one that was refused holds nothing */
	REQUIRE(address_locks_new(theirs, 1, &second, &e) == 0);
	address_locks_free(second);
	address_locks_free(first);
	REQUIRE(address_locks_new(theirs, 2, &second, &e) == 0);
	address_locks_free(second);
}

TEST(none_is_fine)
{
	struct address_locks *locks = NULL;
	struct err e = { 0 };

	REQUIRE(address_locks_new(NULL, 0, &locks, &e) == 0);
	address_locks_free(locks);
	address_locks_free(NULL);
}
