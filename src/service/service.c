#include "service/service.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "service/service_internal.h"

struct service_action *
service_add_action(struct service_actions *actions, enum service_action_type type, size_t index,
    const char *fmt, ...)
{
	struct service_action *action;
	va_list ap;

	actions->items =
	    grow_array(actions->items, actions->count, &actions->cap, sizeof(*actions->items));
	action = &actions->items[actions->count++];
	*action = (struct service_action){ .type = type, .index = index };
	va_start(ap, fmt);
	/*
	 * NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): lost when the analyzer inlines this
	 */
	utf8_vformat(action->why, sizeof(action->why), fmt, ap);
	va_end(ap);
	return action;
}

void
service_actions_done(struct service_actions *actions)
{
	free(actions->items);
	*actions = (struct service_actions){ 0 };
}

/* What the evidence asks for by now; that it asks for less than before may be a flap. */
static struct service_decision
look(struct service *s, size_t i, struct instant now)
{
	struct service_address *a = &s->addresses[i];
	struct service_decision evidence = service_evidence(s, i);

	if (!evidence.known && a->stage != STAGE_WITHDRAWN) {
		/* it was inherited, and the lack of evidence is none */
		evidence.known = true;
		evidence.stage = a->evidence;
	}
	if (evidence.stage == a->evidence)
		return evidence;
	if (evidence.stage < a->evidence && a->stage != STAGE_WITHDRAWN) {
		damping_flap(&a->damping, &s->conf.damping, now);
		a->hold_down = damping_hold_down(&a->damping, &s->conf.damping, now);
	}
	a->evidence = evidence.stage;
	a->evidence_since = now;
	return evidence;
}

static void
note_damping(
    struct service *s, size_t i, const struct service_decision *d, struct service_actions *actions)
{
	struct service_address *a = &s->addresses[i];
	struct instant until = d->damped ? d->look_at : INSTANT_NEVER;
	bool begins = d->damped && instant_is_never(a->damped_until);
	char text[DURATION_STR_MAX];

	a->damped_until = until;
	if (begins)
		service_add_action(actions, SERVICE_DAMPED, i, "well again, for %s first",
		    duration_format(a->hold_down, text));
}

static enum service_grounds
grounds_of(const struct service_decision *d)
{
	if (d->ordered || d->leaves)
		return SERVICE_INTENT;
	return d->definitive ? SERVICE_DEFINITIVE : SERVICE_SOFT;
}

void
service_apply(struct service *s, size_t i, struct instant now, struct service_actions *actions)
{
	struct service_address *a = &s->addresses[i];
	struct service_decision d = service_decide(s, i, look(s, i, now), now);

	utf8_format(a->why, sizeof(a->why), "%s", d.why);
	a->look_at = d.look_at;
	if (d.stage != a->stage) {
		a->stage = d.stage;
		a->since = now;
		a->ordered = d.ordered;
		a->flushing = d.stage == STAGE_WITHDRAWN;
		a->was_announced |= d.stage != STAGE_WITHDRAWN;
		service_add_action(
		    actions, a->flushing ? SERVICE_WITHDRAW : SERVICE_ANNOUNCE, i, "%s", d.why)
		    ->grounds = grounds_of(&d);
	}
	service_heed_guard(s, i, &d, actions);
	note_damping(s, i, &d, actions);
}

static void
note_verdict(const struct service *s, size_t r, struct service_actions *actions)
{
	service_add_action(actions, SERVICE_NOTE, r, "%s", s->runs[r].state.why);
}

/* What the loss of an address or of its listener says about the runs that look there. */
static void
refute_runs(struct service *s, size_t address, bool all, const char *why, struct instant now,
    struct service_actions *actions)
{
	for (size_t r = 0; r < s->run_count; r++) {
		struct service_run *run = &s->runs[r];

		if (run->address == address || (all && run->address == SERVICE_ALL)) {
			if (check_refute(&run->state, why, now))
				note_verdict(s, r, actions);
		} else if (run->address == SERVICE_ALL) {
			check_void_runs(&run->state, now);
		}
	}
}

static void
run_checks_now(const struct service *s, size_t address, struct service_actions *actions)
{
	for (size_t r = 0; r < s->run_count; r++) {
		if (service_run_covers(&s->runs[r], address) && service_run_wanted(s, r))
			service_add_action(actions, SERVICE_RUN_CHECK, r, "there again");
	}
}

