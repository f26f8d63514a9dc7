/*
 * From one configuration to the next while everything runs: what the plan calls the same is not
 * touched, and keeps the generation that it was made from.
 *
 * A service that changed gets an heir: another engine of the new configuration, which inherits what
 * is known (service_inherit()) and the places in the drivers. What no heir wants, of a service that
 * changed or of one that is gone, is left to one that does nothing but leave: it withdraws, waits
 * until that is written and has settled, and removes the addresses.
 *
 * What can be refused (locks of addresses, a configuration that no session can be made of) is done
 * first. Then withdraws come before everything else.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"

#define WHY_REMOVED "removed from the configuration"

/* ---- who comes ---- */

/* The services as they will be, by the plan's order; those that are removed are not among them. */
struct heirs {
	struct hosted **all; /* owned array; the kept ones and the heirs */
	size_t count;
	struct hosted **fresh; /* owned array of those among them that were made now */
	size_t fresh_count;
};

static void
heirs_done(struct heirs *h)
{
	free(h->all);
	free(h->fresh);
}

static struct hosted *
find_hosted(const struct agent *a, const char *name)
{
	for (size_t i = 0; i < a->service_count; i++) {
		if (strcmp(a->services[i]->conf->name, name) == 0)
			return a->services[i];
	}
	return NULL;
}

/* Places that it will take over are not asked of the drivers again. */
static void
reserve_places(const struct agent *a, struct hosted *heir)
{
	const struct hosted *old = find_hosted(a, heir->conf->name);
	uint32_t at;

	for (size_t i = 0; i < heir->conf->address_count; i++) {
		if (prefix_map_get(&a->place_index, hosted_prefix(heir, i), &at))
			heir->address_places[i] = at;
	}
	for (size_t l = 0; old && l < heir->engine->listener_count; l++) {
		size_t from = service_find_listener(old->engine, heir->engine, l);

		if (from != SERVICE_ALL)
			heir->socket_places[l] = old->socket_places[from];
	}
}

static int
make_heirs(struct agent *a, const struct plan *plan, struct heirs *ret, struct err *e)
{
	int r = 0;

	ret->all = xcalloc(plan->service_count + 1, sizeof(struct hosted *));
	ret->fresh = xcalloc(plan->service_count + 1, sizeof(struct hosted *));
	for (size_t i = 0; i < plan->service_count && r >= 0; i++) {
		const struct plan_service *s = &plan->services[i];
		struct hosted *h;

		if (s->fate == PLAN_REMOVED)
			continue;
		if (s->fate == PLAN_SAME) {
			ret->all[ret->count++] = find_hosted(a, s->is->name);
			continue;
		}
		h = hosted_new(a, a->generation, s->is, clock_now());
		ret->all[ret->count++] = ret->fresh[ret->fresh_count++] = h;
		r = hosted_init_timers(h, a->loop);
		reserve_places(a, h);
	}
	if (r < 0)
		return err_errno(e, r, "set a timer");
	return agent_take_places(a, ret->fresh, ret->fresh_count, e);
}

/* Those of the neighbors that have to be made or changed: whether they can be. */
static int
check_neighbors(const struct agent_conf *conf, const struct plan *plan, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < plan->neighbor_count && r >= 0; i++) {
		struct neighbor_conf n;

		if (plan->neighbors[i].is == NULL)
			continue;
		n = agent_neighbor_conf(conf, plan->neighbors[i].is);
		r = announcer_check_neighbor(&n, e);
	}
	return r;
}

/* ---- who inherits what ---- */

static void
move_place(struct places *places, size_t *from, size_t *to, struct hosted *heir, size_t index)
{
	struct place *place = &places->items[*from];

	place->hosted = heir;
	place->index = index;
	*to = *from;
	*from = NO_PLACE;
}

/* By check of the heir: whether its history says nothing of it. NULL: of another service. */
static bool *
find_anew(const struct hosted *from, const struct hosted *heir)
{
	const struct agent_check *checks = heir->conf->checks.items;
	bool *anew = xcalloc(heir->conf->checks.count + 1, sizeof(*anew));

	for (size_t i = 0; i < heir->conf->checks.count; i++) {
		const struct agent_check *old = plan_find_check(from->conf, checks[i].name);

		anew[i] = old == NULL || plan_check_is_anew(old, &checks[i]);
	}
	return anew;
}

