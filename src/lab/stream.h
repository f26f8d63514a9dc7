/*
 * A client's continuous requests: `nearcast probe --each` in its node, read line by line while it
 * runs.
 */
#pragma once

#include "base/alloc.h"
#include "base/strbuf.h"
#include "lab/lab.h"
#include "lab/timeline.h"

struct stream {
	struct lab_child child;            /* owned */
	struct strbuf partial;             /* the start of a line */
	struct arena *names;               /* owned: of sites and hosts */
	struct timeline_request *requests; /* owned, in the order of their ends */
	size_t count, cap;
	size_t bad_lines;
	const char *last_host; /* of the last request; NULL: it failed. As long as the stream */
	size_t in_a_row;       /* requests since another one than last_host answered */
};

/* Starts it; argv must make JSON lines. stream_done() it in any case. */
int stream_start(struct stream *s, struct lab *lab, const char *node, const char *const *argv,
    struct err *err) _must_use_;
/* Reads what is there, when child.out is readable. 0; -EPIPE when it ended. */
int stream_read(struct stream *s) _must_use_;
/* Asks it to end and reads the rest, for at most a few seconds. */
void stream_finish(struct stream *s);
void stream_done(struct stream *s);

/* One line of `nearcast probe --each`. Counts what it can not read. Public for its test. */
void stream_add_line(struct stream *s, const char *line, size_t len);
