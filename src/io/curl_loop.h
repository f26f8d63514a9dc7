/*
 * libcurl's multi interface on our event loop.
 *
 * Transfers are curl easy handles, made and owned by the caller; this tells when one has ended. It
 * takes no part in what they ask for. curl_global_init() is called here, once.
 */
#pragma once

#include <curl/curl.h>
#include <systemd/sd-event.h>

#include "base/err.h"

struct curl_loop;

/*
 * The transfer has ended. Its handle is still in the loop, since a connection that was only to be
 * made stands until it is taken out: curl_loop_remove() does, before it is freed or added again,
 * from here too.
 */
typedef void (*curl_ended_fn)(void *userdata, CURL *easy, CURLcode result);

/* `ended` is called from the loop, once for each transfer that comes to its end. */
int curl_loop_new(sd_event *loop, curl_ended_fn ended, void *userdata, struct curl_loop **ret,
    struct err *e) _must_use_;
/* So many connections at most; other transfers wait, within their own time. */
void curl_loop_limit(struct curl_loop *l, unsigned connections);
/* NULL is fine. Transfers still in it are taken out without a word; their handles stay the
 * caller's. */
void curl_loop_free(struct curl_loop *l);
/* Begins a transfer; `ended` is not called from here, however soon it ends. */
int curl_loop_add(struct curl_loop *l, CURL *easy, struct err *e) _must_use_;
/* Takes a transfer out; of one under way, `ended` is not called. */
void curl_loop_remove(struct curl_loop *l, CURL *easy);