static void
bequeath(struct agent *a, struct hosted *from, struct hosted *heir)
{
	_cleanup_(freep) bool *anew = find_anew(from, heir);

	service_inherit(heir->engine, from->engine, anew);
	if (strcmp(from->conf->name, heir->conf->name) == 0) { /* counters do not go back */
		heir->announcements = from->announcements;
		memcpy(heir->withdraw_counts, from->withdraw_counts, sizeof(from->withdraw_counts));
	}
	for (size_t i = 0; i < heir->conf->address_count; i++) {
		size_t at = service_find_address(from->engine, heir->conf->addresses[i]);

		if (at == SERVICE_ALL || from->address_places[at] == NO_PLACE)
			continue;
		heir->withdraws[i] = from->withdraws[at];
		heir->untold[i] = from->untold[at];
		heir->add_failed[i] = from->add_failed[at];
		move_place(&a->address_places, &from->address_places[at], &heir->address_places[i],
		    heir, i);
	}
	for (size_t l = 0; l < heir->engine->listener_count; l++) {
		size_t at = service_find_listener(from->engine, heir->engine, l);

		if (at != SERVICE_ALL)
			move_place(&a->socket_places, &from->socket_places[at],
			    &heir->socket_places[l], heir, l);
	}
	for (size_t r = 0; r < heir->engine->run_count; r++) {
		size_t at = service_find_run(from->engine, heir->engine, r, anew);

		if (at != SERVICE_ALL)
			runner_inherit(heir->runners[r], from->runners[at]);
	}
}

/* ---- who leaves ---- */

/* What no heir took of a service; NULL: nothing. */
static struct agent_service *
rest_of(const struct hosted *h)
{
	struct agent_service *rest = xcalloc(1, sizeof(*rest));

	*rest = *h->conf;
	rest->addresses = xcalloc(h->conf->address_count + 1, sizeof(*rest->addresses));
	rest->address_count = rest->checks.count = rest->listen.count = 0;
	rest->drain_file = NULL;
	for (size_t i = 0; i < h->conf->address_count; i++) {
		if (h->address_places[i] != NO_PLACE)
			rest->addresses[rest->address_count++] = h->conf->addresses[i];
	}
	if (rest->address_count > 0)
		return rest;
	free(rest->addresses);
	free(rest);
	return NULL;
}

static void
add_leaving(struct agent *a, struct hosted *h)
{
	a->leaving = xrealloc(a->leaving, (a->leaving_count + 1) * sizeof(struct hosted *));
	a->leaving[a->leaving_count++] = h;
}

/* The service is no more: what is left of it leaves. */
static void
dissolve(struct agent *a, struct hosted *h)
{
	struct agent_service *rest = rest_of(h);

	if (rest) {
		struct hosted *leaving = hosted_new(a, h->generation, rest, clock_now());

		leaving->rest = rest;
		leaving->engine->conf.keep_on_exit = false;
		if (hosted_init_timers(leaving, a->loop) < 0)
			log_error(
			    "service %s: set a timer", rest->name); /* it goes without pause */
		bequeath(a, h, leaving);
		leaving->engine->drain = (struct drain){ 0 };
		leaving->engine->hold = (struct service_hold){ 0 };
		add_leaving(a, leaving);
	}
	agent_give_places(a, h);
	hosted_free(h);
}

/* Whether an heir took something of it. */
static bool
is_robbed(const struct hosted *h)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		if (h->address_places[i] == NO_PLACE)
			return true;
	}
	return false;
}

static bool
is_among(const struct hosted *h, struct hosted *const *all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (all[i] == h)
			return true;
	}
	return false;
}

/* The old services and those that leave, each to its heirs and out of the way. */
static void
divide_up(struct agent *a, struct heirs *heirs)
{
	size_t leaving_count = a->leaving_count, old_count = a->service_count;
	_cleanup_(freep) struct hosted **leaving = TAKE(a->leaving), **old = TAKE(a->services);

	a->leaving_count = 0;
	a->services = TAKE(heirs->all);
	a->service_count = heirs->count;
	for (size_t i = 0; i < leaving_count; i++) {
		for (size_t k = 0; k < heirs->fresh_count; k++)
			bequeath(a, leaving[i], heirs->fresh[k]);
		if (is_robbed(leaving[i]))
			dissolve(a, leaving[i]);
		else
			add_leaving(a, leaving[i]);
	}
	for (size_t i = 0; i < old_count; i++) {
		if (is_among(old[i], a->services, a->service_count))
			continue;
		for (size_t k = 0; k < heirs->fresh_count; k++)
			bequeath(a, old[i], heirs->fresh[k]);
		dissolve(a, old[i]);
	}
}

void
agent_bury(struct agent *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->leaving_count; i++) {
		struct hosted *h = a->leaving[i];

		if (!h->is_done || h->taking) {
			a->leaving[kept++] = h;
			continue;
		}
		for (size_t k = 0; k < h->conf->address_count; k++)
			announcer_unwatch(a->announcer, hosted_prefix(h, k));
		agent_give_places(a, h);
		hosted_free(h);
	}
	a->leaving_count = kept;
}

/* ---- neighbors ---- */

static void
remove_neighbors(struct agent *a, const struct plan *plan)
{
	for (size_t i = 0; i < plan->neighbor_count; i++) {
		const struct plan_neighbor *n = &plan->neighbors[i];
		char text[128];

		if (n->fate != PLAN_REMOVED && n->fate != PLAN_ANEW)
			continue;
		(void)snprintf(text, sizeof(text),
		    n->fate == PLAN_REMOVED ? "%s has this neighbor no more"
					    : "%s has changed this session: it starts anew",
		    a->conf->host);
		announcer_remove_neighbor(a->announcer, n->was->name, text);
	}
}

