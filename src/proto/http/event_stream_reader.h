/*
 * The other end of event_stream.h: server-sent events, as they come in pieces (HTML,
 * section 9.2.6). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* Of a message: lines and all. More is no stream that we would read. */
#define EVENT_STREAM_BYTES_MAX ((size_t)1 << 20)
#define EVENT_STREAM_ID_SIZE 64

struct event_stream_message {
	const char *type; /* "message" when it is not named */
	const char *data; /* lines with \n between */
	const char *id;   /* the last one that was given, by this message or before; "": none */
};

/* Zeroed it is at the beginning of a stream; event_stream_reader_done() frees it. */
struct event_stream_reader {
	struct strbuf line, type, data; /* owned */
	char id[EVENT_STREAM_ID_SIZE];  /* is kept over streams: what goes on behind it */
	bool has_data, was_cr;
};

/* False: the messages behind it are not wanted any more. */
typedef bool (*event_stream_fn)(void *userdata, const struct event_stream_message *m);

/*
 * Gives each message that is complete to fn. False: fn wanted no more, or one is too large (then
 * there is no use in going on either).
 */
bool event_stream_read(struct event_stream_reader *r, const char *bytes, size_t len,
    event_stream_fn fn, void *userdata) _must_use_;
/* Another stream begins, behind the id that was kept. */
void event_stream_reader_begin(struct event_stream_reader *r);
void event_stream_reader_done(struct event_stream_reader *r);
