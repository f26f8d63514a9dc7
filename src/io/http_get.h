/*
 * One small document over HTTP, for programs that may wait for it.
 *
 * No proxy is asked: metadata is for the host that asks for it. Up to three redirects within http
 * and https are followed, certificates are verified, and only status 200 is an answer.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/time.h"

/*
 * Adds the document to ret. -ETIMEDOUT when all of it took longer than timeout, -EFBIG for more
 * than max bytes, -EPROTO for another status, or what http_call() says; the sentence begins with
 * the URL.
 */
int http_get(const char *url, struct duration timeout, size_t max, struct strbuf *ret,
    struct err *e) _must_use_;
