/* A service's engine between its drivers: events in, actions carried out, then said. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"

static struct prefix
prefix_of(const struct hosted *h, size_t address)
{
	return prefix_host(h->conf->addresses[address]);
}

static void
withdraw(struct hosted *h, const struct service_action *action, struct instant heard)
{
	struct withdraw_record *record = &h->withdraws[action->index];

	/* the record first: the announcer mostly tells before it returns that all is written */
	*record = (struct withdraw_record){
		.has = true, .definitive = action->definitive, .heard = heard
	};
	h->untold[action->index] = false;
	announcer_withdraw(h->agent->announcer, prefix_of(h, action->index));
	record->at = clock_now();
	record->at_wall_ns = clock_wall_ns();
	utf8_format(record->why, sizeof(record->why), "%s", action->why);
}

static void
announce(struct hosted *h, const struct service_action *action)
{
	struct announcement announcement = {
		.prefix = prefix_of(h, action->index),
		.attributes = agent_attributes(h->conf, h->conf->addresses[action->index]),
	};
	struct err e = { 0 };

	h->untold[action->index] = false;
	if (announcer_set(h->agent->announcer, &announcement, &e) < 0)
		log_error("service %s: cannot announce: %s", h->conf->name, e.message);
}

static void
add_address(struct hosted *h, size_t address)
{
	struct service_event ev = { .type = SERVICE_EVENT_ADDRESS, .index = address };
	struct err e = { 0 };
	int r = addresses_add(h->agent->addresses, h->address_places[address], &e);

	if (r == -EINPROGRESS)
		return; /* that it is there will be told */
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

	if (r < 0)
		log_warning("service %s: %s", h->conf->name, e.message);
	else if (r > 0)
		log_info("service %s: %s was there before nearcastd and stays", h->conf->name,
		    prefix_format(prefix_of(h, address), text));
}

static void
act(struct hosted *h, const struct service_action *action, struct instant heard)
{
	switch (action->type) {
	case SERVICE_WITHDRAW:
		withdraw(h, action, heard);
		break;
	case SERVICE_ANNOUNCE:
		announce(h, action);
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
	case SERVICE_NOTE:
	case SERVICE_DONE:
		break;
	}
}

/* "check front at 203.0.113.10: failing" */
static void
describe_run(const struct hosted *h, size_t index, char *buf, size_t size)
{
	const struct service_run *run = &h->engine->runs[index];
	char text[IP_STR_MAX];

	utf8_format(buf, size, "service %s: check %s%s%s %s", h->conf->name,
	    h->check_confs[run->check].name, run->address == SERVICE_ALL ? "" : " at ",
	    run->address == SERVICE_ALL ? "" : ip_format(h->conf->addresses[run->address], text),
	    verdict_name(run->state.verdict));
}

/* What became of adding an address; false when that was said before. */
static bool
describe_add(struct hosted *h, size_t address, const char *text, char *buf, size_t size)
{
	const struct addresses *addresses = h->agent->addresses;
	bool ours = addresses_is_ours(addresses, h->address_places[address]);
	bool failed = !ours && !addresses_is_present(addresses, h->address_places[address]);
	bool again = failed && h->add_failed[address];
	const char *outcome = failed ? "cannot be added"
			      : ours ? "added"
				     : "was there before and is left alone";

	h->add_failed[address] = failed;
	utf8_format(buf, size, "service %s: %s %s", h->conf->name, text, outcome);
	return !again;
}

struct neighbor_share
hosted_told(const struct hosted *h, size_t address)
{
	return announcer_told(h->agent->announcer, prefix_of(h, address));
}

/* That an address is announced counts from the first neighbor that has been told. */
static void
say_announced(struct hosted *h, size_t address)
{
	struct neighbor_share told = hosted_told(h, address);
	const char *why = h->engine->addresses[address].why;
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX];

	h->untold[address] = told.count == 0;
	(void)snprintf(what, sizeof(what), "service %s: %s %s", h->conf->name,
	    prefix_format(prefix_of(h, address), text),
	    told.count > 0 ? "announced" : "waits for a neighbor to be announced to");
	log_notice("%s: %s told=%zu neighbors=%zu", what, why, told.count, told.of);
	journal_add(&h->agent->journal, clock_now(), clock_wall_ns(), what, why);
}

