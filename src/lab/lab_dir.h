/*
 * State folders: the only trace of a lab on the machine's file system.
 *
 * One folder a lab below lab_dir_root(), mode 0700: `control` (socket), `lock` (held with flock(2) by the
 * supervisor as long as it lives), `logs/`. A folder whose lock is ours and held by nobody belongs to a lab
 * that is dead; whoever comes by next removes it. One without our lock in it is never touched. Making and
 * pruning happen under a lock on the root folder.
 */
#pragma once

#include <sys/un.h>

#include "base/err.h"
#include "base/strbuf.h"

struct lab_dir {
	char *path; /* owned */
	int fd;     /* the folder; O_CLOEXEC; owned */
	int lock;   /* the held lock file; -1 in a folder that is only visited */
};

#define LAB_DIR_INIT ((struct lab_dir){ .fd = -1, .lock = -1 })

/*
 * Where state folders are: $NEARCAST_LAB_DIR, else $XDG_RUNTIME_DIR/nearcast/labs, else /run/nearcast/labs
 * for root and /tmp/nearcast-<uid>/labs for others. Gives text that the caller frees.
 */
char *lab_dir_root(void) __attribute__((returns_nonnull));

/* Makes the folder of a lab and holds its lock. -EEXIST: a lab of that name runs. -EINVAL: the name. -EPERM: what
 * lies there is not ours. */
int lab_dir_create(const char *name, struct lab_dir *ret, struct err *err) _must_use_;

/* Opens the folder of a running lab. -ENOENT: no such lab runs. */
int lab_dir_open(const char *name, struct lab_dir *ret, struct err *err) _must_use_;

/* Removes all that is in it, and itself, then lets the lock go. For the one who holds the lock. */
void lab_dir_remove(struct lab_dir *d);

/* Closes what it holds; the folder stays. Fine on LAB_DIR_INIT. */
void lab_dir_done(struct lab_dir *d);

/*
 * Calls fn for each running lab, by name, in order of names; removes the folders of dead ones on the way.
 * fn may be NULL.
 */
typedef void (*lab_dir_fn)(const char *name, void *userdata);
int lab_dir_each(lab_dir_fn fn, void *userdata, struct err *err) _must_use_;

/*
 * The address of the control socket by way of /proc/self/fd, as the folder's own path may be too long for
 * one. Valid in the calling process only.
 */
struct sockaddr_un lab_dir_control_address(const struct lab_dir *d);

/* The last lines (at most 8) of a log file in logs/, indented, for a message; nothing when it is empty. */
void lab_dir_log_tail(const struct lab_dir *d, const char *log, struct strbuf *out);
