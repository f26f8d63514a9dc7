#include "agent/upgrade.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "agent/agent_internal.h"
#include "agent/agent_state.h"
#include "base/alloc.h"
#include "io/control_line.h"
#include "io/fd.h"
#include "io/trial.h"

#define TRIAL_LIMIT DURATION_S(10)
#define TRIAL_LIMIT_MAX DURATION_S(60)
/* A neighbor answers BFD's poll within a round trip; a lost one is repeated at BFD's pace. A change
 * that came before, to or from slow packets, has to settle first: three of them, mostly. A routing
 * daemon that does not answer is left after 5 s. */
#define PATIENCE DURATION_S(6)
#define LOOK DURATION_MS(5)
#define RESUME_FD 3 /* the state's, in a trial */

struct upgrade {
	struct agent *agent;           /* borrowed */
	const struct program *program; /* borrowed */
	struct control_later later;    /* who asked */
	struct trial *trial;           /* owned */
	sd_event_source *next; /* owned; a step that is not taken from inside of a callback */
	void (*step)(struct upgrade *u);
	struct timer timer; /* looks who has answered */
	struct instant give_up;
	struct duration limit; /* of a trial */
	bool runs, force;
	char to[64]; /* the version that is tried */

	/* after an upgrade */
	char from[64];
	struct duration gap;
	struct instant saved;
};

/* ---- answers ---- */

static void
reply(struct upgrade *u, json_t *document)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	(void)control_line(document, &line);
	control_reply(&u->later, line.text, line.len);
}

/* Everything is as before. errors: what the new program said, or "". */
static void
refuse(struct upgrade *u, const char *why, const char *errors)
{
	struct agent *a = u->agent;

	u->runs = false;
	agent_tell(a, LOG_LEVEL_WARNING,
	    &(struct event){ .kind = EVENT_UPGRADE_REFUSED, .what = "upgrade refused", .why = why },
	    "");
	reply(u, json_pack("{s:s, s:s, s:s, s:o}", "outcome", "refused", "from", NEARCAST_VERSION,
		     "why", why, "errors", errors[0] ? json_string(errors) : json_null()));
}

/* ---- steps ---- */

static int
on_next(sd_event_source *source, void *userdata)
{
	struct upgrade *u = userdata;

	(void)source;
	trial_free(TAKE(u->trial));
	u->step(u);
	return 0;
}

static void
go_to(struct upgrade *u, void (*step)(struct upgrade *u))
{
	u->step = step;
	(void)sd_event_source_set_enabled(u->next, SD_EVENT_ONESHOT);
}

/* What the new program prints of itself: "nearcastd 1.2.3". */
static void
take_version(struct upgrade *u, const char *out)
{
	const char *space = strchr(out, ' ');
	size_t len = space ? strcspn(space + 1, "\n") : 0;

	(void)snprintf(
	    u->to, sizeof(u->to), "%.*s", (int)MIN(len, sizeof(u->to) - 1), space ? space + 1 : "");
}

/* Whether somebody has to answer first; not any more when it was waited for long enough. */
static bool
must_wait(const struct upgrade *u, struct instant now, char *why, size_t size)
{
	return announcer_waits_for(u->agent->announcer, why, size) &&
	       !(u->force && instant_reached(u->give_up, now));
}

static void
go_over(struct upgrade *u)
{
	struct agent *a = u->agent;
	_cleanup_(handover_done) struct handover h = { 0 };
	_cleanup_(closep) int fd = -1;
	_cleanup_(freep) char **argv = NULL;
	struct instant now = clock_now();
	char resume[32], why[WHY_MAX];
	struct err e = { 0 };
	int r;

	/* a change came in this very turn */
	if (must_wait(u, now, why, sizeof(why))) {
		timer_set(&u->timer, instant_add(now, LOOK));
		return;
	}
	(void)sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, now.ns / NS_PER_US);
	announcer_freeze(a->announcer);
	agent_save(a, &u->later, &h, now);
	r = handover_memfd(&h.state, &fd, &e);
	if (r >= 0) {
		(void)snprintf(resume, sizeof(resume), "--resume=%d", fd);
		argv = program_arguments(u->program, resume);
		(void)handover_exec(&h, fd, u->program->path, argv, &e);
	}
	announcer_go_on(a->announcer);
	(void)sd_notify(false, "READY=1");
	refuse(u, e.message, "");
}

