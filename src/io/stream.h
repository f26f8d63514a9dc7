/*
 * A byte stream over a non-blocking socket on the event loop.
 *
 * Writes go to the kernel at once, inside of stream_write(); what it does not take waits in a
 * buffer and follows when the socket is writable again. Reads are bounded for each wake-up, in
 * bytes and in time, so that one talkative peer cannot keep the loop from the others. The stream
 * knows nothing of what flows through it.
 *
 * Owned by whoever made it. Every callback may free the stream.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/ip.h"
#include "io/handover.h"

#define STREAM_READ_MAX (256u << 10)    /* bytes a wake-up */
#define STREAM_CHUNK_MAX (64u << 10)    /* bytes that bytes() gets at a time */
#define STREAM_PENDING_MAX (256u << 10) /* bytes that wait for the socket; more is an error */

struct stream;

struct stream_events {
	/* The connection asked for stands (only when made with `connecting`). */
	void (*connected)(void *userdata);
	void (*bytes)(void *userdata, const uint8_t *bytes, size_t len);
	/* Nothing waits any more; also the answer to stream_ask_writable(). */
	void (*writable)(void *userdata);
	/* Over: closed by the peer, failed, or stream_finish() is done. Free the stream. */
	void (*closed)(void *userdata, const char *why);
};

/* Takes fd over, also when it fails. The events are borrowed and outlive the stream. */
int stream_new(sd_event *loop, int fd, bool connecting, const struct stream_events *events,
    void *userdata, struct stream **ret);
int stream_error(const struct stream *s); /* in closed(): negative errno of the socket, or 0 */
int stream_fd(const struct stream *s); /* stays the stream's */
void stream_free(struct stream *s); /* closes at once; NULL is fine */

/*
 * Writes now or, behind what waits already, later. 0, or -ENOBUFS when too much waits. An error of
 * the socket is told by closed(), from the loop, never from inside this call.
 */
int stream_write(struct stream *s, const void *bytes, size_t len);
size_t stream_pending(const struct stream *s);
/* Both ends of the connection; IP_NONE where the kernel does not say (yet). */
void stream_endpoints(
    const struct stream *s, struct endpoint *ret_local, struct endpoint *ret_peer);
uint64_t stream_taken(const struct stream *s); /* bytes that the kernel took, in all */
/*
 * stream_free() will reset the connection: the peer hears of it behind bytes that it does not read.
 */
void stream_reset_at_end(struct stream *s);
void stream_ask_writable(struct stream *s);
/*
 * What is said behind everything else when the program can not go on (last_words.h): copied, and
 * not said any more once the stream is finished.
 */
void stream_set_last_words(struct stream *s, const void *bytes, size_t len);
bool stream_has_last_words(const struct stream *s);

/*
 * Ends it so that the peer gets everything: writes what waits, closes our half, drops what still
 * comes, and calls closed() at the peer's end of file or after a second. Other events come no more.
 */
int stream_finish(struct stream *s);

/*
 * Hands it over to another program: its descriptor, and the bytes that wait. Not one that is being
 * finished, or has ended. Frees nothing.
 */
void stream_save(const struct stream *s, struct handover *h);
/* As stream_new(), from the records. -EBADF: there is no connection for them. */
int stream_resume(sd_event *loop, struct inheritance *in, struct reader records,
    const struct stream_events *events, void *userdata, struct stream **ret);
