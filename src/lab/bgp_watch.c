#include "lab/bgp_watch.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "proto/bgp/bgp.h"
#include "proto/bgp/capture.h"
#include "wire/reader.h"

#define MARKER_LEN 16 /* RFC 4271 4.1: all ones */
#define HEADER_LEN 19
#define STREAM_MAX ((size_t)256 * 1024) /* more than any burst of the lab's routers */

void
bgp_watch_init(struct bgp_watch *w)
{
	*w = (struct bgp_watch){ 0 };
}

void
bgp_watch_done(struct bgp_watch *w)
{
	for (size_t i = 0; i < w->stream_count; i++)
		tcp_stream_done(&w->streams[i]);
	free(w->events);
	*w = (struct bgp_watch){ 0 };
}

static struct tcp_stream *
find_stream(struct bgp_watch *w, const struct tcp_segment *s)
{
	for (size_t i = 0; i < w->stream_count; i++) {
		struct tcp_stream *it = &w->streams[i];

		if (endpoint_equal(it->src, s->src) && endpoint_equal(it->dst, s->dst))
			return it;
	}
	if (w->stream_count == BGP_WATCH_STREAMS_MAX)
		return NULL;

	struct tcp_stream *it = &w->streams[w->stream_count++];

	*it = (struct tcp_stream){ .src = s->src, .dst = s->dst };
	return it;
}

/* What a message's walk needs to know. */
struct walk {
	struct bgp_watch *watch;
	const struct tcp_stream *stream;
	int64_t at_ns;
};

static void
add_event(void *userdata, bool announced, struct prefix prefix)
{
	const struct walk *walk = userdata;
	struct bgp_watch *w = walk->watch;

	if (w->event_count == BGP_WATCH_EVENTS_MAX) {
		w->dropped_events++;
		return;
	}
	w->events = grow_array(w->events, w->event_count, &w->event_cap, sizeof(*w->events));
	w->events[w->event_count++] = (struct bgp_watch_event){
		.at_ns = walk->at_ns,
		.prefix = prefix,
		.withdrawn = !announced,
		.from = walk->stream->src.addr,
		.to = walk->stream->dst.addr,
	};
}

/* Drops bytes up to where a marker stands, or may just begin. False: nothing to read is left. */
static bool
find_marker(struct tcp_stream *s, size_t from)
{
	const uint8_t *bytes = (const uint8_t *)s->data.text;
	size_t ones = 0, i;

	for (i = from; i < s->data.len && ones < MARKER_LEN; i++)
		ones = bytes[i] == 0xff ? ones + 1 : 0;
	tcp_stream_take(s, i - ones);
	return ones == MARKER_LEN;
}

/* The length in the header of the first message; what is there when that is not whole yet. */
static size_t
message_length(const struct tcp_stream *s)
{
	struct reader r = reader_init(s->data.text, s->data.len);

	reader_skip(&r, MARKER_LEN);

	size_t length = reader_u16(&r);

	return reader_ok(&r) && length <= s->data.len ? MAX(length, (size_t)HEADER_LEN)
						      : s->data.len;
}

/* One message at a time, so that a bad one does not make those before it be read again. */
static void
read_messages(struct bgp_watch *w, struct tcp_stream *s, int64_t at_ns)
{
	struct walk walk = { .watch = w, .stream = s, .at_ns = at_ns };

	if (s->fresh && !find_marker(s, 0))
		return;
	s->fresh = false;
	while (s->data.len >= HEADER_LEN) {
		size_t length = MIN(message_length(s), s->data.len);
		long n = bgp_capture_each_prefix(
		    (const uint8_t *)s->data.text, length, add_event, &walk);

		if (n == 0)
			return;
		if (n > 0) {
			tcp_stream_take(s, (size_t)n);
			continue;
		}
		w->malformed++;
		if (!find_marker(s, 1)) {
			s->fresh = true;
			return;
		}
	}
}

void
bgp_watch_packet(struct bgp_watch *w, const void *packet, size_t n, int64_t at_ns)
{
	struct tcp_segment segment;

	if (!tcp_segment_decode(packet, n, &segment) ||
	    (segment.src.port != BGP_PORT && segment.dst.port != BGP_PORT))
		return;
	w->packets++;

	struct tcp_stream *s = find_stream(w, &segment);

	if (!s)
		return;
	tcp_stream_add(s, &segment, STREAM_MAX);
	read_messages(w, s, at_ns);
}

const struct bgp_watch_event *
bgp_watch_find(const struct bgp_watch *w, struct prefix prefix, bool withdrawn, int64_t since_ns)
{
	for (size_t i = 0; i < w->event_count; i++) {
		const struct bgp_watch_event *event = &w->events[i];

		if (event->withdrawn == withdrawn && event->at_ns >= since_ns &&
		    prefix_equal(event->prefix, prefix))
			return event;
	}
	return NULL;
}
