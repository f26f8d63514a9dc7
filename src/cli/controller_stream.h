/* A stream of what happens at a controller: server-sent events, one connection's worth. */
#pragma once

#include "cli/controller.h"
#include "proto/http/event_stream_reader.h"

enum controller_stream {
	CONTROLLER_STREAM_ENDED,   /* it did, or broke; or fn wanted no more */
	CONTROLLER_STREAM_AWAY,    /* nobody answers, or not now */
	CONTROLLER_STREAM_REFUSED, /* and that was said */
};

/*
 * GET of path, behind the id that the reader has, whose messages are given to fn. It is the
 * caller's to begin again; then the reader goes on where it was.
 */
enum controller_stream controller_stream(const struct controller *c, const char *path,
    struct event_stream_reader *r, event_stream_fn fn, void *userdata);
