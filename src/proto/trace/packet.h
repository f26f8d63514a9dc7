/*
 * The bytes of a trace: probes that go out, and what comes back of them. Pure.
 *
 * Every probe of a trace belongs to one flow, as load balancers see it (Augustin et al., "Avoiding
 * traceroute anomalies with Paris traceroute", IMC 2006): the addresses, the ports or the ICMP
 * identifier, and also the checksum are the same for all. What tells probes apart is their number:
 *
 * UDP: in the payload; routers that quote only the 8 bytes that RFC 792 asks for do not give it
 * back. ICMP: the sequence number, which is within those 8 bytes. TCP: the kernel makes its SYN,
 * and knows it again by its sequence number; none of it is here.
 *
 * The payload holds a cookie of the trace, the number, and the number's complement, which keeps the
 * checksum the same.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

#define TRACE_PAYLOAD_LEN 32
#define TRACE_ECHO_LEN (8 + TRACE_PAYLOAD_LEN)

/* What ties replies to this trace. */
struct trace_flow {
	enum ip_family family;
	uint32_t cookie; /* random */
	uint16_t
	    ident; /* ICMP identifier; 0: the kernel's (ping sockets), not looked at in replies */
};

/* A probe as an IP packet, when nothing else is asked for; and what a packet of that size has
 * behind its UDP or ICMP header. */
uint32_t trace_packet_size(enum ip_family family);
size_t trace_payload_len(enum ip_family family, uint32_t size);

/* The payload of a UDP probe. */
void trace_encode_udp(
    const struct trace_flow *flow, uint16_t number, uint8_t buf[static TRACE_PAYLOAD_LEN]);
/* An echo request with its ICMP header, which zeros may follow; with the checksum of ICMPv4 (the
 * kernel makes that of ICMPv6). */
void trace_encode_echo(
    const struct trace_flow *flow, uint16_t number, uint8_t buf[static TRACE_ECHO_LEN]);

/* For a probe that goes on with zeros to payload_len: makes its checksum that of the usual one. */
void trace_fit_udp(uint8_t buf[static TRACE_PAYLOAD_LEN], size_t payload_len);
void trace_fit_echo(
    const struct trace_flow *flow, uint8_t buf[static TRACE_ECHO_LEN], size_t payload_len);

enum trace_match {
	TRACE_MATCH_NUMBER,  /* it is ours, and says of which probe */
	TRACE_MATCH_UNKNOWN, /* it may be ours: the quote is too short to say */
	TRACE_MATCH_FOREIGN,
};

/* What an ICMP error quotes of a UDP probe, from behind the UDP header. */
enum trace_match trace_decode_udp_quote(
    const struct trace_flow *flow, const void *bytes, size_t n, uint16_t *ret_number);
/* What an ICMP error quotes of an echo request, from its ICMP header on. */
enum trace_match trace_decode_echo_quote(
    const struct trace_flow *flow, const void *bytes, size_t n, uint16_t *ret_number);
/* An ICMP message that may be an echo reply to a probe; with its IPv4 header when that is said (raw
 * sockets give it). Anything else is foreign. */
enum trace_match trace_decode_echo_reply(const struct trace_flow *flow, bool ip_header,
    const void *bytes, size_t n, uint16_t *ret_number);

/* What a reply means for the trace. */
enum trace_kind {
	TRACE_LOST,     /* none came */
	TRACE_EXCEEDED, /* a router on the way: the time to live is over */
	TRACE_REACHED,  /* the target: echo reply, port unreachable, or an answer of the application
			 */
	TRACE_UNREACHABLE, /* somebody says that the target cannot be reached */
	TRACE_OTHER,       /* an ICMP error that says nothing about the target */
};

/* What TCP said of itself, when no ICMP was in the way. */
enum trace_tcp {
	TRACE_TCP_NONE,
	TRACE_TCP_SYN_ACK, /* the port is open */
	TRACE_TCP_RST,     /* it is closed */
};

enum trace_kind trace_kind_of_icmp(enum ip_family family, uint8_t type, uint8_t code);
/* "Fragmentation needed" and "packet too big": what path MTU discovery lives on. */
bool trace_icmp_is_too_big(enum ip_family family, uint8_t type, uint8_t code);
#define TRACE_TEXT_MAX 24
/* How traceroute marks it: "!N", "!H", "!X", ...; "" for what needs no mark. Codes without a letter
 * of their own are written to buf: "!<20>". */
const char *trace_mark(
    enum ip_family family, uint8_t type, uint8_t code, char buf[static TRACE_TEXT_MAX]);
/* In words: "time exceeded", "port unreachable"; or "type 12 code 0" in buf. */
const char *trace_icmp_text(
    enum ip_family family, uint8_t type, uint8_t code, char buf[static TRACE_TEXT_MAX]);
/* "syn-ack" or "rst"; NULL for TRACE_TCP_NONE. */
const char *trace_tcp_text(enum trace_tcp tcp);
