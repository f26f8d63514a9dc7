/*
 * Whether a host traces back for who asks. Pure.
 *
 * A cookie is a MAC (AES-CMAC, RFC 4493) of the asker's address and port and of the time, so
 * nothing is kept of those who have none; each is taken for REVERSE_COOKIE_LIFE to twice that. One
 * trace runs at a time, and one begins every REVERSE_PACE at most, whoever asks. Its result is
 * there for who asked for it, by the same port and cookie, until the next one begins.
 */
#pragma once

#include <nettle/cmac.h>

#include "proto/identity/reverse_trace.h"

#define REVERSE_COOKIE_LIFE DURATION_S(30)
#define REVERSE_PACE DURATION_S(10)

struct reverse_gate {
	struct cmac_aes128_ctx mac;
	bool is_taken, is_over; /* is_taken: there is a trace, for this one: */
	struct endpoint asker;
	uint64_t cookie;
	struct instant next; /* may begin */
};

void reverse_gate_init(struct reverse_gate *g, const uint8_t secret[static 16]);

/* What to answer; never REVERSE_OFF. start: a trace to `from` begins now. cookie: the one to
 * send.*/
enum reverse_state reverse_gate_ask(struct reverse_gate *g, struct endpoint from, uint64_t cookie,
    struct instant now, bool *ret_start, uint64_t *ret_cookie);
/* The trace has ended; or it could not be begun, and has no result. */
void reverse_gate_end(struct reverse_gate *g, bool has_result);
