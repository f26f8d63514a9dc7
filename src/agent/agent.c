#include "agent/agent_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "agent/agent_state.h"
#include "agent/unable.h"
#include "base/alloc.h"
#include "base/log.h"

/* What `systemctl status` shows. */
static void
notify_status(struct agent *a)
{
	size_t announced = 0, total = 0, up = 0;

	for (size_t i = 0; i < a->service_count; i++) {
		const struct hosted *h = a->services[i];

		total += h->conf->address_count;
		for (size_t k = 0; k < h->conf->address_count; k++)
			announced += hosted_told(h, k).count > 0;
	}
	for (size_t i = 0; i < a->neighbor_count; i++)
		up += a->established[i];
	if (announced == a->announced_count && up == a->established_count)
		return;
	a->announced_count = announced;
	a->established_count = up;
	(void)sd_notifyf(false,
	    "STATUS=%zu of %zu addresses announced, %zu of %zu neighbors established", announced,
	    total, up, a->conf->neighbors.count);
}

static void
release_end_of_rib(struct agent *a)
{
	if (a->end_of_rib_released)
		return;
	for (size_t i = 0; i < a->service_count; i++) {
		if (!service_is_decided(a->services[i]->engine))
			return;
	}
	a->end_of_rib_released = true;
	announcer_release_end_of_rib(a->announcer);
}

/* Looks at everything, so not for each of the many things that one turn may change. */
static int
on_turn_end(sd_event_source *source, void *userdata)
{
	struct agent *a = userdata;

	(void)source;
	agent_bury(a);
	notify_status(a);
	release_end_of_rib(a);
	follower_note_change(a->follower);
	return 0;
}

void
agent_service_changed(struct agent *a)
{
	(void)sd_event_source_set_enabled(a->turn, SD_EVENT_ONESHOT);
}

static void
on_announcer_stopped(void *userdata)
{
	struct agent *a = userdata;

	if (a->conf->on_exit == AGENT_EXIT_WITHDRAW)
		run_mark_clear(a->mark);
	agent_tell(a, LOG_LEVEL_INFO,
	    &(struct event){
		.kind = EVENT_AGENT_ENDED, .what = "nearcastd ends", .why = a->end_why },
	    "");
	(void)sd_event_exit(a->loop, 0);
}

static bool
all_done(const struct agent *a)
{
	for (size_t i = 0; i < a->service_count; i++) {
		if (!a->services[i]->is_done)
			return false;
	}
	for (size_t i = 0; i < a->leaving_count; i++) {
		if (!a->leaving[i]->is_done)
			return false;
	}
	return true;
}

void
agent_service_done(struct hosted *h)
{
	struct agent *a = h->agent;

	h->is_done = true;
	if (!a->stopping || !all_done(a))
		return;
	/* keep says nothing to the neighbors: sessions just end with the process */
	if (a->conf->on_exit == AGENT_EXIT_KEEP) {
		on_announcer_stopped(a);
	} else {
		char text[128];

		(void)snprintf(text, sizeof(text), "nearcastd ends on %s", a->conf->host);
		announcer_stop(a->announcer, text, on_announcer_stopped, a);
	}
}

static void
log_one_unable(void *userdata, const struct agent_service *service, const struct agent_check *check,
    const char *why)
{
	(void)userdata;
	log_warning("service %s: check %s cannot run here: %s", service->name, check->name, why);
}

void
agent_log_unable(const struct agent *a)
{
	agent_each_unable(a->conf, log_one_unable, NULL);
}

static void
go_on(struct agent *a)
{
	struct past *past = TAKE(a->past);

	orders_load(a);
	for (size_t i = 0; i < a->service_count; i++)
		hosted_go_on(a->services[i]);
	follower_start(a->follower);
	for (size_t i = 0; i < a->service_count; i++)
		hosted_ask_again(a->services[i]);
	/* what a routing daemon was told is known, but not what it is made of */
	for (size_t i = 0; i < a->service_count && a->conf->announcer != AGENT_ANNOUNCER_SPEAKER;
	     i++)
		hosted_announce_again(a->services[i]);
	announcer_go_on(a->announcer);
	upgrade_is_over(a->upgrade, past);
	agent_service_changed(a);
	(void)sd_notify(false, "READY=1");
}

void
agent_start(struct agent *a)
{
	char why[512];

	run_mark_keep(a->mark);
	if (a->past != NULL) {
		go_on(a);
		return;
	}
	if (a->cold_why != NULL)
		agent_tell(a, LOG_LEVEL_ERROR,
		    &(struct event){ .kind = EVENT_UPGRADE_FAILED,
			.what = "nearcastd " NEARCAST_VERSION " starts cold",
			.why = a->cold_why },
		    "");
	(void)snprintf(why, sizeof(why), "host=%.250s site=%.63s services=%zu neighbors=%zu",
	    a->conf->host, a->conf->site, a->conf->services.count, a->conf->neighbors.count);
	agent_tell(a, LOG_LEVEL_INFO,
	    &(struct event){ .kind = EVENT_AGENT_STARTED,
		.what = "nearcastd " NEARCAST_VERSION " starts",
		.why = why },
	    "");
	agent_log_unable(a);
	orders_load(a);
	for (size_t i = 0; i < a->service_count; i++)
		hosted_start(a->services[i]);
	follower_start(a->follower);
	(void)sd_notify(false, "READY=1");
}

