/*
 * What a host counted of replies and requests, as it is kept: JSON with a number for each name, of
 * the start of its program that speaks, and, under "before", the same of those that spoke earlier.
 * Pure.
 */
#pragma once

#include <jansson.h>

/* All of them 0. */
json_t *catchment_counts_new(void);
/* Adds what is kept, of all starts, to a sum. */
void catchment_counts_add(json_t *sum, const json_t *kept);
/* One of its numbers, of all starts: "dropped", replies that came and were not taken. */
json_int_t catchment_counts_of(const char *kept, const char *name);
/* kept, when the start that speaks says its numbers; the caller owns it. */
char *catchment_counts_say(const char *kept, const json_t *said);
/* kept, when another start speaks from now on; likewise. */
char *catchment_counts_restart(const char *kept);
