/*
 * What our programs answer at the address that Prometheus scrapes: GET /metrics, and nothing else;
 * where a token is wanted, to those alone who have it ("authorization: {credentials_file: ...}" of
 * its scrape_config). There is no TLS there.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "io/http_answer.h"
#include "io/http_exchange.h"

/*
 * Whether the figures are to be the answer; if not, it is there: 401, 404 or 405. authorization:
 * what the header has to say, of http_scrape_authorization(); NULL: nothing.
 */
bool http_scrape_is_asked(
    const struct http_request *request, const char *authorization, struct http_answer *answer);
/* Of the token in a file: "Bearer ...", a secret, for the caller to wipe and free. Errors are those
 * of token_file_read(). */
int http_scrape_authorization(const char *path, char **ret, struct err *e) _must_use_;