void
agent_stop(struct agent *a, const char *why)
{
	if (a->stopping) {
		log_warning("%s again: ends at once", why);
		(void)sd_event_exit(a->loop, 1);
		return;
	}
	a->stopping = true;
	(void)snprintf(a->end_why, sizeof(a->end_why), "%s", why);
	agent_tell(a, LOG_LEVEL_INFO,
	    &(struct event){ .kind = EVENT_AGENT_STOPPING, .what = "nearcastd stops", .why = why },
	    a->conf->on_exit == AGENT_EXIT_KEEP ? " on-exit=keep" : " on-exit=withdraw");
	(void)sd_notify(false, "STOPPING=1");
	for (size_t i = 0; i < a->service_count; i++) {
		struct service_event ev = { .type = SERVICE_EVENT_STOP };

		hosted_take(a->services[i], &ev, clock_now());
	}
}

void
agent_fill_neighbors(struct agent *a)
{
	const struct agent_neighbor *confs = a->conf->neighbors.items;
	_cleanup_(freep) struct neighbor_conf *old = a->neighbors;
	_cleanup_(freep) bool *established = a->established;
	size_t old_count = a->neighbor_count;

	a->neighbor_count = a->conf->neighbors.count;
	a->neighbors = xcalloc(a->neighbor_count + 1, sizeof(*a->neighbors));
	a->established = xcalloc(a->neighbor_count + 1, sizeof(*a->established));
	for (size_t i = 0; i < a->neighbor_count; i++) {
		a->neighbors[i] = agent_neighbor_conf(a->conf, &confs[i]);
		for (size_t k = 0; k < old_count; k++) {
			if (strcmp(old[k].name, confs[i].name) == 0)
				a->established[i] = established[k];
		}
	}
}

static void
fill_services(struct agent *a)
{
	const struct agent_service *confs = a->conf->services.items;

	a->services = xcalloc(a->conf->services.count + 1, sizeof(struct hosted *));
	for (size_t i = 0; i < a->conf->services.count; i++)
		a->services[a->service_count++] =
		    hosted_new(a, a->generation, &confs[i], a->started);
}

static int
open_turn(struct agent *a, struct err *e)
{
	int r = sd_event_add_defer(a->loop, &a->turn, on_turn_end, a);

	if (r >= 0)
		r = sd_event_source_set_enabled(a->turn, SD_EVENT_OFF);
	return r < 0 ? err_errno(e, r, "event loop") : 0;
}

/* The configuration that is to run, which need not be the one of the file. */
static int
choose_configuration(struct agent *a, struct conf *loaded, struct err *e)
{
	const struct agent_conf *conf = conf_root(loaded);
	int r = state_dir_new(a->loop, conf->state_directory, &a->state, e);

	if (r < 0) {
		conf_free(loaded);
		return r;
	}
	r = follower_new(a, &a->follower, e);
	if (r < 0) {
		conf_free(loaded);
		return r;
	}
	a->generation = reload_new(a, loaded);
	if (a->past == NULL) { /* what ran before was merged then */
		a->generation = follower_complete(a->follower, a->generation);
		follower_commit(a->follower);
	}
	a->first = generation_ref(a->generation);
	a->conf = a->generation->conf;
	return reload_start(a, e);
}

int
agent_new(sd_event *loop, struct conf *loaded, const struct agent_origin *origin,
    struct agent **ret, struct err *e)
{
	struct agent *a = xcalloc(1, sizeof(*a));
	int r;

	a->loop = loop;
	a->log_level_is_given = origin->log_level_is_given;
	a->past = origin->past;
	a->cold_why = origin->cold_why;
	a->watcher = origin->watcher;
	a->started = clock_now();
	a->started_wall_ns = clock_wall_ns();
	a->conf_wall_ns = a->started_wall_ns;
	a->announced_count = a->established_count = SIZE_MAX;
	r = choose_configuration(a, loaded, e);
	if (r >= 0) {
		agent_fill_neighbors(a);
		fill_services(a);
		r = open_turn(a, e);
	}
	if (r >= 0)
		r = upgrade_new(a, origin->program, &a->upgrade, e);
	if (r >= 0 && a->past != NULL)
		r = agent_load(a, a->past, e);
	if (r >= 0)
		r = agent_open_drivers(a, e);
	if (r < 0) {
		agent_free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void
agent_free(struct agent *a)
{
	if (a == NULL)
		return;
	(void)sd_event_source_disable_unref(a->turn);
	upgrade_free(a->upgrade);
	agent_close_drivers(a);
	free(a->services);
	free(a->leaving);
	free(a->neighbors);
	free(a->established);
	follower_free(a->follower);
	reload_free(a->reload);
	generation_unref(a->generation);
	generation_unref(a->first);
	free(a);
}
