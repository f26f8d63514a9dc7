/*
 * A reload that waits to be confirmed: `nearcast confirm`, or it takes itself back.
 *
 * It keeps the generation before it, and a file in the state directory that says so
 * (unconfirmed.h), for the agent that starts behind a crash. Taken back is the configuration that
 * runs, not the file: the file stays marked as what nobody has confirmed, until it changes or is
 * reloaded again. How one goes over to a configuration is not known here (reload.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/reload_internal.h"
#include "agent/unconfirmed.h"
#include "base/alloc.h"
#include "base/log.h"

static void
keep_unconfirmed(struct agent *a)
{
	const struct reload *r = a->reload;
	struct unconfirmed u = {
		.until_wall_ns = clock_wall_ns() + instant_diff(r->until, clock_now()).ns,
		.good = xstrdup(conf_text(r->good->loaded)),
		.tried = xstrdup(conf_text(a->generation->loaded)),
	};
	_cleanup_(freep) char *text = unconfirmed_write(&u);

	a->reload->is_kept = text != NULL; /* it is UTF-8, or it would not have been loaded */
	if (text != NULL)
		state_dir_save(a->state, UNCONFIRMED_NAME, text, strlen(text));
	unconfirmed_done(&u);
}

void
reload_keep(struct agent *a)
{
	generation_unref(TAKE(a->reload->good));
	timer_set(&a->reload->timer, INSTANT_NEVER);
	if (a->reload->is_kept)
		state_dir_remove(a->state, UNCONFIRMED_NAME);
	a->reload->is_kept = a->reload->rolled_back = false;
}

void
reload_wait(struct agent *a, struct generation *good, struct duration confirm)
{
	struct reload *r = a->reload;

	r->good = good;
	r->until = instant_add(clock_now(), confirm);
	timer_set(&r->timer, r->until);
	keep_unconfirmed(a);
}

static void
take_back(struct agent *a)
{
	struct reload *r = a->reload;
	struct generation *good = TAKE(r->good);
	struct err e = { 0 };
	struct plan plan;
	int code;

	good = follower_complete(a->follower, good);
	plan_make(a->conf, good->conf, &plan);
	code = reload_go_over(a, &plan, good, &e);
	if (code >= 0)
		follower_commit(a->follower);
	plan_done(&plan);
	r->rolled_back = code >= 0;
	if (code < 0)
		log_error("the reload was not confirmed, and can not be taken back: %s", e.message);
	else
		reload_say(
		    a, EVENT_RELOAD_TAKEN_BACK, "reload taken back", "nobody confirmed it in time");
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct reload *r = container_of(t, struct reload, timer);

	(void)now;
	if (r->good != NULL && !r->agent->stopping)
		take_back(r->agent);
}

json_t *
agent_answer_confirm(void *userdata, const json_t *request, struct err *e)
{
	struct agent *a = userdata;

	(void)request;
	if (a->reload->good == NULL) {
		(void)err_set(e, -ENOENT,
		    a->reload->rolled_back
			? "too late: the reload was taken back, since nobody confirmed it in time"
			: "no reload waits to be confirmed");
		return NULL;
	}
	reload_keep(a);
	reload_say(a, EVENT_RELOAD_CONFIRMED, "reload confirmed", a->reload->path);
	return json_pack("{s:s, s:s}", "outcome", "confirmed", "file", a->reload->path);
}

bool
reload_waits(const struct agent *a)
{
	return a->reload->good != NULL;
}

json_t *
reload_status(const struct agent *a)
{
	const struct reload *r = a->reload;
	json_t *o = json_pack("{s:s, s:I, s:b}", "file", r->path, "loaded_wall_ns",
	    (json_int_t)a->conf_wall_ns, "taken_back", (int)r->rolled_back);

	(void)json_object_set_new(o, "confirm_left_ms",
	    r->good ? json_integer(duration_ms(instant_diff(r->until, clock_now()))) : json_null());
	return o;
}

/* ---- at the start ---- */

/* The configuration that was good, as it was kept; NULL: it is of no use any more. */
static struct generation *
load_good(const struct unconfirmed *u, const char *path)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct conf *loaded;

	if (conf_load_text(path, u->good, strlen(u->good), &agent_conf_schema, &loaded, &errors) >=
	    0)
		return generation_new(loaded);
	log_error(
	    "the configuration to go back to can not be used any more: %s", strbuf_get(&errors));
	return NULL;
}

/* What was kept, if there is something. */
static bool
load_unconfirmed(const struct agent *a, struct unconfirmed *ret)
{
	_cleanup_(freep) char *text = NULL;
	struct err e = { 0 };
	size_t len;
	int r = state_dir_load(a->state, UNCONFIRMED_NAME, UNCONFIRMED_MAX, &text, &len, &e);

	if (r >= 0)
		r = unconfirmed_read(text, len, ret, &e);
	if (r < 0 && r != -ENOENT)
		log_error("whether a reload waits to be confirmed is not known: %s", e.message);
	return r >= 0;
}

struct generation *
reload_new(struct agent *a, struct conf *loaded)
{
	struct reload *r = xcalloc(1, sizeof(*r));
	struct generation *g = generation_new(loaded), *good;
	struct unconfirmed u = { 0 };
	struct duration left;

	r->agent = a;
	r->path = xstrdup(conf_name(loaded));
	a->reload = r;
	if (!load_unconfirmed(a, &u))
		return g;
	r->is_kept = true;
	if (a->past != NULL) {
		/* none waits in an upgrade: what is kept says that the file was taken back */
		r->rolled_back = true;
		unconfirmed_done(&u);
		return g;
	}
	good = load_good(&u, r->path);
	switch (unconfirmed_at_start(
	    &u, conf_text(loaded), clock_wall_ns(), RELOAD_CONFIRM_MAX, &left)) {
	case UNCONFIRMED_STALE:
		state_dir_remove(a->state, UNCONFIRMED_NAME);
		r->is_kept = false;
		break;
	case UNCONFIRMED_WAITS:
		r->good = TAKE(good);
		r->until = instant_add(clock_now(), left);
		log_warning("%s waits to be confirmed: nearcast confirm keeps it", r->path);
		break;
	case UNCONFIRMED_EXPIRED:
		if (good == NULL)
			break;
		log_warning("%s was reloaded and not confirmed: starts with the configuration "
			    "before it; nearcast reload takes the file",
		    r->path);
		generation_unref(g);
		g = TAKE(good);
		r->rolled_back = true;
		break;
	}
	generation_unref(good);
	unconfirmed_done(&u);
	return g;
}

int
reload_start(struct agent *a, struct err *e)
{
	struct reload *r = a->reload;
	int code = timer_init(&r->timer, a->loop, on_timer);

	if (code < 0)
		return err_errno(e, code, "set a timer");
	if (r->good != NULL)
		timer_set(&r->timer, r->until);
	return 0;
}

void
reload_free(struct reload *r)
{
	if (r == NULL)
		return;
	timer_done(&r->timer);
	generation_unref(r->good);
	free(r->path);
	free(r);
}
