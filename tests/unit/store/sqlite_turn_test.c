/* One at a time, and whoever waits comes before whoever comes again. */
#include "store/sqlite_turn.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "tap.h"

#define LONG DURATION_S(60)
#define THREADS 8
#define TURNS 200

TEST(not_before_it_is_given)
{
	REQUIRE(sqlite_turn_take(LONG));
	CHECK(!sqlite_turn_take(DURATION_MS(0)));
	CHECK(!sqlite_turn_take(DURATION_MS(20)));
	sqlite_turn_give();
	REQUIRE(sqlite_turn_take(DURATION_MS(0)));
	sqlite_turn_give();
}

static atomic_bool may_end;

static void *
take_and_wait(void *arg)
{
	*(bool *)arg = sqlite_turn_take(LONG);
	while (!may_end)
		(void)usleep(100);
	sqlite_turn_give();
	return NULL;
}

TEST(who_waits_is_before_who_comes_again)
{
	bool had_it = false;
	unsigned turns = 0;
	pthread_t thread;

	REQUIRE(sqlite_turn_take(LONG));
	REQUIRE(pthread_create(&thread, NULL, take_and_wait, &had_it) == 0);
	/* until it stands in line; from then on it has the turn, and keeps it */
	do {
		sqlite_turn_give();
		(void)usleep(100);
	} while (sqlite_turn_take(DURATION_MS(0)) && ++turns < 100000);
	CHECK(turns < 100000);
	may_end = true;
	(void)pthread_join(thread, NULL);
	CHECK(had_it);
}

static int inside, total; /* of who has the turn */

static void *
take_often(void *arg)
{
	bool *well = arg;

	*well = true;
	for (unsigned i = 0; i < TURNS && *well; i++) {
		*well = sqlite_turn_take(LONG) && ++inside == 1;
		total++;
		inside--;
		sqlite_turn_give();
	}
	return NULL;
}

TEST(one_at_a_time)
{
	pthread_t threads[THREADS];
	bool well[THREADS] = { 0 };

	for (unsigned i = 0; i < THREADS; i++)
		REQUIRE(pthread_create(&threads[i], NULL, take_often, &well[i]) == 0);
	for (unsigned i = 0; i < THREADS; i++) {
		(void)pthread_join(threads[i], NULL);
		CHECK(well[i]);
	}
	CHECK_INT(total, THREADS * TURNS);
}
