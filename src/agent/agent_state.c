#include "agent/agent_state.h"

#include <errno.h>
#include <string.h>

#include "agent/agent_internal.h"
#include "announce/watcher.h"
#include "service/state.h"
#include "wire/state_table.h"

enum {
	/* of a service */
	TAG_NAME = 1,
	TAG_ENGINE = 2,
	TAG_ADDRESS = 3, /* one for each, in the order of the configuration */
	TAG_RUNNER = 4,  /* likewise */
	TAG_COUNTERS = 5,

	/* of an address, behind its fields */
	TAG_LOCK = 20,
	TAG_ADD_FAILED = 21,
	TAG_UNTOLD = 22,
	TAG_IDENTITY = 23, /* the socket that says who answers */

	/* of a runner, likewise */
	TAG_WAITS = 20, /* for its time; else it is under way, or not wanted now */

	/* of the agent, likewise */
	TAG_ESTABLISHED = 20, /* the name of a neighbor */
};

static const struct state_field histogram_fields[] = {
	STATE_FIELDS(1, STATE_NUMBER, struct histogram, counts),
	STATE_FIELD(2, STATE_NUMBER, struct histogram, count),
	STATE_FIELD(3, STATE_NUMBER, struct histogram, sum_s), /* its bits */
};

static const struct state_table histogram_table = STATE_TABLE(histogram_fields);

static const struct state_field agent_fields[] = {
	STATE_FIELD(1, STATE_INSTANT, struct agent, started),
	STATE_FIELD(2, STATE_NUMBER, struct agent, started_wall_ns),
	STATE_FIELD(3, STATE_NUMBER, struct agent, conf_wall_ns),
	STATE_FIELD(4, STATE_BOOL, struct agent, end_of_rib_released),
	STATE_FIELDS(5, STATE_STRUCT, struct agent, counters.withdraws, .table = &histogram_table),
	STATE_FIELD(6, STATE_STRUCT, struct agent, counters.lag, .table = &histogram_table),
	STATE_FIELDS(7, STATE_NUMBER, struct agent, counters.identity),
};

static const struct state_table agent_table = STATE_TABLE(agent_fields);

static const struct state_field withdraw_fields[] = {
	STATE_FIELD(1, STATE_BOOL, struct withdraw_record, has),
	STATE_FIELD(2, STATE_BOOL, struct withdraw_record, flushed),
	/* 3 was whether the evidence is definitive */
	STATE_FIELD(4, STATE_BOOL, struct withdraw_record, waits),
	STATE_FIELD(5, STATE_INSTANT, struct withdraw_record, heard),
	STATE_FIELD(6, STATE_INSTANT, struct withdraw_record, at),
	STATE_FIELD(7, STATE_NUMBER, struct withdraw_record, at_wall_ns),
	STATE_FIELD(8, STATE_NUMBER, struct withdraw_record, result.written.count),
	STATE_FIELD(9, STATE_NUMBER, struct withdraw_record, result.written.of),
	STATE_FIELD(10, STATE_INSTANT, struct withdraw_record, result.at),
	STATE_FIELD(11, STATE_TEXT, struct withdraw_record, why),
	STATE_FIELD(12, STATE_NUMBER, struct withdraw_record, grounds, .max = SERVICE_INTENT),
};

static const struct state_table withdraw_table = STATE_TABLE(withdraw_fields);

static const struct state_field history_fields[] = {
	STATE_FIELDS(1, STATE_NUMBER, struct check_history, passes),
	STATE_FIELDS(2, STATE_NUMBER, struct check_history, failures),
	STATE_FIELDS(3, STATE_DURATION, struct check_history, longest),
	STATE_FIELD(4, STATE_NUMBER, struct check_history, first), /* of the same clock */
	STATE_FIELD(5, STATE_NUMBER, struct check_history, last),
};

static const struct state_table history_table = STATE_TABLE(history_fields);

static const struct state_field runner_fields[] = {
	STATE_FIELD(1, STATE_INSTANT, struct runner, started),
	STATE_FIELD(2, STATE_NUMBER, struct runner, rng.state),
	STATE_FIELD(3, STATE_BOOL, struct runner, splayed),
	STATE_FIELDS(4, STATE_NUMBER, struct runner, outcomes),
	STATE_FIELD(5, STATE_NUMBER, struct runner, took_s), /* its bits */
	STATE_FIELD(6, STATE_STRUCT, struct runner, history, .table = &history_table),
};

