/*
 * Hooks: commands and URLs that are told of events, as `hooks` says.
 *
 * An event for a hook waits in its queue until one of its `at-once` calls is free; what does not
 * fit is dropped, and counted. Calls begin when the loop has nothing else to do, and nobody waits
 * for their end, so that no withdraw is delayed by one. A hook that fails is logged once, and again
 * when it works; it is never called twice for one event.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "agent/agent_conf.h"
#include "agent/event_json.h"
#include "wire/state.h"

struct hooks;

/* conf is borrowed. A hook that can not be is logged, and its events are dropped. */
int hooks_new(
    sd_event *loop, const struct agent_conf *conf, struct hooks **ret, struct err *e) _must_use_;
/* Ends what runs; NULL is fine. */
void hooks_free(struct hooks *h);

/*
 * From one program to the next: what was counted, and the events that wait. A call that runs is
 * not begun again: a command goes on, a URL is no longer waited for. load: into one that was just
 * made.
 */
void hooks_save(const struct hooks *h, struct state_writer *w);
void hooks_load(struct hooks *h, struct reader records);

/* json, the event's, is borrowed, and stays as it is. */
void hooks_take(struct hooks *h, const struct journal_entry *event, json_t *json);

struct hook_info {
	const char *name;
	uint64_t passed, failed, dropped;
	size_t waiting, running;
	const char *failure; /* of the last call, one sentence; NULL: it did not fail */
};
size_t hooks_count(const struct hooks *h);
struct hook_info hooks_info(const struct hooks *h, size_t i);
