/* Addresses of the controller's API. Pure, but for libcurl, which knows what a URL is. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/strbuf.h"

/*
 * Whether a URL can be the controller's: http or https, a host, and no user, query or fragment,
 * and not the path of the API. -EINVAL and a sentence when not; -EPERM when a token would go in
 * clear to another host: only to the loopback may it be http. -ENOENT: there is no libcurl.
 */
int controller_url_check(const char *url, struct err *e) _must_use_;

/* Adds "/part", with everything encoded that has a meaning in a URL. */
void controller_url_add(struct strbuf *path, const char *part);
/* Adds "?name=value", or "&name=value" when there is a query already; nothing for NULL. */
void controller_url_add_query(struct strbuf *path, const char *name, const char *value);