/* That it is withdrawn counts from the moment at which no neighbor waits for it any more. */
static void
say_withdrawn(struct hosted *h, size_t address)
{
	struct withdraw_record *w = &h->withdraws[address];
	const struct neighbor_share *written = &w->result.written;
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX], took[64] = "";

	(void)prefix_format(prefix_of(h, address), text);
	w->waits = !w->flushed;
	if (w->waits) {
		struct neighbor_share left =
		    announcer_withdrawing(h->agent->announcer, prefix_of(h, address));

		(void)snprintf(what, sizeof(what), "service %s: %s withdraw waits to be written",
		    h->conf->name, text);
		log_warning("%s: %s definitive=%s waiting=%zu neighbors=%zu", what, w->why,
		    w->definitive ? "yes" : "no", left.count, left.of);
	} else {
		(void)snprintf(
		    what, sizeof(what), "service %s: %s withdrawn", h->conf->name, text);
		if (written->count > 0)
			(void)snprintf(took, sizeof(took), " noticed_to_written_us=%lld",
			    (long long)(instant_diff(w->result.at, w->heard).ns / NS_PER_US));
		log_notice("%s: %s definitive=%s written=%zu neighbors=%zu%s", what, w->why,
		    w->definitive ? "yes" : "no", written->count, written->of, took);
	}
	journal_add(&h->agent->journal, clock_now(), clock_wall_ns(), what, w->why);
}

/* Into the journal and the log, after it was done. */
static void
say(struct hosted *h, const struct service_action *action, struct instant heard)
{
	struct agent *a = h->agent;
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX] = "";
	int64_t wall = clock_wall_ns();

	if (action->type != SERVICE_NOTE && action->type != SERVICE_RUN_CHECK)
		prefix_format(prefix_of(h, action->index), text);
	switch (action->type) {
	case SERVICE_WITHDRAW:
		say_withdrawn(h, action->index);
		return;
	case SERVICE_ANNOUNCE:
		say_announced(h, action->index);
		return;
	case SERVICE_NOTE:
		describe_run(h, action->index, what, sizeof(what));
		log_notice("%s: %s", what, action->why);
		break;
	case SERVICE_ADD_ADDRESS:
		if (!describe_add(h, action->index, text, what, sizeof(what)))
			return;
		log_info("%s: %s", what, action->why);
		break;
	case SERVICE_REMOVE_ADDRESS:
		if (addresses_is_present(a->addresses, h->address_places[action->index]))
			return;
		(void)snprintf(what, sizeof(what), "service %s: %s removed", h->conf->name, text);
		log_info("%s: %s", what, action->why);
		break;
	case SERVICE_DONE:
		(void)snprintf(what, sizeof(what), "service %s: stopped", h->conf->name);
		log_info("%s: %s", what, action->why);
		break;
	case SERVICE_RUN_CHECK:
		return;
	}
	journal_add(&a->journal, heard, wall, what, action->why);
}

static void
take_one(struct hosted *h, const struct queued_event *q)
{
	struct service_event ev = q->event;
	bool done = false;

	ev.why = q->why[0] ? q->why : NULL;
	if (ev.type == SERVICE_EVENT_CHECK)
		ev.result.why = q->why;
	service_input(h->engine, &ev, clock_now(), &h->actions);
	for (size_t i = 0; i < h->actions.count; i++)
		act(h, &h->actions.items[i], q->heard);
	if (h->actions.count > 0) /* most checks change nothing */
		announcer_flush(h->agent->announcer);
	for (size_t i = 0; i < h->actions.count; i++) {
		say(h, &h->actions.items[i], q->heard);
		done |= h->actions.items[i].type == SERVICE_DONE;
	}
	if (done)
		agent_service_done(h->agent);
}

