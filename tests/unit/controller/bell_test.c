/* The bell: who is rung by what, and what who is rung may do. */
#include "controller/bell.h"

#include <stdlib.h>

#include "base/attr.h"
#include "tap.h"

struct waiter {
	struct bell_waiter waiter;
	struct bell *bell;
	unsigned rung;
	char last[TOPIC_SIZE];
	struct waiter *forgets;   /* when it is rung; NULL: nobody */
	struct waiter *registers; /* likewise, for the same topic */
};

static void
on_rung(struct bell_waiter *bw, const char *topic)
{
	struct waiter *w = container_of(bw, struct waiter, waiter);

	w->rung++;
	(void)snprintf(w->last, sizeof(w->last), "%s", topic != NULL ? topic : "*");
	if (w->forgets != NULL)
		bell_forget(&w->forgets->waiter);
	if (w->registers != NULL) {
		bell_forget(&w->registers->waiter);
		bell_wait(w->bell, &w->registers->waiter, bw->topic);
	}
}

static void
wait_for(struct bell *b, struct waiter *w, const char *topic)
{
	*w = (struct waiter){ .waiter.rung = on_rung, .bell = b };
	bell_wait(b, &w->waiter, topic);
}

static void
ring(struct bell *b, const char *topic)
{
	struct topics t = { 0 };

	topics_add(&t, topic);
	bell_ring(b, &t);
	topics_done(&t);
}

/* Of a store that nobody shares. */
static struct bell *
new_bell(void)
{
	struct bell *b = NULL;
	struct err e = { 0 };

	if (bell_new(NULL, "/nowhere/store", &b, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	return b;
}

TEST(those_who_wait_for_it)
{
	struct bell *b = new_bell();
	struct waiter one, same, other, all;

	REQUIRE(b != NULL);
	wait_for(b, &one, "host:a");
	wait_for(b, &same, "host:a");
	wait_for(b, &other, "host:b");
	wait_for(b, &all, "host");
	ring(b, "host:a");
	CHECK_INT(one.rung, 1);
	CHECK_INT(same.rung, 1);
	CHECK_INT(other.rung, 0);
	CHECK_INT(all.rung, 1);
	CHECK_STR(all.last, "host:a");
	ring(b, "host");
	ring(b, "host:");
	ring(b, "hos");
	CHECK_INT(one.rung, 1);
	CHECK_INT(all.rung, 3);
	bell_forget(&same.waiter);
	bell_forget(&same.waiter);
	ring(b, "host:a");
	CHECK_INT(one.rung, 2);
	CHECK_INT(same.rung, 1);
	bell_free(b);
	bell_forget(&one.waiter);
}

TEST(whoever_is_rung_may_remove_anybody)
{
	struct bell *b = new_bell();
	struct waiter first, second, third, later;

	REQUIRE(b != NULL);
	wait_for(b, &first, "events");
	wait_for(b, &second, "events");
	wait_for(b, &third, "events");
	wait_for(b, &later, "other");
	first.forgets = &second;
	third.forgets = &third;
	third.registers = &later;
	ring(b, "events");
	CHECK_INT(first.rung, 1);
	CHECK_INT(second.rung, 0);
	CHECK_INT(third.rung, 1);
	CHECK_INT(later.rung, 0);
	first.forgets = NULL;
	ring(b, "events");
	CHECK_INT(first.rung, 2);
	CHECK_INT(third.rung, 1);
	CHECK_INT(later.rung, 1);
	bell_free(b);
}

TEST(thousands_of_hosts)
{
	struct bell *b = new_bell();
	struct waiter *hosts = calloc(5000, sizeof(*hosts));
	unsigned rung = 0;

	REQUIRE(b != NULL);
	for (unsigned i = 0; i < 5000; i++) {
		char topic[TOPIC_SIZE];

		(void)snprintf(topic, sizeof(topic), "host:hst_%026u", i);
		wait_for(b, &hosts[i], topic);
	}
	ring(b, "host:hst_00000000000000000000001234");
	for (unsigned i = 0; i < 5000; i++)
		rung += hosts[i].rung;
	CHECK_INT(rung, 1);
	CHECK_INT(hosts[1234].rung, 1);
	bell_free(b);
	free(hosts);
}
