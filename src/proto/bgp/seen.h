/*
 * Prefixes that are watched for in the peer's UPDATEs: the one thing that is kept of them.
 *
 * A router may send a million prefixes, so what is not watched must cost nothing: the decoder notes
 * which lengths of prefixes a message has, and only a message with a watched length is walked. Its path
 * is read once, however often it says the same prefix.
 */
#pragma once

#include "base/prefix_map.h"
#include "proto/bgp/codec.h"

#define BGP_WATCH_MAX 4096

struct bgp_watched {
	struct prefix prefix;
	struct bgp_seen seen;
};

struct bgp_watch {
	struct bgp_watched *items; /* owned */
	size_t count, cap;
	struct prefix_map index; /* of items */
	uint64_t lengths[BGP_FAMILY_MAX]; /* as in struct bgp_nlri */
	uint64_t paths_read; /* at most one an UPDATE */
};

void bgp_watch_done(struct bgp_watch *w);
/* 0, or -ENOSPC. A prefix that is watched already stays as it is. */
int bgp_watch_add(struct bgp_watch *w, struct prefix prefix);
void bgp_watch_remove(struct bgp_watch *w, struct prefix prefix);
/* What was seen of one that is watched, in an earlier life. */
void bgp_watch_set(struct bgp_watch *w, const struct bgp_watched *watched);
/* NULL: not watched. Borrowed until the next bgp_watch_add() or bgp_watch_remove(). */
const struct bgp_seen *bgp_watch_find(const struct bgp_watch *w, struct prefix prefix);
/* An UPDATE that was not refused. */
void bgp_watch_update(struct bgp_watch *w, const struct bgp_peering *peering,
    const struct bgp_update *u, struct instant now);
/* The session is gone, and with it all that the peer has said. */
void bgp_watch_clear(struct bgp_watch *w);
