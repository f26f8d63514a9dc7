/*
 * The API (api.h) over HTTP: a request of one as that of the other, and the response back.
 */
#pragma once

#include "controller/api.h"
#include "controller/source.h"
#include "io/http_server.h"

#define HTTP_API_QUERY_MAX 32

/*
 * As the API takes it, at this moment: borrows from the request, and keeps the query's parameters
 * in `query`; more of them than it holds are left out. What else the API may use is for the caller
 * to add.
 */
struct api_request http_api_request(const struct http_request *h, const struct source *source,
    struct api_pair query[static HTTP_API_QUERY_MAX]);
/* Fills the answer, which is empty. */
void http_api_answer(struct http_answer *a, const struct api_response *r);
/* Whether it tries a password. */
bool http_api_is_sign_in(const struct http_request *h);
