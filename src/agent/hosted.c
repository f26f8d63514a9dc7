/* A service's engine between its drivers: events in, actions carried out, then said. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"

static void
withdraw(struct hosted *h, const struct service_action *action, struct instant heard)
{
	struct withdraw_record *record = &h->withdraws[action->index];

	/* the record first: the announcer mostly tells before it returns that all is written */
	*record =
	    (struct withdraw_record){ .has = true, .grounds = action->grounds, .heard = heard };
	h->untold[action->index] = false;
	announcer_withdraw(h->agent->announcer, hosted_prefix(h, action->index));
	h->withdraw_counts[action->grounds]++;
	record->at = clock_now();
	record->at_wall_ns = clock_wall_ns();
	utf8_format(record->why, sizeof(record->why), "%s", action->why);
}

static void
announce(struct hosted *h, size_t at)
{
	const struct agent_override *overrides = h->conf->neighbors.items;
	enum stage stage = h->engine->addresses[at].stage;
	struct ip address = h->conf->addresses[at];
	struct announcement announcement = {
		.prefix = prefix_host(address),
		.attributes = agent_attributes(h->conf, NULL, address, stage),
		.overrides = h->overrides,
		.override_count = h->conf->neighbors.count,
	};
	struct err e = { 0 };

	for (size_t i = 0; i < h->conf->neighbors.count; i++)
		h->overrides[i] = (struct announcement_override){ overrides[i].name,
			agent_attributes(h->conf, &overrides[i], address, stage) };
	h->untold[at] = false;
	if (announcer_set(h->agent->announcer, &announcement, &e) < 0)
		log_error("service %s: cannot announce: %s", h->conf->name, e.message);
	else
		h->announcements++;
}

void
hosted_announce_again(struct hosted *h)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		uint64_t announcements = h->announcements;
		bool untold = h->untold[i];

		if (h->engine->addresses[i].stage == STAGE_WITHDRAWN)
			continue;
		announce(h, i);
		h->untold[i] = untold; /* that is still to be said */
		h->announcements = announcements;
	}
}

static void
add_address(struct hosted *h, size_t address)
{
	struct service_event ev = { .type = SERVICE_EVENT_ADDRESS, .index = address };
	size_t place = h->address_places[address];
	struct err e = { 0 };
	int r;

	h->was_there[address] = addresses_is_present(h->agent->addresses, place);
	r = addresses_add(h->agent->addresses, place, &e);
	if (r == -EINPROGRESS)
		return; /* that it is there will be told */
	identity_look(h->agent->identity, place, -1);
	ev.present = r == 0;
	ev.why = e.message;
	if (!ev.present && !h->add_failed[address])
		log_warning("service %s: %s", h->conf->name, e.message);
	hosted_take(h, &ev, clock_now());
}

static void
remove_address(struct hosted *h, size_t address)
{
	struct err e = { 0 };
	int r = addresses_remove(h->agent->addresses, h->address_places[address], &e);
	char text[PREFIX_STR_MAX];

	identity_look(h->agent->identity, h->address_places[address], -1);
	if (r < 0)
		log_warning("service %s: %s", h->conf->name, e.message);
	else if (r > 0)
		log_info("service %s: %s was there before nearcastd and stays", h->conf->name,
		    prefix_format(hosted_prefix(h, address), text));
}

static void
on_guard(void *userdata, size_t index, const struct guard_answer *answer)
{
	struct service_event ev = {
		.type = SERVICE_EVENT_GUARD, .index = index, .answer = *answer
	};

	hosted_take(userdata, &ev, clock_now());
}

/* What the controller has given is asked of it; what stands in the file, by the local rule. */
static struct guard *
guard_of(const struct hosted *h)
{
	return h->is_foreign ? follower_guard(h->agent->follower) : &guard_alone;
}

static void
ask_guard(struct hosted *h, size_t address, const char *why)
{
	struct guard *guard = guard_of(h);
	struct guard_question question = { .index = address,
		.service = h->conf->name,
		.address = h->conf->addresses[address],
		.why = why,
		.policy = h->engine->conf.guard };

	guard->ask(guard, &question, on_guard, h);
}

static void
forget_guard(struct hosted *h, size_t address)
{
	struct guard *guard = guard_of(h);

	if (guard->forget != NULL)
		guard->forget(guard, h, address);
}

void
hosted_set_origin(struct hosted *h, bool is_foreign)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		if (h->engine->addresses[i].leave.state == LEAVE_ASKED)
			forget_guard(h, i);
	}
	h->is_foreign = is_foreign;
	hosted_ask_again(h);
}

void
hosted_ask_again(struct hosted *h)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		const struct service_address *sa = &h->engine->addresses[i];

		if (sa->leave.state == LEAVE_ASKED)
			ask_guard(h, i, sa->why);
	}
}

