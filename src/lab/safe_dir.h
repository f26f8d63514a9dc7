/*
 * Folders on the machine's file system, reached and emptied without trusting what others put in the way.
 *
 * A path is walked part by part. In a folder that anyone may write to (/tmp), the next part has to be ours
 * or root's; one that anyone may write to and rename in (no sticky bit) is refused; a symbolic link is
 * followed only where it lies in a folder of ours or root's that nobody else writes to, and never as the
 * last part. Removing goes by descriptor, stays on one file system, and follows no links.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/*
 * Opens the folder at the end of path, which must be ours and writable by nobody else; with make, makes
 * the parts that are missing, for us alone. Gives a descriptor (O_CLOEXEC), -ENOENT (no sentence),
 * -EPERM for what cannot be trusted, or another negative errno.
 */
int safe_dir_open(const char *path, bool make, struct err *err) _must_use_;

/*
 * Removes the folder `name` of `parent` with all that is in it, if it still is the one that `fd` has open.
 * The entry `last` goes last, so that a removal that was interrupted can be told from a stranger's folder.
 */
void safe_dir_remove(int parent, const char *name, int fd, const char *last);
