/*
 * The socket of a trace: opened for its method and family, one probe out, one reply in.
 */
#pragma once

#include "base/err.h"
#include "io/trace_run.h"

struct trace_socket {
	int fd; /* owned; -1: none */
	enum trace_method method;
	bool raw;
	struct trace_flow flow;
	/* for TCP, where fd tells of the probe's socket */
	int holder, probe; /* owned; -1: none */
	struct endpoint to;
	uint16_t own_port, number; /* number: of the probe that waits */
	bool refused;
};

int trace_socket_open(
    struct trace_socket *s, const struct trace_run_conf *conf, struct err *e) _must_use_;
void trace_socket_close(struct trace_socket *s);
/* No reply is waited for any more. */
void trace_socket_abandon(struct trace_socket *s);

/*
 * Sends a probe. 0, or a negative errno when it can never be sent; what only failed for now counts
 * as lost. A pending error of the socket (the kernel reports each reply so, too) is not ours.
 */
int trace_socket_send(struct trace_socket *s, struct trace_probe probe) _must_use_;

/* Takes the next reply. 1: filled; 0: it was foreign; -EAGAIN: none is left. */
int trace_socket_take(struct trace_socket *s, struct ip target, struct trace_reply *ret) _must_use_;

/* After a send has failed with -EMSGSIZE: the MTU of this host's link, or 0. Drops all errors that
 * are in the queue. */
uint32_t trace_socket_own_mtu(struct trace_socket *s);
