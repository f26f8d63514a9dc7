/*
 * Traces from this host back to who asks for it at a Global IP: `identity: {reverse-trace: true}`
 * (proto/identity/reverse_gate.h has the rules, docs/decisions/0017-reverse-trace.md the reasons).
 *
 * The trace leaves from the address that the kernel chooses for the way, not from the Global IP:
 * what routers say to that might reach another site.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/identity/reverse_trace.h"

struct agent;
struct reverse_traces;

struct reverse_traces *reverse_traces_new(struct agent *a);
void reverse_traces_free(struct reverse_traces *r); /* NULL is fine; ends the one that runs */

/* Begins a trace, when it is time for one, and gives the length of the answer to the question. */
size_t reverse_traces_answer(struct reverse_traces *r, struct endpoint from,
    const struct reverse_question *q, uint8_t ret[static IDENTITY_SIZE]);
