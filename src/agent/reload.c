/*
 * A new configuration while the agent runs: `nearcast reload` and SIGHUP.
 *
 * The file is read and checked as a whole, and a plan is made of what differs (plan.h). What can
 * not be done without a restart, and what nobody can mean (intent.h), is refused before anything is
 * touched; then succession.c goes over to it.
 *
 * One that is to be confirmed is reload_confirm.c's from then on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_internal.h"
#include "agent/intent.h"
#include "agent/reload_internal.h"
#include "base/alloc.h"
#include "base/log.h"

#define CONFIRM_MIN DURATION_S(1)
/* Differences that are logged one by one. */
#define LOGGED_MAX 20

struct reload_options {
	bool diff, force;
	struct duration confirm; /* 0: at once and for good */
};

/* ---- going over ---- */

void
reload_say(struct agent *a, enum event_kind kind, const char *what, const char *why)
{
	enum log_level level = kind == EVENT_RELOAD_REFUSED ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE;

	agent_tell(a, level, &(struct event){ .kind = kind, .what = what, .why = why }, "");
}

static void
log_plan(const struct plan *plan)
{
	const struct plan_texts *t = &plan->differences;

	for (size_t i = 0; i < t->count && i < LOGGED_MAX; i++)
		log_notice("reload: %s", t->items[i]);
	if (t->count > LOGGED_MAX)
		log_notice("reload: and %zu differences more", t->count - LOGGED_MAX);
}

int
reload_go_over(
    struct agent *a, const struct plan *plan, struct generation *generation, struct err *e)
{
	int r;

	log_plan(plan);
	r = agent_succeed(a, plan, generation, e);
	if (r >= 0)
		a->conf_wall_ns = clock_wall_ns();
	if (r >= 0)
		agent_log_unable(a);
	return r;
}

/* ---- what may not be ---- */

/* Those that a neighbor has been told now. */
static struct ip *
announced_now(const struct agent *a, size_t *ret_count)
{
	struct ip *list = NULL;
	size_t count = 0, cap = 0;

	for (size_t i = 0; i < a->service_count; i++) {
		const struct hosted *h = a->services[i];

		for (size_t k = 0; k < h->conf->address_count; k++) {
			if (hosted_told(h, k).count == 0)
				continue;
			list = grow_array(list, count, &cap, sizeof(*list));
			list[count++] = h->conf->addresses[k];
		}
	}
	*ret_count = count;
	return list;
}

/* Whether the plan is refused; why: one sentence. */
static bool
is_refused(const struct agent *a, const struct plan *plan, const struct agent_conf *is, bool force,
    struct strbuf *why)
{
	_cleanup_(freep) struct ip *announced = NULL;
	size_t count;

	for (size_t i = 0; i < plan->impossible.count; i++)
		strbuf_addf(why, "%s%s", i > 0 ? "; " : "", plan->impossible.items[i]);
	if (plan->impossible.count > 0) {
		strbuf_add(why, ": takes a restart of nearcastd");
		return true;
	}
	if (force)
		return false;
	announced = announced_now(a, &count);
	if (intent_allows(a->conf, is, announced, count, why))
		return false;
	strbuf_add(why, "; --force does it all the same");
	return true;
}

/* ---- the answer ---- */

static json_t *
texts_json(const struct plan_texts *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->count; i++)
		(void)json_array_append_new(list, json_string(t->items[i]));
	return list;
}

static json_t *
text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? json_string(text) : json_null();
}

/* why: of what was refused, or would be; errors: of a file that can not be. Both may be NULL. */
static json_t *
outcome_json(const struct agent *a, const char *outcome, const char *why, const char *errors,
    const struct plan *plan)
{
	static const struct plan none;

	plan = plan ? plan : &none;
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "outcome", outcome, "file",
	    a->reload->path, "why", text_or_null(why), "errors", text_or_null(errors),
	    "differences", texts_json(&plan->differences), "costs", texts_json(&plan->costs),
	    "confirm_ms",
	    a->reload->good ? json_integer(duration_ms(instant_diff(a->reload->until, clock_now())))
			    : json_null());
}

/* Refused, and logged, as whoever sent a SIGHUP has nothing else to read. */
static json_t *
refused(struct agent *a, const char *why, const char *errors, const struct plan *plan)
{
	reload_say(a, EVENT_RELOAD_REFUSED, "reload refused", why);
	for (const char *line = errors; line && *line;) {
		size_t len = strcspn(line, "\n");

		log_warning("%.*s", (int)len, line);
		line += len + (line[len] != '\0');
	}
	return outcome_json(a, "refused", why, errors, plan);
}

