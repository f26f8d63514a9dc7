/*
 * The kinds of events that a controller knows of: those of agents (service/event_kind.h), and its
 * own, most of which follow from the audit log. A store may have others, of agents that are newer
 * or older. nearcast-events(1) lists ours.
 */
#pragma once

#include <stdbool.h>

/* All, ends with NULL. */
const char *const *event_kinds_known(void);
bool event_kind_is_known(const char *kind);
