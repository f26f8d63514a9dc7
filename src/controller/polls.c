#include "controller/polls.h"

#include <stdlib.h>

#include "base/alloc.h"

struct polls {
	struct polls_conf conf;
	struct list parked; /* struct poll */
	struct list due;    /* likewise, those first that were rung first */
	unsigned looking;   /* again, in workers */
};

struct polls *
polls_new(const struct polls_conf *conf)
{
	struct polls *p = xcalloc(1, sizeof(*p));

	p->conf = *conf;
	list_init(&p->parked);
	list_init(&p->due);
	return p;
}

void
polls_free(struct polls *p)
{
	free(p);
}

size_t
polls_open(const struct polls *p)
{
	const struct list *lists[] = { &p->parked, &p->due };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		list_for_each (poll, lists[i], struct poll, node)
			n++;
	}
	return n;
}

void
polls_go_on(struct polls *p)
{
	while (!list_is_empty(&p->due) && p->looking < p->conf.at_once) {
		struct poll *poll = list_entry(p->due.next, struct poll, node);

		poll->heard = bell_count(p->conf.bell);
		if (!p->conf.look(poll))
			return;
		list_remove(&poll->node);
		poll->is_counted = true;
		p->looking++;
	}
}

static void
become_due(struct poll *poll)
{
	bell_forget(&poll->waiter);
	timer_set(&poll->timer, INSTANT_NEVER);
	list_remove(&poll->node);
	list_append(&poll->polls->due, &poll->node);
	polls_go_on(poll->polls);
}

static void
on_rung(struct bell_waiter *w, const char *topic)
{
	(void)topic;
	become_due(container_of(w, struct poll, waiter));
}

static void
on_time(struct timer *t, struct instant now)
{
	struct poll *poll = container_of(t, struct poll, timer);
	struct polls *p = poll->polls;

	(void)now;
	poll_end(poll);
	p->conf.over(poll);
}

void
poll_begin(struct polls *p, struct poll *poll)
{
	*poll = (struct poll){ .polls = p,
		.waiter.rung = on_rung,
		.begun = clock_now(),
		.heard = bell_count(p->conf.bell) };
	list_init(&poll->node);
}

/* The worker has it no more. */
static void
come_back(struct poll *poll)
{
	if (poll->is_counted)
		poll->polls->looking--;
	poll->is_counted = false;
}

bool
poll_park(struct poll *poll, const char *topic, uint32_t seconds)
{
	struct polls *p = poll->polls;
	struct instant until =
	    instant_add(poll->begun, DURATION_S(MIN(seconds, (uint32_t)POLL_WAIT_MAX)));

	come_back(poll);
	if (instant_reached(until, clock_now()) ||
	    (poll->timer.source == NULL && timer_init(&poll->timer, p->conf.loop, on_time) < 0)) {
		poll_end(poll);
		return false;
	}
	bell_wait(p->conf.bell, &poll->waiter, topic);
	if (bell_has_rung(p->conf.bell, topic, poll->heard)) {
		become_due(poll);
		return true;
	}
	timer_set(&poll->timer, until);
	list_append(&p->parked, &poll->node);
	polls_go_on(p);
	return true;
}

void
poll_end(struct poll *poll)
{
	if (poll->polls == NULL)
		return;
	come_back(poll);
	bell_forget(&poll->waiter);
	timer_done(&poll->timer);
	list_remove(&poll->node);
}

bool
poll_is_resting(const struct poll *poll)
{
	return poll->polls != NULL && !list_is_empty(&poll->node);
}
