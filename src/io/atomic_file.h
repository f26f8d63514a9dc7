/*
 * Small files that are whole or as they were before, whatever happens: a full disk, a kill, a power
 * cut. What is new is written beside the old, brought to the disk, and takes its name then.
 *
 * All of it may wait for the disk: from an event loop, call it by way of a thread (worker_pool.h).
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

/*
 * Writes all of the file, with these permissions (0600). The other name in between is path with
 * ".new" behind it; it does not stay. On failure the file is as before: -ENOSPC, -EROFS, ...
 */
int atomic_file_write(
    const char *path, const void *bytes, size_t len, unsigned mode, struct err *e) _must_use_;
/*
 * The same in pieces, for what is too large to be held at once. After a begin that succeeded comes
 * one end or drop; drop leaves the file as before, and so does an end that fails.
 */
struct atomic_file {
	char *path, *beside; /* owned */
	int fd;
};

int atomic_file_begin(
    struct atomic_file *f, const char *path, unsigned mode, struct err *e) _must_use_;
int atomic_file_put(struct atomic_file *f, const void *bytes, size_t len, struct err *e) _must_use_;
int atomic_file_end(struct atomic_file *f, struct err *e) _must_use_;
void atomic_file_drop(struct atomic_file *f);

/*
 * Reads all of the file: *ret is the caller's to free() and ends with a NUL that *ret_len does not
 * count. -ENOENT: there is none; -EFBIG: it is longer than max; -EINVAL: it is no file but a
 * folder, a pipe, ...
 */
int atomic_file_read(
    const char *path, size_t max, char **ret, size_t *ret_len, struct err *e) _must_use_;
/* Removes the file, for good. That there is none is no failure. */
int atomic_file_remove(const char *path, struct err *e) _must_use_;
/* Brings the name of a file to the disk, after a rename: its folder. */
int atomic_file_sync_name(const char *path, struct err *e) _must_use_;
