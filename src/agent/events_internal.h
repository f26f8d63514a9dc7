/*
 * What the files of events.h share: events.c takes events down and has them written,
 * event_readers.c answers who asks for them.
 */
#pragma once

#include "agent/events.h"
#include "base/list.h"
#include "io/worker_pool.h"

/* What the thread writes; is_busy: all of it is the thread's. */
struct batch {
	struct pool_job job;
	bool is_busy;
	struct strbuf lines;
	uint64_t first_seq, last_seq, count;
	int result;
	struct err failure;
};

struct events {
	sd_event *loop;            /* borrowed */
	struct state_dir *state;   /* borrowed */
	struct event_files *files; /* owned, the thread's while there are jobs; NULL: no journal */
	struct journal journal;
	uint64_t by_kind[EVENT_KIND_MAX];
	struct journal_entry *waiting; /* owned; had no turn yet */
	size_t waiting_count, waiting_cap;
	sd_event_source *turn;                    /* owned */
	struct batch batch;                       /* is written */
	struct strbuf lines;                      /* to be written next */
	uint64_t first_seq, last_seq, line_count; /* of lines */
	uint64_t lost;
	char *problem;       /* owned; NULL: none */
	size_t jobs;         /* that the thread has */
	struct list readers; /* requests that wait for an event; owned */
	event_fn listener;
	void *userdata;
};

/* events.c: has the thread write what waits, if it writes nothing now. */
void events_write(struct events *v);

/* event_readers.c */
/* Something has happened. */
void events_wake_readers(struct events *v);
/* Their connections are closed without an answer. */
void events_free_readers(struct events *v);
