#include "controller/sign_ins.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "controller/handlers.h"
#include "controller/own_job.h"
#include "controller/refusals.h"
#include "io/loop.h"

#define EVERY DURATION_S(1)

struct sign_ins {
	struct timer timer;
	struct refusals refusals, telling;
	struct own_job job;
};

/* ---- in a worker ---- */

static int
tell_one(struct call *c, const struct refusal *one)
{
	char source[PREFIX_STR_MAX] = "others", first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];
	struct api_request request = *c->request;
	const struct api_request *before = c->request;
	json_auto_t *object = NULL, *what = NULL;
	bool is_others = one->source.addr.family == IP_NONE;
	int r;

	if (!is_others)
		(void)prefix_format(one->source, source);
	object = json_pack("{s:s, s:s, s:I, s:I}", "id", source, "name", source, "refused",
	    (json_int_t)one->refused, "throttled", (json_int_t)one->throttled);
	what = json_pack("{s:s, s:I, s:I, s:s, s:s}", "source", source, "refused",
	    (json_int_t)one->refused, "throttled", (json_int_t)one->throttled, "first_at",
	    time_text(one->first_at, first), "last_at", time_text(one->last_at, last));
	/* as if it had been written when they asked */
	request.peer = one->source.addr;
	c->request = &request;
	r = call_audit_of(c, "refuse", "session", object, NULL, what);
	c->request = before;
	return r;
}

/* A handler (api.h). */
static int
tell(struct call *c)
{
	const struct refusals *all = c->request->own;
	int r = 0;

	for (size_t i = 0; i < all->count && r >= 0; i++)
		r = tell_one(c, &all->items[i]);
	if (r >= 0 && all->others.first_at != 0)
		r = tell_one(c, &all->others);
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}

/* ---- in the loop ---- */

static void
on_told(struct own_job *job, bool is_done)
{
	struct sign_ins *s = container_of(job, struct sign_ins, job);

	if (!is_done)
		refusals_give(&s->refusals, &s->telling);
}

static void
on_time(struct timer *t, struct instant now)
{
	struct sign_ins *s = container_of(t, struct sign_ins, timer);

	timer_set(t, instant_add(now, EVERY));
	if (s->job.is_under_way || !refusals_take(&s->refusals, now, &s->telling))
		return;
	if (!own_job_begin(&s->job))
		refusals_give(&s->refusals, &s->telling);
}

int
sign_ins_new(sd_event *loop, struct worker_pool *pool, struct bell *bell, struct sign_ins **ret,
    struct err *e)
{
	struct sign_ins *s = xcalloc(1, sizeof(*s));
	int r = timer_init(&s->timer, loop, on_time);

	if (r < 0) {
		free(s);
		return err_errno(e, r, "event loop");
	}
	s->job = (struct own_job){
		.pool = pool, .bell = bell, .fn = tell, .own = &s->telling, .ended = on_told
	};
	timer_set(&s->timer, instant_add(clock_now(), EVERY));
	*ret = s;
	return 0;
}

void
sign_ins_free(struct sign_ins *s)
{
	if (s == NULL)
		return;
	timer_done(&s->timer);
	free(s);
}

void
sign_ins_refused(struct sign_ins *s, struct ip source, bool was_throttled)
{
	refusals_note(&s->refusals, source, was_throttled, clock_now(), clock_wall_ns());
}
