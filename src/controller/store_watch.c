#include "controller/store_watch.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "controller/store_health.h"
#include "io/loop.h"
#include "store/store.h"

#define EVERY DURATION_S(2)

struct store_watch {
	struct timer timer;
	struct worker_pool *pool;
	struct health *health;
	struct pool_job job;
	bool is_under_way;
	bool tries; /* to write */
	int error;
	struct err e;
};

/* A number that nobody counts with: it is on the disk when it is committed. */
static int
write_something(struct store *store, void *arg, struct err *e)
{
	int64_t number;

	(void)arg;
	return store_number(store, "tries", &number, e);
}

static void
run(struct pool_job *job, void *state)
{
	struct store_watch *w = container_of(job, struct store_watch, job);

	w->error = store_check(state, &w->e);
	if (w->error >= 0 && w->tries)
		w->error = store_transaction(state, write_something, NULL, &w->e);
}

static void
done(struct pool_job *job)
{
	struct store_watch *w = container_of(job, struct store_watch, job);
	const struct store_outcome outcome = { .was_used = w->tries || w->error < 0,
		.has_written = w->tries,
		.error = MIN(w->error, 0),
		.why = w->e.message };

	w->is_under_way = false;
	(void)store_health_note(w->health, &outcome, clock_wall_ns());
}

static void
on_time(struct timer *t, struct instant now)
{
	struct store_watch *w = container_of(t, struct store_watch, timer);

	timer_set(t, instant_add(now, EVERY));
	if (w->is_under_way)
		return;
	w->tries = health_word(w->health, HEALTH_STORE) != NULL;
	w->is_under_way = worker_pool_do(w->pool, &w->job);
}

int
store_watch_new(sd_event *loop, struct worker_pool *pool, struct health *health,
    struct store_watch **ret, struct err *e)
{
	struct store_watch *w = xcalloc(1, sizeof(*w));
	int r = timer_init(&w->timer, loop, on_time);

	if (r < 0) {
		free(w);
		return err_errno(e, r, "event loop");
	}
	w->pool = pool;
	w->health = health;
	w->job = (struct pool_job){ .run = run, .done = done };
	timer_set(&w->timer, instant_add(clock_now(), EVERY));
	*ret = w;
	return 0;
}

void
store_watch_free(struct store_watch *w)
{
	if (w == NULL)
		return;
	timer_done(&w->timer);
	free(w);
}