static void
on_start(struct service *s, const char *why, struct instant now, struct service_actions *actions)
{
	if (s->phase != SERVICE_NEW)
		return;
	s->phase = SERVICE_RUNNING;
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (s->addresses[i].presence == PRESENCE_UNKNOWN)
			service_add_action(
			    actions, SERVICE_ADD_ADDRESS, i, "%s", why ? why : "nearcastd starts");
		else
			service_apply(s, i, now, actions);
	}
	for (size_t r = 0; r < s->run_count; r++) {
		if (!s->runs[r].state.has_last && service_run_wanted(s, r))
			service_add_action(actions, SERVICE_RUN_CHECK, r, "new");
	}
}

static void
on_address(struct service *s, const struct service_event *ev, struct instant now,
    struct service_actions *actions)
{
	struct service_address *a = &s->addresses[ev->index];
	enum presence presence = ev->present ? PRESENCE_PRESENT : PRESENCE_MISSING;
	bool changed = a->presence != presence;

	a->presence = presence;
	if (ev->present) {
		a->retry_at = INSTANT_NEVER;
		if (changed && s->phase == SERVICE_RUNNING)
			run_checks_now(s, ev->index, actions);
		service_apply(s, ev->index, now, actions);
		return;
	}
	utf8_format(
	    a->missing_why, sizeof(a->missing_why), "%s", ev->why ? ev->why : "it was removed");
	service_apply(s, ev->index, now, actions);
	if (s->phase != SERVICE_RUNNING)
		return;
	a->retry_at = instant_add(now, SERVICE_ADDRESS_RETRY);
	if (changed)
		refute_runs(s, ev->index, s->conf.address_count == 1, a->why, now, actions);
}

/* Whether the socket listens at none of the addresses: no run for the service can have passed. */
static bool
is_missing_everywhere(const struct service *s, size_t listen)
{
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (s->listeners[listen * s->conf.address_count + i].presence != PRESENCE_MISSING)
			return false;
	}
	return true;
}

/* A socket is gone, for good as far as we know. */
static void
lose_listener(struct service *s, struct service_listener *l, struct instant now,
    struct service_actions *actions)
{
	char why[WHY_MAX];

	l->spared_until = INSTANT_NEVER;
	service_apply(s, l->address, now, actions);
	if (s->phase != SERVICE_RUNNING)
		return;
	utf8_format(why, sizeof(why), "nothing listens on %s", s->conf.listens[l->listen]);
	refute_runs(s, l->address, is_missing_everywhere(s, l->listen), why, now, actions);
}

static void
on_listener(struct service *s, const struct service_event *ev, struct instant now,
    struct service_actions *actions)
{
	struct service_listener *l = &s->listeners[ev->index];
	enum presence presence = ev->present ? PRESENCE_PRESENT : PRESENCE_MISSING,
		      before = l->presence;

	if (before == presence)
		return;
	l->presence = presence;
	l->since = now;
	if (!ev->present && before == PRESENCE_PRESENT && s->conf.listen_grace.ns > 0 &&
	    s->phase == SERVICE_RUNNING) {
		l->spared_until = instant_add(now, s->conf.listen_grace);
		return;
	}
	if (!ev->present) {
		lose_listener(s, l, now, actions);
		return;
	}
	l->spared_until = INSTANT_NEVER;
	service_apply(s, l->address, now, actions);
	if (s->phase == SERVICE_RUNNING)
		run_checks_now(s, l->address, actions);
}

static void
on_check(struct service *s, const struct service_event *ev, struct instant now,
    struct service_actions *actions)
{
	struct service_run *run = &s->runs[ev->index];
	bool changed;

	if (ev->result.evidence != EVIDENCE_PASS && service_run_is_spared(s, run))
		return;
	changed = check_input(&run->state, &ev->result, now);
	/* what leads to an announcement is told before it; a withdraw does not wait for its
	 * explanation */
	if (changed && run->state.verdict == VERDICT_PASSING)
		note_verdict(s, ev->index, actions);
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (service_run_covers(run, i))
			service_apply(s, i, now, actions);
	}
	if (changed && run->state.verdict != VERDICT_PASSING)
		note_verdict(s, ev->index, actions);
}

static void
on_time(struct service *s, struct instant now, struct service_actions *actions)
{
	for (size_t l = 0; l < s->listener_count; l++) {
		if (instant_reached(s->listeners[l].spared_until, now))
			lose_listener(s, &s->listeners[l], now, actions);
	}
	for (size_t i = 0; i < s->conf.address_count; i++) {
		struct service_address *a = &s->addresses[i];

		if (instant_reached(a->look_at, now))
			service_apply(s, i, now, actions);
		if (!instant_reached(a->retry_at, now))
			continue;
		a->retry_at = INSTANT_NEVER;
		service_add_action(actions, SERVICE_ADD_ADDRESS, i, "%s", a->missing_why);
	}
	service_finish_stop(s, now, actions);
}

