/*
 * A DNS query, and what its answer says. Pure: bytes in, bytes and a verdict out; c-ares writes the
 * query and takes compressed names apart.
 *
 * An answer belongs to a query when the ID, the QR bit and the question agree (RFC 5452 section
 * 9.1); what does not is foreign and says nothing about the server. An answer is as expected when
 * its RCODE is, and each text that is expected is a record of the type that was asked for. With
 * NOERROR and nothing said of the answers, one record of the type has to be there: a server that
 * has lost its zone often answers with none.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DNS_NAME_MAX 253      /* bytes of a name as text */
#define DNS_QUERY_MAX 320     /* bytes of a query */
#define DNS_MESSAGE_MAX 65535 /* over TCP and TLS */
/* The answer that we can take over UDP (EDNS): what a path with tunnels still carries in one piece.
 */
#define DNS_UDP_MAX 1232

/* The types that can be asked for; names end with NULL. */
extern const char *const dns_type_names[];
/* By RCODE; ends with NULL. */
extern const char *const dns_rcode_names[];

struct dns_question {
	const char *name;           /* "www.example.com" */
	int type;                   /* index into dns_type_names */
	int rcode;                  /* the expected one */
	const char *const *answers; /* each has to be there: "192.0.2.1", "10 mail.example.com" */
	size_t answer_count;
};

/* The query, from ID on; gives its length. -EINVAL: not a name. */
int dns_query(const struct dns_question *q, uint16_t id, uint8_t buf[static DNS_QUERY_MAX],
    size_t *ret_len, struct err *e) _must_use_;

enum dns_verdict {
	DNS_FOREIGN, /* not an answer to this query */
	DNS_EXPECTED,
	DNS_UNEXPECTED, /* or one that cannot be read */
};

/* Of a message that came; why is filled with a sentence, but for a foreign one. */
enum dns_verdict dns_judge(const struct dns_question *q, uint16_t id, const uint8_t *bytes,
    size_t n, char *why, size_t size);
