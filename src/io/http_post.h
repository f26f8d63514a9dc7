/*
 * A JSON document that is posted to a URL, on the event loop, through libcurl.
 *
 * No proxy is asked, no redirect followed; certificates are verified. The answer's status is what
 * counts, 2xx is a success; its body is dropped. A URL may be a secret, and is in no text of ours.
 */
#pragma once

#include <stdbool.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"

#define HTTP_POST_WHY_MAX 192

struct http_poster; /* what posts share */
struct http_post;

/* It has ended; its owner frees it, here or later. */
typedef void (*http_post_fn)(void *userdata, bool ok, const char *why);

/* Loads libcurl; -ENOENT: it is missing. */
int http_poster_new(sd_event *loop, struct http_poster **ret, struct err *e) _must_use_;
void http_poster_free(struct http_poster *p); /* after all its posts; NULL is fine */

/* text is copied. `done` comes from the loop. */
int http_post_start(struct http_poster *p, const char *url, const char *text,
    struct duration timeout, http_post_fn done, void *userdata, struct http_post **ret,
    struct err *e) _must_use_;
void http_post_free(struct http_post *post); /* ends it; NULL is fine */