void
service_input(struct service *s, const struct service_event *event, struct instant now,
    struct service_actions *actions)
{
	bool goes_on = event->type == SERVICE_EVENT_DRAIN || event->type == SERVICE_EVENT_HOLD ||
		       (event->type == SERVICE_EVENT_STOP && s->has_inherited);

	actions->count = 0;
	if (s->phase == SERVICE_STOPPED ||
	    (s->phase == SERVICE_NEW && event->type != SERVICE_EVENT_START && !goes_on))
		return;
	switch (event->type) {
	case SERVICE_EVENT_START:
		on_start(s, event->why, now, actions);
		break;
	case SERVICE_EVENT_ADDRESS:
		assert(event->index < s->conf.address_count);
		on_address(s, event, now, actions);
		break;
	case SERVICE_EVENT_LISTENER:
		assert(event->index < s->listener_count);
		on_listener(s, event, now, actions);
		break;
	case SERVICE_EVENT_CHECK:
		assert(event->index < s->run_count);
		on_check(s, event, now, actions);
		break;
	case SERVICE_EVENT_FLUSHED:
		assert(event->index < s->conf.address_count);
		if (s->addresses[event->index].flushing) {
			s->addresses[event->index].flushing = false;
			s->addresses[event->index].flushed_at = now;
			service_finish_stop(s, now, actions);
		}
		break;
	case SERVICE_EVENT_TIME:
		on_time(s, now, actions);
		break;
	case SERVICE_EVENT_GUARD:
		assert(event->index < s->conf.address_count);
		service_take_answer(s, event, now, actions);
		break;
	case SERVICE_EVENT_DRAIN:
	case SERVICE_EVENT_UNDRAIN:
	case SERVICE_EVENT_CONNECTIONS:
	case SERVICE_EVENT_HOLD:
	case SERVICE_EVENT_RELEASE:
		service_take_order(s, event, now, actions);
		break;
	case SERVICE_EVENT_STOP:
		service_stop(s, event->why, now, actions);
		break;
	}
	service_look_at_drain(s, now, actions);
}

struct instant
service_deadline(const struct service *s)
{
	struct instant at = INSTANT_NEVER;

	if (s->phase == SERVICE_STOPPING)
		return service_stop_deadline(s);
	if (s->phase != SERVICE_RUNNING)
		return INSTANT_NEVER;
	if (!s->hold.held)
		at = drain_deadline(&s->drain, s->conf.ladder.drain_time);
	for (size_t i = 0; i < s->conf.address_count; i++)
		at =
		    instant_min(at, instant_min(s->addresses[i].retry_at, s->addresses[i].look_at));
	for (size_t l = 0; l < s->listener_count; l++)
		at = instant_min(at, s->listeners[l].spared_until);
	return at;
}

struct service *
service_new(const struct service_conf *conf, struct instant now)
{
	struct service *s = xcalloc(1, sizeof(*s));
	size_t addresses = conf->address_count;

	assert(addresses > 0);
	s->conf = *conf;
	s->addresses = xcalloc(addresses, sizeof(*s->addresses));
	for (size_t i = 0; i < addresses; i++) {
		s->addresses[i].address = conf->addresses[i];
		s->addresses[i].since = now;
		s->addresses[i].retry_at = INSTANT_NEVER;
		s->addresses[i].look_at = s->addresses[i].damped_until = INSTANT_NEVER;
		s->addresses[i].evidence_since = now;
		utf8_format(s->addresses[i].why, WHY_MAX, "nearcastd starts");
	}
	s->listener_count = conf->listen_count * addresses;
	s->listeners = xcalloc(s->listener_count + 1, sizeof(*s->listeners));
	for (size_t l = 0; l < s->listener_count; l++) {
		s->listeners[l].listen = l / addresses;
		s->listeners[l].address = l % addresses;
		s->listeners[l].since = now;
		s->listeners[l].spared_until = INSTANT_NEVER;
	}
	s->runs = xcalloc(conf->check_count * addresses + 1, sizeof(*s->runs));
	for (size_t c = 0; c < conf->check_count; c++) {
		bool each = conf->checks[c].each_address;

		for (size_t i = 0; i < (each ? addresses : 1); i++) {
			struct service_run *run = &s->runs[s->run_count++];

			run->check = c;
			run->address = each ? i : SERVICE_ALL;
			check_init(&run->state, conf->checks[c].policy, now);
		}
	}
	return s;
}

void
service_free(struct service *s)
{
	if (s == NULL)
		return;
	free(s->addresses);
	free(s->listeners);
	free(s->runs);
	free(s);
}

void
service_freep(struct service **s)
{
	service_free(*s);
}
