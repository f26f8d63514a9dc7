/*
 * Asks for a reverse trace, as a pure engine: cookie, begin, wait, and the result piece by piece.
 *
 * A question without an answer is asked again after REVERSE_RESEND, and given up after
 * REVERSE_TRIES in a row. Each has a nonce of its own, and only the answer to the last one counts.
 * The engine reads no clock, and takes random numbers from its driver.
 */
#pragma once

#include "proto/identity/reverse_rounds.h"
#include "proto/identity/reverse_trace.h"

#define REVERSE_RESEND DURATION_MS(500)
#define REVERSE_TRIES 6
#define REVERSE_POLL DURATION_MS(250)
#define REVERSE_BUSY_PAUSE DURATION_S(2)
/* In all. Ten rounds over 30 hops of which some are silent take 15 seconds; before them, those of
 * somebody else may. */
#define REVERSE_PATIENCE DURATION_S(60)

struct reverse_ask;

/* rounds: wanted, at most REVERSE_ROUNDS_MAX. A host that knows of none makes two queries at once.
 */
struct reverse_ask *reverse_ask_new(uint8_t rounds, struct instant now);
void reverse_ask_free(struct reverse_ask *a); /* NULL is fine */

/* The question to send now, if there is one; it counts as sent then. */
bool reverse_ask_take(struct reverse_ask *a, struct instant now, uint64_t nonce,
    uint8_t ret[static IDENTITY_SIZE]) _must_use_;
void reverse_ask_input(struct reverse_ask *a, const void *bytes, size_t len, struct instant now);
/* When there is something to do without an answer; never once it is over. */
struct instant reverse_ask_deadline(const struct reverse_ask *a);

bool reverse_ask_is_over(const struct reverse_ask *a);
/* Why there is no result, once it is over: a sentence without its full stop; NULL: there is one. */
const char *reverse_ask_problem(const struct reverse_ask *a);
/* The result, NULL without; who has traced (empty: it did not say), and to which address. Borrowed.
 */
const struct trace *reverse_ask_trace(const struct reverse_ask *a);
const struct identity *reverse_ask_who(const struct reverse_ask *a);
struct ip reverse_ask_asker(const struct reverse_ask *a);
