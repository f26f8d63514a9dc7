/*
 * Sends the probes of a trace and reads what comes back, without privileges.
 *
 * UDP: one connected socket; ICMP errors come back through its error queue (IP_RECVERR), with as
 * much of the probe as the router quoted. ICMP: a ping socket, where net.ipv4.ping_group_range
 * allows it, else a raw socket, which needs CAP_NET_RAW. TCP: connect(), one probe after the other,
 * each given up before the kernel would repeat its SYN, after 950 ms. The time to live goes with
 * each message; arrival times are the kernel's, except those of TCP's own answers.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "proto/trace/mtu.h"
#include "proto/trace/trace.h"

enum trace_method {
	TRACE_UDP,
	TRACE_ICMP,
	TRACE_TCP,
};

struct trace_run_conf {
	struct trace_conf trace;
	enum trace_method method;
	uint16_t port; /* of the target, for TCP and UDP (there one where nothing answers) */
	bool mtu;      /* then look where the MTU falls; not with TCP, whose SYN has no size */
};

struct trace_run;

/* finished is called once, from the loop: with r 0 when the trace is over, else with what went
 * wrong. */
typedef void (*trace_finished_fn)(void *userdata, int r, const struct err *e);

int trace_run_new(sd_event *loop, const struct trace_run_conf *conf, trace_finished_fn finished,
    void *userdata, struct trace_run **ret, struct err *e) _must_use_;
void trace_run_free(struct trace_run *run); /* NULL is fine */
/* Traces once more, in the same flow, after a trace that has finished; what was known is forgotten.
 * conf has the same target. finished is called again. */
void trace_run_again(
    struct trace_run *run, const struct trace_conf *conf, trace_finished_fn finished);
bool trace_run_is_busy(const struct trace_run *run); /* it has not finished */
/* What is known so far; borrowed. */
const struct trace *trace_run_get(const struct trace_run *run);
/* Likewise; NULL when it was not asked for, or the trace is not over. */
const struct trace_mtu *trace_run_mtu(const struct trace_run *run);
