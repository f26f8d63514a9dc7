/*
 * A moment in the past, as somebody types it. Pure.
 */
#pragma once

#include <stdint.h>

/*
 * Reads a duration before now ("10m"), or a time of day in UTC: "2026-11-29", "2026-11-29T14:30",
 * "2026-11-29 14:30:05.25", with or without a "Z". 0, -EINVAL, or -ERANGE (before 1970).
 */
int since_parse(const char *text, int64_t now_wall_ns, int64_t *ret_wall_ns);