void
hosted_take(struct hosted *h, const struct service_event *event, struct instant heard)
{
	struct queued_event *q;
	const char *why = event->type == SERVICE_EVENT_CHECK ? event->result.why : event->why;

	h->queue = grow_array(h->queue, h->queue_count, &h->queue_cap, sizeof(*h->queue));
	q = &h->queue[h->queue_count++];
	*q = (struct queued_event){ .event = *event, .heard = heard };
	utf8_format(q->why, sizeof(q->why), "%s", why ? why : "");
	if (h->taking)
		return; /* whoever takes now takes this one next */
	h->taking = true;
	for (size_t i = 0; i < h->queue_count; i++) {
		struct queued_event one = h->queue[i]; /* the array may move */

		take_one(h, &one);
	}
	h->queue_count = 0;
	h->taking = false;
	timer_set(&h->deadline, service_deadline(h->engine));
	agent_service_changed(h->agent);
}

void
hosted_take_announced(struct hosted *h, size_t address)
{
	/* told from inside of announcer_flush() it is said with the rest */
	if (!h->untold[address])
		return;
	say_announced(h, address);
	agent_service_changed(h->agent);
}

void
hosted_take_withdrawn(struct hosted *h, size_t address, const struct withdraw_result *result)
{
	struct service_event ev = { .type = SERVICE_EVENT_FLUSHED, .index = address };
	struct withdraw_record *w = &h->withdraws[address];

	w->flushed = true;
	w->result = *result;
	/* told from inside of announcer_flush() it is said with the rest */
	if (w->waits)
		say_withdrawn(h, address);
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

struct hosted *
hosted_new(struct agent *a, const struct agent_service *conf, struct instant now)
{
	const struct agent_check *checks = conf->checks.items;
	struct hosted *h = xcalloc(1, sizeof(*h));
	struct service_conf engine_conf;

	h->agent = a;
	h->conf = conf;
	h->listen_names = xcalloc(conf->listen.count + 1, sizeof(*h->listen_names));
	for (size_t i = 0; i < conf->listen.count; i++)
		h->listen_names[i] = conf->listens[i].text;
	h->check_confs = xcalloc(conf->checks.count + 1, sizeof(*h->check_confs));
	for (size_t i = 0; i < conf->checks.count; i++)
		h->check_confs[i] = (struct service_check_conf){ .name = checks[i].name,
			.policy = { checks[i].rise, checks[i].fall, checks[i].interval,
			    checks[i].fast_interval },
			.each_address = checks[i].each_address };
	engine_conf = (struct service_conf){ .name = conf->name,
		.addresses = conf->addresses,
		.address_count = conf->address_count,
		.listens = h->listen_names,
		.listen_count = conf->listen.count,
		.checks = h->check_confs,
		.check_count = conf->checks.count,
		.keep_on_exit = a->conf->on_exit == AGENT_EXIT_KEEP,
		.settle_time = a->conf->settle_time };
	h->engine = service_new(&engine_conf, now);
	h->address_places = no_places(conf->address_count);
	h->socket_places = no_places(h->engine->listener_count);
	h->runners = xcalloc(h->engine->run_count + 1, sizeof(struct runner *));
	h->withdraws = xcalloc(conf->address_count, sizeof(*h->withdraws));
	h->untold = xcalloc(conf->address_count, sizeof(*h->untold));
	h->add_failed = xcalloc(conf->address_count, sizeof(*h->add_failed));
	return h;
}

int
hosted_init_timers(struct hosted *h, sd_event *loop)
{
	int r = timer_init(&h->deadline, loop, on_deadline);

	for (size_t i = 0; i < h->engine->run_count && r >= 0; i++)
		r = runner_new(h, i, loop, &h->runners[i]);
	return r;
}

void
hosted_free(struct hosted *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->engine->run_count; i++)
		runner_free(h->runners[i]);
	timer_done(&h->deadline);
	service_actions_done(&h->actions);
	service_free(h->engine);
	free(h->runners);
	free(h->withdraws);
	free(h->add_failed);
	free(h->untold);
	free(h->check_confs);
	free(h->listen_names);
	free(h->queue);
	free(h->address_places);
	free(h->socket_places);
	free(h);
}
