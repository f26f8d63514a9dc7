/*
 * The folder in which an agent keeps what has to outlive it. Each thing is a file of its own, whole
 * or as it was before (io/atomic_file.h).
 *
 * A disk may take seconds over a write, and a withdraw must not wait for it: what is saved is
 * written by a thread, in the order in which it was given; of what is given for one name while the
 * disk is busy, only the last is written. A folder that can not be written takes no service off the
 * air: it is logged once, shown by state_dir_problem() while it lasts, and what could not be
 * written is tried again, every 2 s and with the next thing to save.
 *
 * An agent has the folder for itself, by a lock in it; another one that wants it does without.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <systemd/sd-event.h>

#include "base/err.h"

struct worker_pool;
struct state_dir;

/* Makes the folder if it is missing (its parents are there). One that can not be used is a problem,
 * not a failure. */
int state_dir_new(
    sd_event *loop, const char *path, struct state_dir **ret, struct err *e) _must_use_;
/* Waits for what was given, but not for a disk that hangs. NULL is fine. */
void state_dir_free(struct state_dir *d);

const char *state_dir_path(const struct state_dir *d);
/* One sentence on why nothing is kept, borrowed until the loop turns; NULL: all is well. */
const char *state_dir_problem(const struct state_dir *d);
/* Whether the folder is ours; without, nothing in it may be touched. */
bool state_dir_is_ours(const struct state_dir *d);
/* The thread that writes, for what else goes to this disk. Its jobs end before the folder does. */
struct worker_pool *state_dir_thread(struct state_dir *d);

/*
 * Reads what was saved under the name, for the start: it waits for the disk. As atomic_file_read();
 * -ENOENT too when the folder is not ours.
 */
int state_dir_load(const struct state_dir *d, const char *name, size_t max, char **ret,
    size_t *ret_len, struct err *e) _must_use_;
/* The name is a file's, without a folder; it and the bytes are copied. */
void state_dir_save(struct state_dir *d, const char *name, const void *bytes, size_t len);
void state_dir_remove(struct state_dir *d, const char *name);
