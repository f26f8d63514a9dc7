/*
 * What is said to a service from outside: orders of an operator (drain, hold) and the guard's
 * answers. They are remembered here and weighed in decide.c.
 */
#include <assert.h>

#include "base/utf8.h"
#include "service/service_internal.h"

static void
apply_all(struct service *s, struct instant now, struct service_actions *actions)
{
	for (size_t i = 0; i < s->conf.address_count && s->phase == SERVICE_RUNNING; i++)
		service_apply(s, i, now, actions);
}

/* ---- the guard ---- */

void
service_heed_guard(
    struct service *s, size_t i, const struct service_decision *d, struct service_actions *actions)
{
	struct leave *leave = &s->addresses[i].leave;

	if (!d->needs_leave) {
		if (leave->state == LEAVE_ASKED)
			service_add_action(actions, SERVICE_FORGET_GUARD, i, "%s", d->why);
		leave->state = LEAVE_NOT_ASKED;
		return;
	}
	if (!d->asks || leave->state == LEAVE_ASKED)
		return;
	leave->state = LEAVE_ASKED;
	service_add_action(actions, SERVICE_ASK_GUARD, i, "%s", d->why);
}

void
service_take_answer(struct service *s, const struct service_event *ev, struct instant now,
    struct service_actions *actions)
{
	struct leave *leave = &s->addresses[ev->index].leave;

	/* it is well again, or gone for good */
	if (leave->state != LEAVE_ASKED)
		return;
	leave->state = ev->answer.granted ? LEAVE_GRANTED : LEAVE_REFUSED;
	leave->until = ev->answer.until;
	utf8_format(leave->why, sizeof(leave->why), "%s", ev->answer.why);
	service_apply(s, ev->index, now, actions);
	if (ev->answer.granted)
		return;
	leave->refusals++;
	service_add_action(actions, SERVICE_REFUSED, ev->index, "%s", ev->answer.why);
}

/* ---- drain ---- */

/* Whether the drain is done by now, and was not before. */
static bool
drain_ends(struct service *s, struct instant now)
{
	if (s->phase != SERVICE_RUNNING || s->drain.phase != DRAIN_WAITING || s->hold.held)
		return false;
	if (drain_look(&s->drain, s->conf.ladder.drain_time, now))
		return true;
	if (service_stage(s) != STAGE_WITHDRAWN || !service_is_decided(s))
		return false;
	drain_finish(&s->drain, "nothing of it is announced");
	return true;
}

static void
on_drain(struct service *s, const struct service_event *ev, struct instant now,
    struct service_actions *actions)
{
	bool was_done = s->drain.phase == DRAIN_DONE;

	drain_order(&s->drain, &ev->order, ev->why, now);
	/* first: it may have nothing to wait for, and need not go by way of backup then */
	(void)drain_ends(s, now);
	apply_all(s, now, actions);
	service_add_action(actions, SERVICE_DRAINS, 0, "%s", s->drain.reason);
	if (!was_done && s->drain.phase == DRAIN_DONE)
		service_add_action(actions, SERVICE_DRAINED, 0, "%s", s->drain.ended_why);
}

static void
on_undrain(struct service *s, enum drain_source source, struct instant now,
    struct service_actions *actions)
{
	if (!drain_cancel(&s->drain, source))
		return;
	apply_all(s, now, actions);
	service_add_action(actions, SERVICE_UNDRAINED, 0, "%s",
	    source == DRAIN_BY_FILE         ? "the drain file is gone"
	    : source == DRAIN_BY_CONTROLLER ? "as the controller orders"
					    : "as ordered");
}

void
service_look_at_drain(struct service *s, struct instant now, struct service_actions *actions)
{
	if (!drain_ends(s, now))
		return;
	apply_all(s, now, actions);
	service_add_action(actions, SERVICE_DRAINED, 0, "%s", s->drain.ended_why);
}

/* ---- hold ---- */

static void
on_hold(struct service *s, const struct service_event *ev, struct instant now,
    struct service_actions *actions)
{
	if (!s->hold.held)
		s->hold.since = now;
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (ev->index == i)
			s->addresses[i].pinned = ev->stage;
		else if (ev->index == SERVICE_ALL && !s->hold.held)
			s->addresses[i].pinned = s->addresses[i].stage;
	}
	s->hold.held = s->hold.ordered[ev->order.source] = true;
	utf8_format(s->hold.reason, sizeof(s->hold.reason), "%s", ev->why ? ev->why : "");
	apply_all(s, now, actions);
	if (ev->index == SERVICE_ALL)
		service_add_action(actions, SERVICE_HELD, 0, "%s", s->hold.reason);
}

static void
on_release(struct service *s, enum drain_source source, struct instant now,
    struct service_actions *actions)
{
	bool ends;

	s->hold.ordered[source] = false;
	for (size_t i = 0; i < DRAIN_SOURCE_MAX; i++) {
		if (s->hold.ordered[i])
			return;
	}
	if (!s->hold.held)
		return;
	s->hold = (struct service_hold){ 0 };
	ends = drain_ends(s, now);
	apply_all(s, now, actions);
	service_add_action(actions, SERVICE_RELEASED, 0, "%s",
	    source == DRAIN_BY_CONTROLLER ? "as the controller orders" : "as ordered");
	if (ends)
		service_add_action(actions, SERVICE_DRAINED, 0, "%s", s->drain.ended_why);
}

void
service_take_order(struct service *s, const struct service_event *ev, struct instant now,
    struct service_actions *actions)
{
	switch (ev->type) {
	case SERVICE_EVENT_DRAIN:
		on_drain(s, ev, now, actions);
		break;
	case SERVICE_EVENT_UNDRAIN:
		on_undrain(s, ev->order.source, now, actions);
		break;
	case SERVICE_EVENT_CONNECTIONS:
		drain_count(&s->drain, ev->index);
		break;
	case SERVICE_EVENT_HOLD:
		on_hold(s, ev, now, actions);
		break;
	case SERVICE_EVENT_RELEASE:
		on_release(s, ev->order.source, now, actions);
		break;
	case SERVICE_EVENT_START:
	case SERVICE_EVENT_ADDRESS:
	case SERVICE_EVENT_LISTENER:
	case SERVICE_EVENT_CHECK:
	case SERVICE_EVENT_FLUSHED:
	case SERVICE_EVENT_TIME:
	case SERVICE_EVENT_GUARD:
	case SERVICE_EVENT_STOP:
		assert(false);
	}
}

bool
service_action_is_order(enum service_action_type type)
{
	return type == SERVICE_DRAINS || type == SERVICE_DRAINED || type == SERVICE_UNDRAINED ||
	       type == SERVICE_HELD || type == SERVICE_RELEASED;
}
