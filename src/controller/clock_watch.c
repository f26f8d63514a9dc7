#include "controller/clock_watch.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/clock_step.h"
#include "controller/event.h"
#include "controller/handlers.h"
#include "controller/own_job.h"
#include "io/loop.h"

#define EVERY DURATION_S(2)
#define MOMENT DURATION_MS(100)
#define SHOWN DURATION_S(600) /* in /healthz */

struct clock_watch {
	struct timer timer;
	struct health *health;
	struct clock_step state;
	struct instant shown; /* until then */
	struct own_job job;
	/* what the event is to say; "": nothing */
	char text[CLOCK_STEP_TEXT], telling[CLOCK_STEP_TEXT];
};

/* A handler (api.h). */
static int
tell(struct call *c)
{
	int r = event_add(c->store,
	    &(struct event){ .at = c->request->now,
		.received_at = c->request->now,
		.kind = "clock-stepped",
		.severity = "warning",
		.message = c->request->own },
	    c->e);

	if (r < 0)
		return r;
	call_ring(c, "events");
	return call_answer(c, 204, NULL, 0);
}

static void
tell_later(struct clock_watch *w)
{
	if (w->text[0] == '\0' || w->job.is_under_way)
		return;
	(void)snprintf(w->telling, sizeof(w->telling), "%s", w->text);
	if (own_job_begin(&w->job))
		w->text[0] = '\0';
}

/* A store that was away gets it at the next look, unless there is more to tell since. */
static void
on_told(struct own_job *job, bool is_done)
{
	struct clock_watch *w = container_of(job, struct clock_watch, job);

	if (!is_done && w->text[0] == '\0')
		(void)snprintf(w->text, sizeof(w->text), "%s", w->telling);
}

static void
say(struct clock_watch *w, struct duration step, struct instant now, int64_t wall)
{
	const struct health_trouble trouble = {
		.word = "stepped", .sentence = w->text, .warns = true
	};

	clock_step_text(step, wall, w->text);
	/* each step is news: the one before is what it is compared with */
	(void)health_good(w->health, HEALTH_CLOCK);
	(void)health_bad(w->health, HEALTH_CLOCK, &trouble, wall);
	w->shown = instant_add(now, SHOWN);
}

/* Both clocks at the same moment: false when something came between, as on a machine without time.
 */
static bool
read_clocks(struct instant *now, int64_t *wall)
{
	struct instant before = clock_now();

	*wall = clock_wall_ns();
	*now = clock_now();
	return duration_cmp(instant_diff(*now, before), MOMENT) < 0;
}

static void
on_time(struct timer *t, struct instant now)
{
	struct clock_watch *w = container_of(t, struct clock_watch, timer);
	struct duration step = { 0 };
	struct instant at;
	int64_t wall;

	timer_set(t, instant_add(now, EVERY));
	if (read_clocks(&at, &wall))
		step = clock_step_look(&w->state, at, wall);
	if (step.ns != 0) {
		say(w, step, now, wall);
	} else if (instant_reached(w->shown, now)) {
		(void)health_good(w->health, HEALTH_CLOCK);
		w->shown = INSTANT_NEVER;
	}
	tell_later(w);
}

int
clock_watch_new(sd_event *loop, struct worker_pool *pool, struct bell *bell, struct health *health,
    struct clock_watch **ret, struct err *e)
{
	struct clock_watch *w = xcalloc(1, sizeof(*w));
	int r = timer_init(&w->timer, loop, on_time);

	if (r < 0) {
		free(w);
		return err_errno(e, r, "event loop");
	}
	w->health = health;
	w->shown = INSTANT_NEVER;
	w->job = (struct own_job){
		.pool = pool, .bell = bell, .fn = tell, .own = w->telling, .ended = on_told
	};
	timer_set(&w->timer, clock_now());
	*ret = w;
	return 0;
}

void
clock_watch_free(struct clock_watch *w)
{
	if (w == NULL)
		return;
	timer_done(&w->timer);
	free(w);
}