static void
on_look(struct timer *t, struct instant now)
{
	struct upgrade *u = container_of(t, struct upgrade, timer);
	char whom[WHY_MAX], why[WHY_MAX + 32];

	if (!must_wait(u, now, whom, sizeof(whom))) {
		go_to(u, go_over);
	} else if (!instant_reached(u->give_up, now)) {
		timer_set(&u->timer, instant_add(now, LOOK));
	} else {
		(void)snprintf(why, sizeof(why), "%s; --force goes on", whom);
		announcer_go_on(u->agent->announcer);
		refuse(u, why, "");
	}
}

static void
slow_down(struct upgrade *u)
{
	struct instant now = clock_now();

	announcer_slow_down(u->agent->announcer);
	u->give_up = instant_add(now, PATIENCE);
	timer_set(&u->timer, now);
}

static void
on_state_tried(void *userdata, int result, const char *out, const char *errors, const struct err *e)
{
	struct upgrade *u = userdata;
	char why[ERR_MESSAGE_MAX + 64];

	if (result >= 0) {
		take_version(u, out);
		go_to(u, slow_down);
		return;
	}
	(void)snprintf(why, sizeof(why), "the new program cannot take over: %s", e->message);
	refuse(u, why, errors);
}

/* The very state, read for nothing. */
static void
try_state(struct upgrade *u)
{
	_cleanup_(handover_done) struct handover h = { 0 };
	_cleanup_(closep) int fd = -1;
	char check[32];
	char *argv[] = { u->program->path, check, NULL };
	struct err e = { 0 };
	int r;

	(void)snprintf(check, sizeof(check), "--resume-check=%d", RESUME_FD);
	agent_save(u->agent, &u->later, &h, clock_now());
	r = handover_memfd(&h.state, &fd, &e);
	if (r >= 0)
		r = trial_start(
		    u->agent->loop, argv, fd, u->limit, on_state_tried, u, &u->trial, &e);
	if (r < 0)
		refuse(u, e.message, "");
}

static void
on_conf_tried(void *userdata, int result, const char *out, const char *errors, const struct err *e)
{
	struct upgrade *u = userdata;
	char why[ERR_MESSAGE_MAX + 64];

	(void)out;
	if (result >= 0) {
		go_to(u, try_state);
		return;
	}
	(void)snprintf(
	    why, sizeof(why), "the new program refuses the configuration: %s", e->message);
	refuse(u, why, errors);
}

/* The file, which the next start will take. */
static void
try_conf(struct upgrade *u)
{
	char *path = xstrdup(conf_name(u->agent->generation->loaded));
	char check[] = "--check", config[] = "--config";
	char *argv[] = { u->program->path, check, config, path, NULL };
	struct err e = { 0 };

	if (trial_start(u->agent->loop, argv, -1, u->limit, on_conf_tried, u, &u->trial, &e) < 0)
		refuse(u, e.message, "");
	free(path);
}

/* ---- the request ---- */

/* NULL: nothing stands against it. */
static const char *
obstacle(const struct upgrade *u)
{
	const struct agent *a = u->agent;

	if (u->runs)
		return "an upgrade is under way already";
	if (a->stopping)
		return "nearcastd is about to end";
	if (a->leaving_count > 0)
		return "a service that a reload took away is still being withdrawn: try again";
	if (reload_waits(a))
		return "a reload waits to be confirmed: nearcast confirm keeps it";
	if (u->program->path == NULL)
		return "the program's file is not known (/proc/self/exe)";
	return NULL;
}

bool
upgrade_is_under_way(const struct upgrade *u)
{
	return u->runs;
}

