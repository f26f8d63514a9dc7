/*
 * A program that is run to see whether it can: its last words are kept, its time is limited, and it
 * leaves nothing behind. For another build of this program, before it takes over.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/time.h"

struct trial;

/*
 * Over: 0, or -errno with a sentence (it could not be run, failed, took too long). out, err: what
 * it said on stdout and stderr, at most TRIAL_OUTPUT_MAX bytes each.
 */
typedef void (*trial_fn)(
    void *userdata, int result, const char *out, const char *err, const struct err *e);

#define TRIAL_OUTPUT_MAX 4096

/*
 * argv ends with NULL; argv[0] is a path. give_fd is descriptor 3 there; -1: none. All other
 * descriptors of ours that close on exec are not there. Calls done once, from the loop; the trial
 * is then the caller's to free.
 */
int trial_start(sd_event *loop, char *const argv[], int give_fd, struct duration limit,
    trial_fn done, void *userdata, struct trial **ret, struct err *e);
/* Ends the program, with all of its process group, if it still runs. NULL is fine. */
void trial_free(struct trial *t);
