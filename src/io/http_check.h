/*
 * Runs of HTTP checks with libcurl: one GET on a fresh connection, its
 * status compared with the one that is expected.
 *
 * No proxy, no redirects followed, no more than HTTP_CHECK_BODY_MAX of a body read: a check looks
 * at this very answer. A client is shared by all runs of a process.
 */
#pragma once

#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"
#include "io/check_run.h"

#define HTTP_CHECK_BODY_MAX (256u << 10)

struct http_client;
struct http_check;

/* What all HTTP checks of a program share; libcurl is loaded for the first of them. */
struct http_client *http_client_new(sd_event *loop);
void http_client_free(struct http_client *c); /* after all its runs; NULL is fine */

/* Starts a run. On failure nothing runs, and done is not called. */
int http_check_start(struct http_client *client, const char *url, uint32_t expect_status,
    struct duration timeout, check_run_fn done, void *userdata, struct http_check **ret,
    struct err *e);
/* Ends it if it still runs; NULL is fine. */
void http_check_free(struct http_check *c);
