/*
 * Transactions that are begun again.
 *
 * One that collided is rolled back by the database, so it can be run again from its beginning. In a
 * store that is shared it is alone then: it waits for its turn, in which the others have ended, or
 * wait. So it collides once, however many want the same; pauses alone let some never come to an
 * end. A connection on which that happened goes on so for a while, since it mostly happens where
 * all want the same: the next block of a pool. Where turns cannot be had, a pause goes before the
 * next attempt, random, and longer each time.
 *
 * A key that exists is a collision, too, in a store that is shared: of two transactions that both
 * saw that it did not, the second sees it when it is alone, and decides better than a constraint
 * can. If it exists again then, that is the answer.
 *
 * A connection that turns out to be lost at the beginning (the server was restarted since) is made
 * again at once; one that is lost later is an error, as what was done until then is.
 */
#include <assert.h>
#include <time.h>

#include "store/internal.h"

#define AGAIN_FOR DURATION_S(10)
#define TURNS_AFTER_COLLISION 32
#define PAUSE_LEAST DURATION_US(500)
#define PAUSE_DOUBLINGS 7 /* up to 64 ms */

static int
begin(struct store *s, enum store_mode mode, struct err *e)
{
	bool fresh = !s->connected;
	int r = store_connect(s, e);

	if (r >= 0)
		r = s->driver->begin(s, mode, e);
	if (r == STORE_AWAY && !fresh) {
		r = store_connect(s, e);
		if (r >= 0)
			r = s->driver->begin(s, mode, e);
	}
	return r;
}

/* 0 or more, or the error of the function or the store; that of the store is in s->failure, too. */
static int
call(struct store *s, enum store_mode mode, store_fn fn, void *arg, struct err *e)
{
	int r;

	s->mode = mode;
	r = fn(s, arg, e);
	if (r >= 0 && s->failure.code != 0)
		r = err_set(e, s->failure.code, "%s", s->failure.message);
	return r;
}

/*
 * Once. *stored is the error when the store gave it, 0 when it was the function's own; a migration
 * has none of its own.
 */
static int
attempt(struct store *s, enum store_mode mode, store_fn fn, void *arg, int *stored, struct err *e)
{
	int result, r;

	s->failure.code = 0;
	*stored = result = begin(s, mode, e);
	if (result >= 0) {
		result = call(s, mode, fn, arg, e);
		*stored = mode == STORE_MIGRATING ? MIN(result, 0) : s->failure.code;
	}
	if (result >= 0) {
		*stored = r = s->driver->commit(s, e);
		result = r < 0 ? r : result;
	}
	if (result < 0)
		s->driver->rollback(s);
	s->failure.code = 0;
	return result;
}

static struct instant
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct instant){ t.tv_sec * NS_PER_S + t.tv_nsec };
}

static void
pause_before(struct store *s, unsigned attempts)
{
	struct duration most =
	    duration_scale(PAUSE_LEAST, INT64_C(1) << MIN(attempts, (unsigned)PAUSE_DOUBLINGS), 1);
	struct duration d = rng_jitter(&s->rng, most, 10, 100);
	struct timespec t = { d.ns / NS_PER_S, d.ns % NS_PER_S };

	(void)nanosleep(&t, NULL);
}

static bool
wait_turn(struct store *s)
{
	return s->connected && s->driver->wait_turn && s->driver->wait_turn(s, NULL) >= 0;
}

/* The turn may have gone, with the connection, without our knowing: then it may collide again. */
static bool
is_worth_it(int stored, bool had_turn, const struct store *s)
{
	return stored == STORE_COLLIDED ||
	       (stored == STORE_EXISTS && s->driver->shared && !had_turn);
}

int
store_transact(struct store *s, enum store_mode mode, store_fn fn, void *arg, struct err *e)
{
	struct instant begun = now(), until = instant_add(begun, AGAIN_FOR);
	unsigned attempts = 1;
	bool turn = false;
	int stored, r;

	assert(s->mode == STORE_IDLE);
	if (mode == STORE_WRITING && s->turns > 0) {
		s->turns--;
		turn = wait_turn(s);
	}
	for (;; attempts++) {
		/* connecting depends on it, too */
		s->mode = mode == STORE_MIGRATING ? mode : STORE_IDLE;
		r = attempt(s, mode, fn, arg, &stored, e);
		s->mode = STORE_IDLE;
		if (r >= 0 || !is_worth_it(stored, turn, s) || instant_reached(until, now()))
			break;
		s->turns = TURNS_AFTER_COLLISION;
		if (!turn)
			turn = wait_turn(s);
		if (!turn || stored == STORE_COLLIDED)
			pause_before(s, attempts);
	}
	if (turn && s->connected)
		s->driver->end_turn(s);
	counts_transaction(s->counts, &(struct store_attempts){ .writes = mode != STORE_READING,
					  .took = instant_diff(now(), begun),
					  .attempts = attempts,
					  .error = r < 0 ? stored : 0 });
	return r;
}

int
store_transaction(struct store *s, store_fn fn, void *arg, struct err *e)
{
	return store_transact(s, STORE_WRITING, fn, arg, e);
}

int
store_read(struct store *s, store_fn fn, void *arg, struct err *e)
{
	return store_transact(s, STORE_READING, fn, arg, e);
}
