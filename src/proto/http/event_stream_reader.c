#include "proto/http/event_stream_reader.h"

#include <stdio.h>
#include <string.h>

static void
clear(struct strbuf *b)
{
	strbuf_done(b);
	*b = (struct strbuf){ 0 };
}

void
event_stream_reader_begin(struct event_stream_reader *r)
{
	clear(&r->line);
	clear(&r->type);
	clear(&r->data);
	r->has_data = r->was_cr = false;
}

void
event_stream_reader_done(struct event_stream_reader *r)
{
	event_stream_reader_begin(r);
}

static void
take_field(struct event_stream_reader *r, const char *name, const char *value)
{
	if (strcmp(name, "data") == 0) {
		if (r->has_data)
			strbuf_add_char(&r->data, '\n');
		strbuf_add(&r->data, value);
		r->has_data = true;
	} else if (strcmp(name, "event") == 0) {
		clear(&r->type);
		strbuf_add(&r->type, value);
	} else if (strcmp(name, "id") == 0 && strlen(value) < sizeof(r->id)) {
		(void)snprintf(r->id, sizeof(r->id), "%s", value);
	}
	/* others mean nothing to us; how long to wait before the next stream is the caller's */
}

/* A line without its end; an empty one ends the message. */
static bool
take_line(struct event_stream_reader *r, char *line, event_stream_fn fn, void *userdata)
{
	char *colon = strchr(line, ':');
	bool goes_on = true;

	if (*line == '\0') {
		if (r->has_data)
			goes_on = fn(userdata,
			    &(struct event_stream_message){
				.type = r->type.len > 0 ? strbuf_get(&r->type) : "message",
				.data = strbuf_get(&r->data),
				.id = r->id });
		clear(&r->type);
		clear(&r->data);
		r->has_data = false;
		return goes_on;
	}
	if (colon == line)
		return true; /* a comment */
	if (colon == NULL) {
		take_field(r, line, "");
		return true;
	}
	*colon = '\0';
	take_field(r, line, colon[1] == ' ' ? colon + 2 : colon + 1);
	return true;
}

static bool
end_line(struct event_stream_reader *r, event_stream_fn fn, void *userdata)
{
	struct strbuf line = r->line;
	bool goes_on;

	r->line = (struct strbuf){ 0 };
	strbuf_add(&line, "");
	goes_on = take_line(r, line.text != NULL ? line.text : (char[]){ "" }, fn, userdata);
	strbuf_done(&line);
	return goes_on;
}

bool
event_stream_read(struct event_stream_reader *r, const char *bytes, size_t len, event_stream_fn fn,
    void *userdata)
{
	for (size_t i = 0; i < len; i++) {
		bool is_end = bytes[i] == '\n' || bytes[i] == '\r';
		bool is_rest = bytes[i] == '\n' && r->was_cr;

		r->was_cr = bytes[i] == '\r';
		if (is_rest)
			continue;
		if (is_end && !end_line(r, fn, userdata))
			return false;
		/* a NUL is in none of ours */
		if (!is_end && bytes[i] != '\0')
			strbuf_add_char(&r->line, bytes[i]);
		if (r->line.len + r->data.len > EVENT_STREAM_BYTES_MAX)
			return false;
	}
	return true;
}