/* ---- reload ---- */

/* Takes the generation over; the plan is of it, and not refused. */
static json_t *
apply(struct agent *a, const struct plan *plan, struct generation *new, struct duration confirm)
{
	struct generation *before = generation_ref(a->generation);
	struct reload *r = a->reload;
	struct err e = { 0 };

	if (reload_go_over(a, plan, new, &e) < 0) {
		generation_unref(before);
		return refused(a, e.message, NULL, plan);
	}
	reload_keep(a);
	follower_commit(a->follower);
	if (confirm.ns > 0) {
		reload_wait(a, before, confirm);
		reload_say(a, EVENT_RELOAD_DONE, "reload done", "waits to be confirmed");
	} else {
		generation_unref(before);
		reload_say(a, EVENT_RELOAD_DONE, "reload done", r->path);
	}
	return outcome_json(a, "applied", NULL, NULL, plan);
}

/* Takes loaded over. */
static json_t *
consider(struct agent *a, struct conf *loaded, const struct reload_options *o)
{
	struct generation *new = generation_new(loaded);
	_cleanup_(strbuf_done) struct strbuf why = { 0 };
	json_t *answer;
	struct plan plan;
	bool no;

	plan_make(a->conf, new->conf, &plan);
	no = is_refused(a, &plan, new->conf, o->force, &why);
	if (o->diff) {
		answer = outcome_json(a, "shown", strbuf_get(&why), NULL, &plan);
	} else if (no) {
		answer = refused(a, strbuf_get(&why), NULL, &plan);
	} else if (plan_is_empty(&plan)) {
		reload_keep(a);
		follower_commit(a->follower);
		log_info("reload: nothing differs");
		answer = outcome_json(a, "same", NULL, NULL, &plan);
	} else {
		answer = apply(a, &plan, generation_ref(new), o->confirm);
	}
	plan_done(&plan);
	generation_unref(new);
	return answer;
}

static json_t *
reload(struct agent *a, const struct reload_options *o)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 }, why = { 0 };
	struct reload *r = a->reload;
	char left[DURATION_STR_MAX];
	struct conf *loaded;
	json_t *answer;

	if (a->stopping)
		return refused(a, "nearcastd is about to end", NULL, NULL);
	if (r->good != NULL && !o->diff) {
		struct duration d = instant_diff(r->until, clock_now());

		strbuf_addf(&why,
		    "the last one waits to be confirmed: nearcast confirm keeps it, and in %s it "
		    "is taken back",
		    duration_format(duration_round_s(DURATION_NS(MAX(d.ns, INT64_C(0)))), left));
		return refused(a, strbuf_get(&why), NULL, NULL);
	}
	if (conf_load_file(r->path, &agent_conf_schema, &loaded, &errors) < 0) {
		if (o->diff)
			return outcome_json(
			    a, "refused", "the file can not be used", strbuf_get(&errors), NULL);
		return refused(a, "the file can not be used", strbuf_get(&errors), NULL);
	}
	answer = consider(a, follower_merge(a->follower, loaded), o);
	if (o->force && !o->diff)
		follower_force(a->follower);
	return answer;
}

void
agent_reload(struct agent *a)
{
	json_decref(reload(a, &(struct reload_options){ 0 }));
}

json_t *
agent_answer_reload(void *userdata, const json_t *request, struct err *e)
{
	struct reload_options o = {
		.diff = json_is_true(json_object_get(request, "diff")),
		.force = json_is_true(json_object_get(request, "force")),
	};
	const json_t *confirm = json_object_get(request, "confirm_ms");
	json_int_t ms = json_integer_value(confirm);

	if (confirm != NULL &&
	    (ms < duration_ms(CONFIRM_MIN) || ms > duration_ms(RELOAD_CONFIRM_MAX))) {
		(void)err_set(e, -ERANGE, "confirm_ms: expected %lld to %lld",
		    (long long)duration_ms(CONFIRM_MIN),
		    (long long)duration_ms(RELOAD_CONFIRM_MAX));
		return NULL;
	}
	o.confirm = DURATION_MS(ms);
	return reload(userdata, &o);
}
