/*
 * Asks the agent that answers at a Global IP for a trace back to us (proto/identity/reverse_ask.h),
 * over one UDP socket.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "proto/identity/reverse_ask.h"

struct trace_reverse;

/* finished is called once, from the loop; the engine says how it went. */
int trace_reverse_new(sd_event *loop, struct endpoint agent, uint32_t rounds,
    void (*finished)(void *userdata), void *userdata, struct trace_reverse **ret,
    struct err *e) _must_use_;
void trace_reverse_free(struct trace_reverse *v);                           /* NULL is fine */
const struct reverse_ask *trace_reverse_get(const struct trace_reverse *v); /* borrowed */
