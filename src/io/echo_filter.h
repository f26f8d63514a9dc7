/*
 * What the kernel lets through to a socket of a catchment, so that nothing else wakes the program.
 */
#pragma once

#include <stdint.h>

#include "base/ip.h"

/*
 * All give 0, or a negative errno.
 *
 * To a raw ICMP socket: echo replies to local that have the payload's first four bytes, as a
 * number.
 */
int echo_filter_replies(int fd, struct ip local, uint32_t magic) _must_use_;
/* To a UDP socket: what comes from the port of DNS, and begins its first name with a label of that
 * length and these four bytes. */
int echo_filter_dns(int fd, uint8_t label, uint32_t magic) _must_use_;
