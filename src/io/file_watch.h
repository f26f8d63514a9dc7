/*
 * Whether a file is there, and its first line: for what is switched by making and removing a file.
 *
 * The kernel tells of changes in the file's folder (inotify). A folder that is not there, or not
 * any more, is looked for every FILE_WATCH_RETRY. A file that is being written is looked at when
 * its writer closes it, or FILE_WATCH_GRACE after it came, for a writer that does not.
 */
#pragma once

#include <stdbool.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"

#define FILE_WATCH_RETRY DURATION_S(1)
#define FILE_WATCH_GRACE DURATION_MS(50)
#define FILE_WATCH_LINE_MAX 192 /* bytes of the first line, NUL included; the rest is left out */

struct file_watch;

/* It came, went, or has another first line ("" for one that can not be read). It must not free. */
typedef void (*file_watch_fn)(void *userdata, bool present, const char *line);

/* Looks at the file, and calls changed from the loop when that has changed. path is absolute, and
 * copied. */
int file_watch_new(sd_event *loop, const char *path, file_watch_fn changed, void *userdata,
    struct file_watch **ret, struct err *e) _must_use_;
void file_watch_free(struct file_watch *w); /* NULL is fine */

/* As of the last look. */
bool file_watch_is_present(const struct file_watch *w);
const char *file_watch_line(const struct file_watch *w); /* borrowed until the loop turns */
