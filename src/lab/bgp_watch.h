/*
 * Watches BGP sessions go by: when was which prefix announced and withdrawn, judged by the packets.
 * Pure.
 *
 * The caller hands in captured IP packets with the kernel's timestamp. Messages are put together
 * across segments, and a message is on the wire when the packet with its last byte is. A capture
 * that begins in the middle of a session finds its footing at the next marker (RFC 4271 4.1).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "lab/tcp_stream.h"

#define BGP_WATCH_EVENTS_MAX 4096 /* later ones are only counted */
#define BGP_WATCH_STREAMS_MAX 64

struct bgp_watch_event {
	int64_t at_ns; /* as the packet's timestamp */
	struct prefix prefix;
	bool withdrawn; /* else announced */
	struct ip from, to;
};

struct bgp_watch {
	struct tcp_stream streams[BGP_WATCH_STREAMS_MAX]; /* owned */
	size_t stream_count;
	struct bgp_watch_event *events; /* owned, in order of time */
	size_t event_count, event_cap;
	uint64_t packets, malformed, dropped_events;
};

void bgp_watch_init(struct bgp_watch *w);
void bgp_watch_done(struct bgp_watch *w);
/* A packet that starts at its IP header; what is not of a BGP session (port 179) is ignored. */
void bgp_watch_packet(struct bgp_watch *w, const void *packet, size_t n, int64_t at_ns);
/* The first event of this kind for the prefix at or after since_ns; NULL when there is none yet. */
const struct bgp_watch_event *bgp_watch_find(
    const struct bgp_watch *w, struct prefix prefix, bool withdrawn, int64_t since_ns) _pure_;
