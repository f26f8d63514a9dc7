/*
 * What a target of a probe is: its scheme, and what is asked there. Pure.
 *
 *   http://, https://                 a request; libcurl takes it apart
 *   dns://HOST[:PORT]/NAME[?type=T]   a query over UDP; without NAME, who answers (id.server)
 *   dns+tcp://...                     the same over a TCP connection (RFC 7766)
 *   tcp://HOST:PORT                   a connection, closed when it stands
 *   identity://HOST[:PORT]            the question of proto/identity
 *
 * HOST is a name, an IPv4 address, or an IPv6 address in brackets.
 */
#pragma once

#include "base/err.h"
#include "proto/identity/dns_identity.h"

enum probe_kind {
	PROBE_HTTP,
	PROBE_DNS,
	PROBE_DNS_TCP, /* more round trips, so it is compared with its like alone */
	PROBE_TCP,
	PROBE_IDENTITY,
};

#define PROBE_HOST_MAX 253

struct probe_url {
	enum probe_kind kind;
	/* not of PROBE_HTTP: */
	char host[PROBE_HOST_MAX + 1]; /* without brackets */
	uint16_t port;
	/* of PROBE_DNS and PROBE_DNS_TCP: */
	char name[DNS_IDENTITY_NAME_MAX + 2];
	uint16_t type, class;
};

/* -EINVAL with what is wrong; of http and https only the scheme is looked at. */
int probe_url_parse(const char *url, struct probe_url *ret, struct err *e) _must_use_;
