/*
 * Log lines with fields, where standard error is the systemd journal.
 *
 * A line of base/log.h that is about something gets NEARCAST_EVENT, NEARCAST_SERVICE,
 * NEARCAST_NEIGHBOR and NEARCAST_PREFIX beside the message, so that `journalctl
 * NEARCAST_SERVICE=web` finds it.
 */
#pragma once

#include <stdbool.h>

#include "base/log.h"

/*
 * Whether `stream`, the environment's JOURNAL_STREAM ("device:inode", systemd.exec(5); NULL: not
 * set), is what fd refers to: a program that was started by a unit, with its output somewhere else,
 * has the variable too.
 */
bool journald_is(const char *stream, int fd);
/* Sends lines to the journal from now on, if standard error is the journal; program: a constant. */
void journald_use(const char *name);
