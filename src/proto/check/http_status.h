/*
 * The HTTP statuses that a check takes for a pass: single ones and ranges. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_status_range {
	uint16_t first, last;
};

/* "200", "200-299": 100 to 599. 0 or -EINVAL. */
int http_status_parse(const char *text, struct http_status_range *ret);
bool http_status_is_in(const struct http_status_range *ranges, size_t count, long status);
/* "200, 300-399" */
void http_status_format(
    const struct http_status_range *ranges, size_t count, char *buf, size_t size);