static void
act(struct hosted *h, const struct service_action *action, struct instant heard)
{
	switch (action->type) {
	case SERVICE_WITHDRAW:
		withdraw(h, action, heard);
		break;
	case SERVICE_ANNOUNCE:
		announce(h, action->index);
		break;
	case SERVICE_ADD_ADDRESS:
		add_address(h, action->index);
		break;
	case SERVICE_REMOVE_ADDRESS:
		remove_address(h, action->index);
		break;
	case SERVICE_RUN_CHECK:
		runner_run_now(h->runners[action->index]);
		break;
	case SERVICE_ASK_GUARD:
		ask_guard(h, action->index, action->why);
		break;
	case SERVICE_FORGET_GUARD:
		forget_guard(h, action->index);
		break;
	case SERVICE_DRAINS:
	case SERVICE_DRAINED:
	case SERVICE_UNDRAINED:
	case SERVICE_HELD:
	case SERVICE_RELEASED:
	case SERVICE_NOTE:
	case SERVICE_DAMPED:
	case SERVICE_REFUSED:
	case SERVICE_DONE:
		break;
	}
}

struct neighbor_share
hosted_told(const struct hosted *h, size_t address)
{
	return announcer_told(h->agent->announcer, hosted_prefix(h, address));
}

struct announcer_kept
hosted_kept(const struct hosted *h, size_t address)
{
	return announcer_kept(h->agent->announcer, hosted_prefix(h, address));
}

/* True when it leads to anything: most results of checks do not. */
static bool
take_one(struct hosted *h, const struct queued_event *q)
{
	struct service_event ev = q->event;
	bool done = false, ordered = false;

	ev.why = q->why[0] ? q->why : NULL;
	if (ev.type == SERVICE_EVENT_CHECK)
		ev.result.why = q->why;
	service_input(h->engine, &ev, clock_now(), &h->actions);
	for (size_t i = 0; i < h->actions.count; i++)
		act(h, &h->actions.items[i], q->heard);
	if (h->actions.count > 0) /* most checks change nothing */
		announcer_flush(h->agent->announcer);
	for (size_t i = 0; i < h->actions.count; i++) {
		hosted_say(h, &h->actions.items[i], q->heard);
		done |= h->actions.items[i].type == SERVICE_DONE;
		ordered |= service_action_is_order(h->actions.items[i].type);
	}
	if (ordered)
		orders_save(h);
	if (done)
		agent_service_done(h);
	return h->actions.count > 0 || ev.type != SERVICE_EVENT_CHECK;
}

void
hosted_take(struct hosted *h, const struct service_event *event, struct instant heard)
{
	struct queued_event *q;
	const char *why = event->type == SERVICE_EVENT_CHECK ? event->result.why : event->why;
	bool changed = false;

	h->queue = grow_array(h->queue, h->queue_count, &h->queue_cap, sizeof(*h->queue));
	q = &h->queue[h->queue_count++];
	*q = (struct queued_event){ .event = *event, .heard = heard };
	utf8_format(q->why, sizeof(q->why), "%s", why ? why : "");
	if (h->taking)
		return; /* whoever takes now takes this one next */
	h->taking = true;
	for (size_t i = 0; i < h->queue_count; i++) {
		struct queued_event one = h->queue[i]; /* the array may move */

		changed |= take_one(h, &one);
	}
	h->queue_count = 0;
	h->taking = false;
	timer_set(&h->deadline, service_deadline(h->engine));
	counting_look(h);
	if (changed) /* what then looks at every service is not for each of a thousand checks */
		agent_service_changed(h->agent);
}

void
hosted_start(struct hosted *h)
{
	struct service_event ev = { .type = SERVICE_EVENT_START };

	orders_restore(h);
	hosted_take(h, &ev, clock_now());
}

void
hosted_take_announced(struct hosted *h, size_t address)
{
	/* told from inside of announcer_flush() it is said with the rest */
	if (!h->untold[address])
		return;
	hosted_say_announced(h, address);
	agent_service_changed(h->agent);
}

void
hosted_take_withdrawn(struct hosted *h, size_t address, const struct withdraw_result *result)
{
	struct service_event ev = { .type = SERVICE_EVENT_FLUSHED, .index = address };
	struct withdraw_record *w = &h->withdraws[address];

	w->flushed = true;
	w->result = *result;
	if (result->written.count > 0)
		histogram_add(
		    &h->agent->counters.withdraws[w->grounds], instant_diff(result->at, w->heard));
	/* told from inside of announcer_flush() it is said with the rest */
	if (w->waits)
		hosted_say_withdrawn(h, address);
	hosted_take(h, &ev, result->at);
}

static void
on_deadline(struct timer *t, struct instant now)
{
	struct hosted *h = container_of(t, struct hosted, deadline);
	struct service_event ev = { .type = SERVICE_EVENT_TIME };

	hosted_take(h, &ev, now);
}

