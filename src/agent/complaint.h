/*
 * What is wrong with an answer of the controller, as one sentence for people. Pure.
 *
 * The same failure has the same sentence every time, so that who repeats it can be told only once.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "io/http_call.h"

/*
 * r, reply and e: as an http_answered_fn is given them. NULL: nothing is, it is an answer of its
 * status. Else buf, which is UTF-8.
 */
const char *complaint_of(
    int r, const struct http_reply *reply, const struct err *e, char *buf, size_t size);