static const struct state_table runner_table = STATE_TABLE(runner_fields);

static const struct state_field counter_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct hosted, announcements),
	STATE_FIELDS(2, STATE_NUMBER, struct hosted, withdraw_counts),
};

static const struct state_table counter_table = STATE_TABLE(counter_fields);

/* ---- saving ---- */

static void
save_address(const struct hosted *h, size_t i, struct handover *out, struct instant now)
{
	size_t mark = state_begin(&out->state, TAG_ADDRESS), at = h->address_places[i];

	state_save(&out->state, &withdraw_table, &h->withdraws[i], now);
	if (at != NO_PLACE) {
		handover_give(out, TAG_LOCK, h->agent->address_places.items[at].lock);
		handover_give(out, TAG_IDENTITY, identity_fd(h->agent->identity, at));
	}
	state_number(&out->state, TAG_ADD_FAILED, h->add_failed[i]);
	state_number(&out->state, TAG_UNTOLD, h->untold[i]);
	state_end(&out->state, mark);
}

static void
save_service(const struct hosted *h, struct handover *out, struct instant now)
{
	struct state_writer *w = &out->state;
	size_t all = state_begin(w, PAST_SERVICE), mark;

	state_text(w, TAG_NAME, h->conf->name);
	mark = state_begin(w, TAG_ENGINE);
	service_save(h->engine, w, now);
	state_end(w, mark);
	for (size_t i = 0; i < h->conf->address_count; i++)
		save_address(h, i, out, now);
	for (size_t i = 0; i < h->engine->run_count; i++) {
		mark = state_begin(w, TAG_RUNNER);
		state_save(w, &runner_table, h->runners[i], now);
		state_number(w, TAG_WAITS, runner_waits(h->runners[i]));
		state_end(w, mark);
	}
	mark = state_begin(w, TAG_COUNTERS);
	state_save(w, &counter_table, h, now);
	state_end(w, mark);
	state_end(w, all);
}

static void
save_agent(const struct agent *a, struct state_writer *w, struct instant now)
{
	size_t mark = state_begin(w, PAST_AGENT);

	state_save(w, &agent_table, a, now);
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (a->established[i])
			state_text(w, TAG_ESTABLISHED, a->neighbors[i].name);
	}
	state_end(w, mark);
}

void
agent_save(
    struct agent *a, const struct control_later *waits, struct handover *h, struct instant now)
{
	struct state_writer *w = &h->state;
	size_t mark;

	state_document_begin(w, PAST_VERSION);
	state_text(w, PAST_PROGRAM, NEARCAST_VERSION);
	state_number(w, PAST_SAVED_AT, (uint64_t)now.ns);
	state_text(w, PAST_CONF_NAME, conf_name(a->generation->loaded));
	state_text(w, PAST_CONF_TEXT, conf_text(a->generation->loaded));
	if (conf_added_text(a->generation->loaded)[0] != '\0')
		state_text(w, PAST_CONF_ADDED, conf_added_text(a->generation->loaded));
	follower_save(a->follower, w);
	save_agent(a, w, now);
	mark = state_begin(w, PAST_EVENTS);
	events_save(a->events, w, now);
	state_end(w, mark);
	for (size_t i = 0; i < a->service_count; i++)
		save_service(a->services[i], h, now);
	mark = state_begin(w, PAST_ANNOUNCER);
	announcer_save(a->announcer, h, now);
	state_end(w, mark);
	mark = state_begin(w, PAST_CONTROL);
	control_server_save(a->control, waits, h);
	state_end(w, mark);
	mark = state_begin(w, PAST_METRICS);
	metrics_save(a->metrics, h);
	state_end(w, mark);
	mark = state_begin(w, PAST_HOOKS);
	hooks_save(a->hooks, w);
	state_end(w, mark);
	if (a->watcher != NULL) {
		mark = state_begin(w, PAST_WATCHER);
		watcher_save(a->watcher, h);
		state_end(w, mark);
	}
	state_document_end(w);
}

/* ---- loading ---- */