static size_t *
no_places(size_t count)
{
	size_t *places = xcalloc(count + 1, sizeof(*places));

	for (size_t i = 0; i < count; i++)
		places[i] = NO_PLACE;
	return places;
}

/* The part of the configuration that decides; what it borrows is filled before. */
static struct service_conf
engine_conf(const struct hosted *h)
{
	const struct agent_service *conf = h->conf;
	const struct agent_damping *damping = &conf->damping;

	return (struct service_conf){ .name = conf->name,
		.addresses = conf->addresses,
		.address_count = conf->address_count,
		.listens = h->listen_names,
		.listen_count = conf->listen.count,
		.listen_grace = conf->listen_grace,
		.checks = h->check_confs,
		.check_count = conf->checks.count,
		.checks_needed = conf->checks_needed,
		.ladder = { .when_failing = (enum stage)conf->when_failing,
		    .backup_time = conf->backup_time,
		    .stage_time = conf->stage_time,
		    .when_draining = (enum stage)conf->when_draining,
		    .drain_time = conf->drain_time,
		    .when_refused = conf->guard.when_refused == 0 ? STAGE_BACKUP : STAGE_PREFERRED,
		    .exit_time = conf->exit_time },
		.damping = { damping->hold_down, damping->hold_down_max, damping->half_life },
		.guard = { .min_sites = conf->guard.min_sites,
		    .when_alone = (enum guard_alone)conf->guard.when_alone },
		.keep_on_exit = h->agent->conf->on_exit == AGENT_EXIT_KEEP,
		.settle_time = h->agent->conf->settle_time };
}

struct hosted *
hosted_new(struct agent *a, struct generation *generation, const struct agent_service *conf,
    struct instant now)
{
	const struct agent_check *checks = conf->checks.items;
	struct hosted *h = xcalloc(1, sizeof(*h));
	struct service_conf engine;

	h->agent = a;
	h->conf = conf;
	h->generation = generation_ref(generation);
	h->is_foreign = conf->is_foreign;
	h->listen_names = xcalloc(conf->listen.count + 1, sizeof(*h->listen_names));
	for (size_t i = 0; i < conf->listen.count; i++)
		h->listen_names[i] = conf->listens[i].text;
	h->check_confs = xcalloc(conf->checks.count + 1, sizeof(*h->check_confs));
	for (size_t i = 0; i < conf->checks.count; i++)
		h->check_confs[i] = (struct service_check_conf){ .name = checks[i].name,
			.policy = { checks[i].rise, checks[i].fall, checks[i].interval,
			    checks[i].fast_interval },
			.each_address = checks[i].each_address,
			.scope = (enum check_scope)checks[i].scope };
	engine = engine_conf(h);
	h->engine = service_new(&engine, now);
	h->address_places = no_places(conf->address_count);
	h->socket_places = no_places(h->engine->listener_count);
	h->runners = xcalloc(h->engine->run_count + 1, sizeof(struct runner *));
	h->withdraws = xcalloc(conf->address_count, sizeof(*h->withdraws));
	h->untold = xcalloc(conf->address_count, sizeof(*h->untold));
	h->add_failed = xcalloc(conf->address_count, sizeof(*h->add_failed));
	h->was_there = xcalloc(conf->address_count, sizeof(*h->was_there));
	h->overrides = xcalloc(conf->neighbors.count + 1, sizeof(*h->overrides));
	return h;
}

int
hosted_init_timers(struct hosted *h, sd_event *loop)
{
	int r = timer_init(&h->deadline, loop, on_deadline);

	if (r >= 0)
		r = timer_init(&h->count_timer, loop, counting_on_time);
	if (r >= 0)
		r = orders_watch_file(h, loop);
	for (size_t i = 0; i < h->engine->run_count && r >= 0; i++)
		r = runner_new(h, i, &h->runners[i]);
	return r;
}

void
hosted_free(struct hosted *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->conf->address_count; i++) {
		if (h->engine->addresses[i].leave.state == LEAVE_ASKED)
			forget_guard(h, i);
	}
	for (size_t i = 0; i < h->engine->run_count; i++)
		runner_free(h->runners[i]);
	timer_done(&h->deadline);
	counting_forget(h);
	file_watch_free(h->drain_file);
	service_actions_done(&h->actions);
	service_free(h->engine);
	free(h->runners);
	free(h->withdraws);
	free(h->add_failed);
	free(h->was_there);
	free(h->untold);
	free(h->overrides);
	free(h->check_confs);
	free(h->listen_names);
	free(h->queue);
	free(h->address_places);
	free(h->socket_places);
	if (h->rest)
		free(h->rest->addresses);
	free(h->rest);
	generation_unref(h->generation);
	free(h);
}
