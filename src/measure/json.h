/*
 * Values of the measurements as JSON. Each is owned by the caller.
 */
#pragma once

#include <stdint.h>

#include <jansson.h>

#include "base/time.h"

/* Milliseconds with whole microseconds, so that no digits appear that were not measured. To be
 * printed with MEASURE_JSON_FLAGS. */
json_t *json_ms(struct duration d);
#define MEASURE_JSON_FLAGS JSON_REAL_PRECISION(12)

/* A text from outside, made printable, since what is not UTF-8 could not be encoded; null for NULL.
 */
json_t *json_text(const char *text);

/* UTC to the microsecond: "2026-11-23T03:27:00.123456Z". */
json_t *json_wall_time(int64_t wall_ns);
