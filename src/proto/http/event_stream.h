/* Server-sent events (HTML, section 9.2): what a browser's EventSource reads. */
#pragma once

#include "base/strbuf.h"

#define EVENT_STREAM_CONTENT_TYPE "text/event-stream"
/* A comment, which readers pass over: to be sent when nothing else was for long. */
#define EVENT_STREAM_COMMENT ":\n\n"

/*
 * Adds one event. data may have lines; id (for Last-Event-ID) and type have none, and each may be
 * NULL.
 */
void event_stream_add(struct strbuf *out, const char *id, const char *type, const char *data);
