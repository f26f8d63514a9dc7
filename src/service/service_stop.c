/*
 * The end of a service: withdrawn, written to the neighbors, settled, and only then without its
 * addresses. Where the ladder has a time for it, everything goes by way of backup first.
 */
#include "base/utf8.h"
#include "service/service_internal.h"

/* When the address may go: the withdraw was written (or waited for long enough) and has settled. */
static struct instant
removal_at(const struct service *s, const struct service_address *a)
{
	if (a->flushing)
		return instant_add(s->leaves_at, SERVICE_FLUSH_LIMIT);
	if (!a->was_announced || a->stage != STAGE_WITHDRAWN)
		return s->leaves_at;
	return instant_add(a->flushed_at, s->conf.settle_time);
}

/* The last of them: all addresses go together. */
struct instant
service_stop_deadline(const struct service *s)
{
	struct instant at = s->leaves_at;

	for (size_t i = 0; i < s->conf.address_count; i++) {
		struct instant one = removal_at(s, &s->addresses[i]);

		if (instant_cmp(one, at) > 0)
			at = one;
	}
	return at;
}

void
service_finish_stop(struct service *s, struct instant now, struct service_actions *actions)
{
	if (s->phase != SERVICE_STOPPING || !instant_reached(s->leaves_at, now))
		return;
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (s->addresses[i].stage != STAGE_WITHDRAWN)
			service_apply(s, i, now, actions);
	}
	if (!instant_reached(service_stop_deadline(s), now))
		return;
	/* a peer that never took the withdraw gets its settle time all the same */
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (s->addresses[i].flushing) {
			s->addresses[i].flushing = false;
			s->addresses[i].flushed_at = now;
		}
	}
	if (!instant_reached(service_stop_deadline(s), now))
		return;
	s->phase = SERVICE_STOPPED;
	for (size_t i = 0; i < s->conf.address_count; i++)
		service_add_action(actions, SERVICE_REMOVE_ADDRESS, i, "%s", s->stop_why);
	service_add_action(actions, SERVICE_DONE, 0, "withdrawn, settled, removed");
}

void
service_stop(
    struct service *s, const char *why, struct instant now, struct service_actions *actions)
{
	if (s->phase == SERVICE_STOPPING || s->phase == SERVICE_STOPPED)
		return;
	utf8_format(s->stop_why, sizeof(s->stop_why), "%s", why ? why : "nearcastd ends");
	if (s->conf.keep_on_exit) {
		s->phase = SERVICE_STOPPED;
		service_add_action(actions, SERVICE_DONE, 0, "on-exit is keep");
		return;
	}
	s->phase = SERVICE_STOPPING;
	s->leaves_at = now;
	if (service_stage(s) != STAGE_WITHDRAWN)
		s->leaves_at = instant_add(now, s->conf.ladder.exit_time);
	for (size_t i = 0; i < s->conf.address_count; i++) {
		s->addresses[i].retry_at = INSTANT_NEVER;
		service_apply(s, i, now, actions);
	}
	service_finish_stop(s, now, actions);
}