json_t *
agent_answer_upgrade(void *userdata, const json_t *request, struct err *e)
{
	struct agent *a = userdata;
	struct upgrade *u = a->upgrade;
	const json_t *limit = json_object_get(request, "timeout_ms");
	const char *why = obstacle(u);

	if (limit && (json_integer_value(limit) < 1 ||
			 json_integer_value(limit) > duration_ms(TRIAL_LIMIT_MAX))) {
		(void)err_set(
		    e, -ERANGE, "timeout_ms: expected 1 to %d", (int)duration_ms(TRIAL_LIMIT_MAX));
		return NULL;
	}
	if (json_is_true(json_object_get(request, "if_changed")) && !program_is_another(u->program))
		return json_pack("{s:s, s:s}", "outcome", "same", "from", NEARCAST_VERSION);
	if (why != NULL)
		return json_pack("{s:s, s:s, s:s, s:n}", "outcome", "refused", "from",
		    NEARCAST_VERSION, "why", why, "errors");
	u->runs = true;
	u->force = json_is_true(json_object_get(request, "force"));
	u->limit = limit ? DURATION_MS(json_integer_value(limit)) : TRIAL_LIMIT;
	control_defer(a->asking, &u->later);
	control_wait(&u->later, DURATION_S(180));
	agent_tell(a, LOG_LEVEL_NOTICE,
	    &(struct event){
		.kind = EVENT_UPGRADE_STARTED, .what = "upgrade begins", .why = u->program->path },
	    "");
	go_to(u, try_conf);
	return NULL;
}

/* ---- afterwards ---- */

/* Whether the file says something else than what runs. */
static bool
file_differs(const struct agent *a)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(conf_freep) struct conf *loaded = NULL;
	const struct conf *runs = a->generation->loaded;

	return conf_load_file(conf_name(runs), &agent_conf_schema, &loaded, &errors) < 0 ||
	       strcmp(conf_text(loaded), conf_text(runs)) != 0;
}

static void
tell(struct upgrade *u)
{
	struct agent *a = u->agent;
	struct announcer_kept_sessions kept = announcer_kept_sessions(a->announcer);
	struct duration gap = instant_diff(clock_now(), u->saved);
	bool differs = file_differs(a);
	char why[256];

	(void)snprintf(why, sizeof(why), "from %s, %.1f ms, %zu of %zu sessions kept", u->from,
	    duration_ms_f(gap), kept.established - kept.lost, kept.established);
	agent_tell(a, LOG_LEVEL_NOTICE,
	    &(struct event){ .kind = EVENT_UPGRADE_DONE,
		.what = "nearcastd " NEARCAST_VERSION " goes on",
		.why = why },
	    "");
	reply(u, json_pack("{s:s, s:s, s:s, s:f, s:I, s:I, s:b}", "outcome", "upgraded", "from",
		     u->from, "to", NEARCAST_VERSION, "gap_ms", duration_ms_f(gap), "sessions",
		     (json_int_t)kept.established, "lost", (json_int_t)kept.lost, "file_differs",
		     (int)differs));
}

struct control_later *
upgrade_asker(struct upgrade *u)
{
	return &u->later;
}

void
upgrade_is_over(struct upgrade *u, const struct past *p)
{
	(void)snprintf(u->from, sizeof(u->from), "%s", p->program);
	u->saved = p->base;
	go_to(u, tell);
}

int
upgrade_new(struct agent *a, const struct program *program, struct upgrade **ret, struct err *e)
{
	struct upgrade *u = xcalloc(1, sizeof(*u));
	int r = timer_init(&u->timer, a->loop, on_look);

	u->agent = a;
	u->program = program;
	if (r >= 0)
		r = sd_event_add_defer(a->loop, &u->next, on_next, u);
	if (r >= 0)
		r = sd_event_source_set_enabled(u->next, SD_EVENT_OFF);
	if (r < 0) {
		upgrade_free(u);
		return err_errno(e, r, "event loop");
	}
	*ret = u;
	return 0;
}

void
upgrade_free(struct upgrade *u)
{
	if (u == NULL)
		return;
	control_forget(&u->later);
	trial_free(u->trial);
	(void)sd_event_source_disable_unref(u->next);
	timer_done(&u->timer);
	free(u);
}
