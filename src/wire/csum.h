/*
 * The Internet checksum (RFC 1071), for ICMP probes and for traceroute's flow-keeping payloads.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Adds n bytes, as big-endian 16-bit words, to a running sum. An odd last byte is padded with zero. */
uint32_t csum_add(uint32_t sum, const void *bytes, size_t n);
/* Folds and complements; the value to write big-endian. */
uint16_t csum_finish(uint32_t sum);