/* The records of the nth of a tag; empty: there are not as many. */
static struct reader
find_nth(struct reader records, uint16_t wanted, size_t n)
{
	struct reader value;
	uint16_t tag;

	while (state_next(&records, &tag, &value)) {
		if (tag == wanted && n-- == 0)
			return value;
	}
	return reader_init(NULL, 0);
}

static bool
is_text(struct reader value, const char *text)
{
	size_t len = reader_left(&value);

	return len == strlen(text) &&
	       (len == 0 || memcmp(reader_bytes(&value, len), text, len) == 0);
}

static struct reader
find_service(const struct past *p, const char *name)
{
	struct reader records = p->records, value;
	uint16_t tag;

	while (state_next(&records, &tag, &value)) {
		if (tag == PAST_SERVICE && is_text(state_find(value, TAG_NAME), name))
			return value;
	}
	return reader_init(NULL, 0);
}

static bool
load_addresses(struct hosted *h, struct reader records, struct instant base)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		struct reader one = find_nth(records, TAG_ADDRESS, i);

		if (!state_load(&withdraw_table, one, base, &h->withdraws[i]))
			return false;
		h->add_failed[i] = state_find_number(one, TAG_ADD_FAILED, 0) == 1;
		h->untold[i] = state_find_number(one, TAG_UNTOLD, 0) == 1;
	}
	return true;
}

/* Without runners (to see whether it can be read) they are read for nothing. */
static bool
load_runners(struct hosted *h, struct reader records, struct instant base)
{
	for (size_t i = 0; i < h->engine->run_count; i++) {
		struct reader one = find_nth(records, TAG_RUNNER, i);
		struct runner nobody = { 0 }, *r = h->runners[i] ? h->runners[i] : &nobody;

		if (!state_load(&runner_table, one, base, r))
			return false;
		if (h->runners[i])
			runner_go_on(r, state_find_number(one, TAG_WAITS, 0) == 1);
	}
	return true;
}

int
hosted_load(struct hosted *h, const struct past *p, struct err *e)
{
	struct reader records = find_service(p, h->conf->name);

	if (!service_load(h->engine, state_find(records, TAG_ENGINE), p->base) ||
	    !load_addresses(h, records, p->base) || !load_runners(h, records, p->base) ||
	    !state_load(&counter_table, state_find(records, TAG_COUNTERS), p->base, h))
		return err_set(
		    e, -EBADMSG, "the state of service %s cannot be read", h->conf->name);
	return 0;
}

int
hosted_past_lock(const struct hosted *h, size_t address, struct past *p)
{
	struct reader records = find_service(p, h->conf->name);

	return inheritance_take(
	    &p->in, find_nth(records, TAG_ADDRESS, address), TAG_LOCK, FD_UNIX_LISTENER);
}

int
hosted_past_identity(const struct hosted *h, size_t address, struct past *p)
{
	struct reader records = find_service(p, h->conf->name);

	return inheritance_take(
	    &p->in, find_nth(records, TAG_ADDRESS, address), TAG_IDENTITY, FD_UDP);
}

int
agent_load(struct agent *a, const struct past *p, struct err *e)
{
	struct reader records = state_find(p->records, PAST_AGENT), value;
	uint16_t tag;

	if (!state_load(&agent_table, records, p->base, a))
		return err_set(e, -EBADMSG, "the state of the agent cannot be read");
	while (state_next(&records, &tag, &value)) {
		for (size_t i = 0; i < a->neighbor_count && tag == TAG_ESTABLISHED; i++)
			a->established[i] =
			    a->established[i] || is_text(value, a->neighbors[i].name);
	}
	return 0;
}

/* ---- going on ---- */

void
hosted_go_on(struct hosted *h)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		struct service_event ev = { .type = SERVICE_EVENT_ADDRESS, .index = i };
		enum presence was = h->engine->addresses[i].presence;

		ev.present = addresses_is_present(h->agent->addresses, h->address_places[i]);
		if (ev.present ? was != PRESENCE_PRESENT : was == PRESENCE_PRESENT)
			hosted_take(h, &ev, clock_now());
	}
	orders_go_on(h);
	orders_save(h); /* it may not have come to the disk */
	counting_look(h);
	timer_set(&h->deadline, service_deadline(h->engine));
}