static void
adjust_neighbors(struct agent *a, const struct plan *plan)
{
	for (size_t i = 0; i < plan->neighbor_count; i++) {
		struct neighbor_conf conf;

		if (plan->neighbors[i].fate != PLAN_CHANGED)
			continue;
		conf = agent_neighbor_conf(a->conf, plan->neighbors[i].is);
		announcer_adjust_neighbor(a->announcer, &conf);
	}
}

/* Whether there are any. */
static bool
add_neighbors(struct agent *a, const struct plan *plan)
{
	bool any = false;

	for (size_t i = 0; i < plan->neighbor_count; i++) {
		const struct plan_neighbor *n = &plan->neighbors[i];
		struct neighbor_conf conf;
		struct err e = { 0 };

		if (n->fate != PLAN_ADDED && n->fate != PLAN_ANEW)
			continue;
		conf = agent_neighbor_conf(a->conf, n->is);
		if (announcer_add_neighbor(a->announcer, &conf, &e) < 0)
			log_error("%s", e.message);
		any = true;
	}
	return any;
}

/* ---- all of it ---- */

/* What every service has of the agent as a whole; heirs were made with it. */
static void
take_settings(struct agent *a, const struct plan *plan, const struct agent_conf *was)
{
	struct err e = { 0 };

	for (size_t i = 0; i < a->service_count; i++) {
		struct service_conf *conf = &a->services[i]->engine->conf;

		conf->keep_on_exit = a->conf->on_exit == AGENT_EXIT_KEEP;
		conf->settle_time = a->conf->settle_time;
	}
	if (duration_cmp(was->listen_poll, a->conf->listen_poll) != 0)
		socket_watch_set_poll(a->sockets, a->conf->listen_poll);
	if (plan->hooks_differ && agent_open_hooks(a, &e) < 0)
		log_error("hooks: %s; those of before go on", e.message);
	if (!endpoint_equal(was->metrics.listen, a->conf->metrics.listen))
		agent_open_metrics(a);
	identity_look_again(a->identity);
	if (!a->log_level_is_given)
		log_set_level((enum log_level)a->conf->log_level);
}

static void
tell_all(
    struct hosted *const *services, size_t count, enum service_event_type type, const char *why)
{
	for (size_t i = 0; i < count; i++) {
		struct service_event ev = { .type = type, .why = why };

		hosted_take(services[i], &ev, clock_now());
	}
}

/* Nothing of it differs, but it came from the file and comes from the controller now, or back. */
static void
take_origins(struct agent *a, const struct plan *plan)
{
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *s = &plan->services[i];

		if (s->fate == PLAN_SAME && s->is->is_foreign != s->was->is_foreign)
			hosted_set_origin(find_hosted(a, s->is->name), s->is->is_foreign);
	}
}

/* Which can not fail any more. */
static void
take_over(struct agent *a, const struct plan *plan, struct heirs *heirs)
{
	divide_up(a, heirs);
	for (size_t i = 0; i < plan->service_count; i++) {
		if (plan->services[i].fate == PLAN_REMOVED)
			orders_forget(a, plan->services[i].was->name);
	}
	tell_all(a->leaving, a->leaving_count, SERVICE_EVENT_STOP, WHY_REMOVED);
	take_origins(a, plan);
	remove_neighbors(a, plan);
	agent_fill_neighbors(a);
	adjust_neighbors(a, plan);
	for (size_t i = 0; i < heirs->fresh_count; i++)
		agent_watch_from_elsewhere(a, heirs->fresh[i]);
	tell_all(heirs->fresh, heirs->fresh_count, SERVICE_EVENT_START, "in the configuration now");
	for (size_t i = 0; i < heirs->fresh_count; i++) {
		orders_look_at_file(heirs->fresh[i]);
		hosted_ask_again(heirs->fresh[i]);
	}
	if (add_neighbors(a, plan)) {
		for (size_t i = 0; i < a->service_count; i++)
			hosted_announce_again(a->services[i]);
	} else {
		for (size_t i = 0; i < heirs->fresh_count; i++)
			hosted_announce_again(heirs->fresh[i]);
	}
	announcer_flush(a->announcer);
}

int
agent_succeed(
    struct agent *a, const struct plan *plan, struct generation *generation, struct err *e)
{
	_cleanup_(heirs_done) struct heirs heirs = { 0 };
	struct generation *old = a->generation;
	int r;

	agent_bury(a);
	a->generation = generation;
	a->conf = generation->conf;
	r = check_neighbors(a->conf, plan, e);
	if (r >= 0)
		r = make_heirs(a, plan, &heirs, e);
	if (r < 0) {
		for (size_t i = 0; i < heirs.fresh_count; i++)
			hosted_free(heirs.fresh[i]);
		a->generation = old;
		a->conf = old->conf;
		generation_unref(generation);
		return r;
	}
	take_settings(a, plan, old->conf);
	take_over(a, plan, &heirs);
	generation_unref(old);
	agent_service_changed(a);
	return 0;
}
