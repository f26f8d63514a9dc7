/*
 * What the two files of the built-in speaker share: speaker.c makes announcements so,
 * speaker_requests.c answers what an operator asks while it runs.
 */
#pragma once

#include "announce/announce.h"
#include "announce/bfd.h"
#include "announce/listener.h"
#include "announce/neighbor.h"
#include "announce/pending.h"

struct announcer {
	sd_event *loop; /* referenced */
	struct announcer_events events;
	struct neighbor_events neighbor_events;
	struct neighbor **neighbors; /* owned */
	size_t neighbor_count;
	struct listeners listeners;
	struct bfd_driver *bfd; /* owned; NULL: no neighbor wants it */
	struct pending pending;
	sd_event_source *flush; /* owned; writes at the end of the turn what nobody flushed */
	struct prefix *watched; /* owned; looked for in what neighbors send */
	size_t watched_count, watched_cap;
	bool stopping;
	struct timer stop_timer;
	void (*stop_done)(void *userdata);
	void *stop_userdata;
};
