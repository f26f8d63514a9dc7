/*
 * Whose turn it is to write to files of SQLite in this process: first come, first served.
 *
 * SQLite lets a connection that finds another one writing ask again and again: with many, whoever
 * comes just when the lock is free has it, and one may ask for seconds. Here they stand in a line,
 * and ask SQLite for the lock only against other processes. A program has one store, so there is
 * one line.
 */
#pragma once

#include <stdbool.h>

#include "base/time.h"

/* Waits, but no longer than that. False: it was somebody else's all the time. */
bool sqlite_turn_take(struct duration limit) _must_use_;
/* Of who has it. */
void sqlite_turn_give(void);
