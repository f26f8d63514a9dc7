/*
 * What happens to the agent, kept and told: the latest in memory (service/journal.h), all of it in
 * files that are bounded (event_files.h), and every event to who follows.
 *
 * events_add() takes an event down and returns: formatting, the disk and followers have their turn
 * when the loop has nothing else to do, so no withdraw waits for them. Between it and them waits
 * what did not fit yet, EVENTS_WAITING_MAX events at most; beyond it events are lost, which their
 * numbers and a counter show. The disk is waited for by the state directory's thread.
 */
#pragma once

#include <systemd/sd-event.h>

#include "agent/event_files.h"
#include "agent/state_dir.h"
#include "io/control.h"

#define EVENTS_WAITING_MAX 4096

struct events;

/* state is borrowed; max_bytes: of all files. The numbers go on behind what the files have. */
int events_new(sd_event *loop, struct state_dir *state, uint64_t max_bytes, struct events **ret,
    struct err *e) _must_use_;
/* Hands what waits to the disk. Afterwards state_dir_free() waits for it, then events_free(). */
void events_close(struct events *v); /* NULL is fine */
void events_free(struct events *v);  /* NULL is fine */

struct state_writer;
struct reader;

/* What is in memory, for the program that follows; and there, before anything is added. */
void events_save(const struct events *v, struct state_writer *w, struct instant now);
/* What the disk does not have yet is written again. -EBADMSG: the records can not be read. */
int events_load(struct events *v, struct reader records, struct instant base, struct err *e);

void events_add(struct events *v, const struct event *event);
const struct journal *events_journal(const struct events *v);

struct events_info {
	uint64_t seq;   /* of the last one */
	uint64_t count; /* since the start */
	uint64_t by_kind[EVENT_KIND_MAX];
	uint64_t lost;       /* not written to the disk */
	const char *problem; /* why, one sentence; NULL: all is well */
};
struct events_info events_info(const struct events *v);

/* Told of each event when its turn has come, in order; json is borrowed. */
typedef void (*event_fn)(void *userdata, const struct journal_entry *event, json_t *json);
void events_set_listener(struct events *v, event_fn fn, void *userdata);

/*
 * The control socket's `events` (nearcastd(8)): the answer comes later, mostly at once. Refused
 * with a sentence in e.
 */
void events_answer(
    struct events *v, const json_t *request, struct control_client *client, struct err *e);
