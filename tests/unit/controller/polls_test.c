/* Long polls: parked, rung, looked at again, over; with a fake worker. */
#include "controller/polls.h"

#include <stdlib.h>

#include "../io/wait.h"
#include "base/attr.h"
#include "tap.h"

struct fixture {
	sd_event *loop;
	struct bell *bell;
	struct polls *polls;
};

static struct poll *looks[16];
static size_t look_count, over_count;
static bool is_full; /* no worker takes it */

static bool
on_look(struct poll *p)
{
	if (is_full)
		return false;
	looks[look_count++] = p;
	return true;
}

static void
on_over(struct poll *p)
{
	(void)p;
	over_count++;
}

static bool
begin(struct fixture *f, unsigned at_once)
{
	struct err e = { 0 };

	*f = (struct fixture){ 0 };
	look_count = over_count = 0;
	is_full = false;
	if (sd_event_new(&f->loop) < 0 || bell_new(f->loop, "/nowhere", &f->bell, &e) < 0)
		return false;
	f->polls = polls_new(&(struct polls_conf){ .loop = f->loop,
	    .bell = f->bell,
	    .at_once = at_once,
	    .look = on_look,
	    .over = on_over });
	return true;
}

static void
end(struct fixture *f)
{
	polls_free(f->polls);
	bell_free(f->bell);
	(void)sd_event_unref(f->loop);
}

static void
ring(struct fixture *f, const char *topic)
{
	struct topics t = { 0 };

	topics_add(&t, topic);
	bell_ring(f->bell, &t);
	topics_done(&t);
}

TEST(rung_it_looks_again)
{
	struct fixture f;
	struct poll p;

	REQUIRE(begin(&f, 2));
	poll_begin(f.polls, &p);
	CHECK(!poll_is_resting(&p));
	CHECK(poll_park(&p, "host:a", 10));
	CHECK(poll_is_resting(&p));
	CHECK_INT(polls_open(f.polls), 1);
	ring(&f, "host:b");
	CHECK_INT(look_count, 0);
	ring(&f, "host:a");
	ring(&f, "host:a");
	CHECK_INT(look_count, 1);
	CHECK(!poll_is_resting(&p));
	/* the second ring came while a worker looked */
	CHECK(poll_park(&p, "host:a", 10));
	CHECK_INT(look_count, 2);
	CHECK(poll_park(&p, "host:a", 10));
	CHECK_INT(look_count, 2);
	poll_end(&p);
	ring(&f, "host:a");
	CHECK_INT(look_count, 2);
	end(&f);
}

TEST(rung_during_the_first_look)
{
	struct fixture f;
	struct poll p;

	REQUIRE(begin(&f, 2));
	poll_begin(f.polls, &p);
	ring(&f, "host:a");
	CHECK(poll_park(&p, "host:a", 10));
	CHECK_INT(look_count, 1);
	poll_end(&p);
	end(&f);
}

static bool
is_over(void *userdata)
{
	(void)userdata;
	return over_count > 0;
}

/* 10 s at most, whatever its client asks for. */
TEST(its_time_is_over)
{
	struct fixture f;
	struct poll p, late;

	REQUIRE(begin(&f, 2));
	poll_begin(f.polls, &p);
	p.begun = instant_add(p.begun, DURATION_NS(-DURATION_S(10).ns + DURATION_MS(20).ns));
	CHECK(poll_park(&p, "host:a", 1000000));
	CHECK(wait_for(f.loop, is_over, NULL));
	CHECK(!poll_is_resting(&p));
	poll_begin(f.polls, &late);
	CHECK(!poll_park(&late, "host:a", 0));
	ring(&f, "host:a");
	CHECK_INT(look_count, 0);
	end(&f);
}

TEST(only_so_many_look_at_a_time)
{
	struct fixture f;
	struct poll p[5];

	REQUIRE(begin(&f, 2));
	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		poll_begin(f.polls, &p[i]);
		CHECK(poll_park(&p[i], "host:a", 10));
	}
	is_full = true;
	ring(&f, "host:a");
	CHECK_INT(look_count, 0);
	is_full = false;
	polls_go_on(f.polls);
	CHECK_INT(look_count, 2);
	CHECK(looks[0] == &p[0] && looks[1] == &p[1]);
	poll_end(&p[2]); /* its client went while it was due */
	poll_end(&p[0]);
	polls_go_on(f.polls);
	CHECK_INT(look_count, 3);
	CHECK(looks[2] == &p[3]);
	CHECK(poll_park(&p[1], "host:a", 10));
	CHECK_INT(look_count, 4);
	CHECK(looks[3] == &p[4]);
	poll_end(&p[1]);
	poll_end(&p[3]);
	poll_end(&p[4]);
	poll_end(&p[4]);
	end(&f);
}

TEST(none_has_begun)
{
	struct poll p = { 0 };

	CHECK(!poll_is_resting(&p));
	poll_end(&p);
}
