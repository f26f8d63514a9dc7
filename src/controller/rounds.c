#include "controller/rounds.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/duty.h"
#include "io/loop.h"

#define EVERY DURATION_S(1)

struct rounds {
	struct timer timer;
	struct worker_pool *pool;
	struct bell *bell;
	struct pool_job job;
	struct duty_round round;
	char last_why[ERR_MESSAGE_MAX]; /* logged already */
	bool is_under_way, is_stopping;
};

static void
run(struct pool_job *job, void *state)
{
	struct rounds *r = container_of(job, struct rounds, job);

	if (r->is_stopping)
		duties_leave(state, r->round.holder);
	else
		duties_do(state, &r->round);
}

/* An error that lasts is said once. */
static void
say(struct rounds *r)
{
	if (strcmp(r->round.why, r->last_why) == 0)
		return;
	if (r->round.why[0] != '\0')
		log_error("%s", r->round.why);
	else
		log_notice("expiries and rollouts go on");
	(void)snprintf(r->last_why, sizeof(r->last_why), "%s", r->round.why);
}

static void
done(struct pool_job *job)
{
	struct rounds *r = container_of(job, struct rounds, job);

	r->is_under_way = false;
	say(r);
	bell_ring(r->bell, &r->round.topics);
	topics_done(&r->round.topics);
}

static void
begin(struct timer *timer, struct instant now)
{
	struct rounds *r = container_of(timer, struct rounds, timer);

	timer_set(timer, instant_add(now, EVERY));
	if (r->is_under_way)
		return;
	r->round.before = r->round.now;
	r->round.now = clock_wall_ns();
	/* when as many wait as may, clients come first */
	r->is_under_way = worker_pool_do(r->pool, &r->job);
}

int
rounds_new(sd_event *loop, struct worker_pool *pool, struct bell *bell, struct duration events,
    struct rounds **ret, struct err *e)
{
	struct rounds *r = xcalloc(1, sizeof(*r));
	int error = timer_init(&r->timer, loop, begin);

	if (error < 0) {
		free(r);
		return err_errno(e, error, "timer");
	}
	r->pool = pool;
	r->bell = bell;
	r->job = (struct pool_job){ .run = run, .done = done };
	r->round.holder = bell_name(bell);
	r->round.events_kept = events.ns;
	timer_set(&r->timer, clock_now());
	*ret = r;
	return 0;
}

void
rounds_stop(struct rounds *r)
{
	if (r == NULL)
		return;
	timer_done(&r->timer);
	/* one that is under way is not waited for here: its duties end by themselves */
	if (r->is_under_way)
		return;
	r->is_stopping = true;
	r->is_under_way = worker_pool_do(r->pool, &r->job);
}

void
rounds_free(struct rounds *r)
{
	free(r);
}
