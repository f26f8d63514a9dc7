/*
 * The journal on the disk: files of JSON lines, one event each, in the state directory. A file is
 * called events-N.jsonl, N being the number of its first event; when one has its full size the next
 * begins, and the oldest goes when there are EVENT_FILES_MAX.
 *
 * After a crash the last line may be torn: what has no newline at its end is no event, and is cut
 * off before the next is written.
 *
 * All of it waits for the disk: for a thread (io/worker_pool.h), one at a time.
 */
#pragma once

#include <stddef.h>

#include "agent/event_json.h"
#include "base/err.h"
#include "base/strbuf.h"

#define EVENT_FILES_MAX 8
#define EVENT_QUERY_MAX 1000         /* events that one query gives */
#define EVENT_QUERY_BYTES (4u << 20) /* of the lines that one query gives */

struct event_files;

/* folder is borrowed. max_bytes: of all files together. */
int event_files_open(
    const char *folder, uint64_t max_bytes, struct event_files **ret, struct err *e) _must_use_;
void event_files_free(struct event_files *f); /* NULL is fine */
/* The number of the last event; 0: none. */
uint64_t event_files_last_seq(const struct event_files *f);
/*
 * Adds whole lines, the first of the number first_seq, and brings them to the disk. When that fails
 * none of them is kept.
 */
int event_files_append(struct event_files *f, const char *lines, size_t len, uint64_t first_seq,
    uint64_t last_seq, struct err *e) _must_use_;

struct event_query {
	struct event_filter filter;
	size_t last; /* the newest so many; 0: from the oldest on, EVENT_QUERY_MAX at a time */
};

struct event_result {
	json_t *events; /* an array, owned; oldest first */
	uint64_t upto;  /* all up to this number have been looked at */
	bool more;      /* there are more behind */
};

/* Files and lines that can not be read are passed over. */
void event_files_query(
    const struct event_files *f, const struct event_query *q, struct event_result *ret);
