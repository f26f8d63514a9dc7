/*
 * Takes the exit status of children that were killed, when they have ended, so that none stays a
 * zombie and nobody waits for one that is slow to die.
 */
#pragma once

#include <systemd/sd-event.h>

struct reaper;

struct reaper *reaper_new(sd_event *loop);
/* Those that have not ended by now are left to whoever becomes their parent. NULL is fine. */
void reaper_free(struct reaper *r);
/* Takes the pidfd. */
void reaper_take(struct reaper *r, int pidfd);
