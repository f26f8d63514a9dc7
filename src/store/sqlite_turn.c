#include "store/sqlite_turn.h"

#include <pthread.h>
#include <time.h>

#include "base/list.h"

struct waiter {
	struct list node;
	pthread_cond_t wake;
	bool has_it;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static struct list line = { &line, &line };              /* struct waiter, of their threads */
static bool is_taken;

static struct timespec
time_after(struct duration d)
{
	struct timespec t;
	int64_t ns;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	ns = t.tv_nsec + d.ns;
	return (struct timespec){ t.tv_sec + ns / NS_PER_S, ns % NS_PER_S };
}

static void
wait_in_line(struct waiter *w, struct duration limit)
{
	struct timespec until = time_after(limit);
	int r = 0;

	list_append(&line, &w->node);
	while (!w->has_it && r == 0)
		r = pthread_cond_clockwait(&w->wake, &lock, CLOCK_MONOTONIC, &until);
	if (!w->has_it)
		list_remove(&w->node);
}

bool
sqlite_turn_take(struct duration limit)
{
	struct waiter w = { .wake = PTHREAD_COND_INITIALIZER };

	(void)pthread_mutex_lock(&lock);
	if (is_taken)
		wait_in_line(&w, limit);
	else
		w.has_it = is_taken = true;
	(void)pthread_mutex_unlock(&lock);
	(void)pthread_cond_destroy(&w.wake);
	return w.has_it;
}

void
sqlite_turn_give(void)
{
	(void)pthread_mutex_lock(&lock);
	if (list_is_empty(&line)) {
		is_taken = false;
	} else {
		/* from hand to hand: nobody who comes now is before those who wait */
		struct waiter *w = list_entry(line.next, struct waiter, node);

		list_remove(&w->node);
		w->has_it = true;
		(void)pthread_cond_signal(&w->wake);
	}
	(void)pthread_mutex_unlock(&lock);
}
