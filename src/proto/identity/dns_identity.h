/*
 * Who answers for a DNS server: a query that asks for its name along the way (NSID, RFC 5001), and
 * the question for that name alone (TXT of id.server in class CHAOS, RFC 4892).
 *
 * An answer belongs to a query when the ID, the QR bit and the question agree (RFC 5452 section
 * 9.1). Of its records only the first TXT is read. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "proto/dns/name.h"

#define DNS_IDENTITY_QUERY_MAX 288 /* header, name, question, OPT with NSID */
#define DNS_IDENTITY_NAME_MAX DNS_NAME_MAX /* of a name as text */
#define DNS_IDENTITY_TEXT_MAX 255

enum { DNS_CLASS_IN = 1, DNS_CLASS_CHAOS = 3 };
enum { DNS_TYPE_A = 1, DNS_TYPE_TXT = 16 };

struct dns_identity_question {
	const char *name; /* "www.example.com", with or without its last dot; "": the root */
	uint16_t type, class;
};

struct dns_identity_answer {
	unsigned rcode; /* RFC 6895 section 2.3, the extended one */
	unsigned answers;
	char nsid[DNS_IDENTITY_TEXT_MAX +
		  1]; /* as text where it is printable, else in hex; "": none */
	char text[DNS_IDENTITY_TEXT_MAX + 1]; /* of the first TXT; "": none */
};

/* "AAAA", "TYPE65" (RFC 3597 section 5); -EINVAL: there is none. */
int dns_identity_type_parse(const char *text, uint16_t *ret) _must_use_;
/* "NXDOMAIN", or "RCODE 15". */
const char *dns_identity_rcode_text(unsigned rcode, char buf[static 24]);

/* -EINVAL: not a name. */
int dns_identity_encode(const struct dns_identity_question *q, uint16_t id,
    uint8_t ret[static DNS_IDENTITY_QUERY_MAX], size_t *ret_len, struct err *e) _must_use_;
/* -ENOMSG: it is no answer to this query; -EBADMSG: it is one that cannot be read. */
int dns_identity_decode(const struct dns_identity_question *q, uint16_t id, const void *bytes,
    size_t len, struct dns_identity_answer *ret) _must_use_;
