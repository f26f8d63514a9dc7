#include "controller/store_wait.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/worker_pool.h"
#include "store/store.h"

#define AGAIN DURATION_S(1)
#define FINISH DURATION_MS(100) /* an attempt to connect may take longer: it is left alone */
#define STACK_BYTES (1u << 20)  /* as of all threads with a store */

struct store_wait {
	struct store_wait_conf conf;
	struct worker_pool *pool; /* owned; of one thread, which has the store */
	struct timer timer;
	struct instant begun;
	struct pool_job job;
	bool is_ending; /* nobody is told any more */
	int error;      /* of the last attempt */
	struct err e;
};

/* ---- in the thread ---- */

static void *
begin_thread(void *userdata)
{
	const struct store_wait *w = userdata;
	struct store *store = NULL;

	return store_open(w->conf.store, &store, NULL) < 0 ? NULL : store;
}

static void
end_thread(_unused_ void *userdata, void *state)
{
	store_close(state);
}

static void
attempt(struct pool_job *job, void *state)
{
	struct store_wait *w = container_of(job, struct store_wait, job);

	w->error = state != NULL ? store_migrate(state, &w->e)
				 : err_set(&w->e, STORE_OTHER, "the store cannot be opened");
}

/* ---- in the loop ---- */

static void
on_time(struct timer *t, _unused_ struct instant now)
{
	struct store_wait *w = container_of(t, struct store_wait, timer);

	(void)worker_pool_do(w->pool, &w->job);
}

static void
finish(struct pool_job *job)
{
	struct store_wait *w = container_of(job, struct store_wait, job);
	struct instant now = clock_now(), until = instant_add(w->begun, w->conf.limit);

	if (w->is_ending)
		return;
	if (w->error >= 0) {
		w->conf.ready(w->conf.userdata);
		return;
	}
	if (w->error == STORE_AWAY && !instant_reached(until, now)) {
		timer_set(&w->timer, instant_add(now, AGAIN));
		return;
	}
	if (w->error == STORE_AWAY)
		(void)err_prefix(&w->e, "waited %.0f s for the store (store-wait)",
		    duration_ms_f(w->conf.limit) / 1000);
	w->conf.failed(w->conf.userdata, &w->e);
}

int
store_wait_new(
    sd_event *loop, const struct store_wait_conf *conf, struct store_wait **ret, struct err *e)
{
	struct store_wait *w = xcalloc(1, sizeof(*w));
	struct worker_pool_conf pool = { .threads = 1,
		.stack_bytes = STACK_BYTES,
		.begin = begin_thread,
		.end = end_thread,
		.userdata = w };
	int r = worker_pool_new(loop, &pool, &w->pool, e);

	w->conf = *conf;
	w->begun = clock_now();
	w->job = (struct pool_job){ .run = attempt, .done = finish };
	if (r >= 0 && (r = timer_init(&w->timer, loop, on_time)) < 0)
		(void)err_errno(e, r, "event loop");
	if (r < 0) {
		store_wait_free(w);
		return r;
	}
	timer_set(&w->timer, instant_add(w->begun, AGAIN));
	*ret = w;
	return 0;
}

void
store_wait_free(struct store_wait *w)
{
	if (w == NULL)
		return;
	w->is_ending = true;
	timer_done(&w->timer);
	if (!worker_pool_free(w->pool, FINISH))
		return; /* the thread has it */
	free(w);
}
