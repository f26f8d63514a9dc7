/* What the sockets of a trace share: UDP and ICMP in trace_socket.c, TCP in trace_connect.c. */
#pragma once

#include "io/trace_socket.h"

/* The part of a packet that an ICMP error quotes, from behind the IP header and, where the socket
 * has ports, those. */
struct trace_quote {
	uint8_t bytes[512];
	size_t len;
};

/* Takes an ICMP error from the error queue of fd: `icmp` and all that goes with it, and when it
 * came. quote may be NULL. 1: filled; 0: it was something else; -EAGAIN: none is left. */
int trace_socket_take_error(int fd, struct trace_reply *ret, struct trace_quote *quote) _must_use_;

/* Bends what is asked to what connect() can do. */
void trace_connect_limit(struct trace_conf *conf);
int trace_connect_open(
    struct trace_socket *s, const struct trace_run_conf *conf, struct err *e) _must_use_;
int trace_connect_send(struct trace_socket *s, struct trace_probe probe) _must_use_;
int trace_connect_take(struct trace_socket *s, struct trace_reply *ret) _must_use_;
/* Closes the probe that waits, if one does: the kernel would send it again. */
void trace_connect_abandon(struct trace_socket *s);
