/*
 * Catchment: echo requests go out from a Global IP, and the replies land at whichever site the
 * network takes them to, which is where that target's clients land, too (de Vries et al., "Broad
 * and Load-Aware Anycast Mapping with Verfploeter", IMC 2017). Pure.
 *
 * Every site judges a reply by itself, without the list of targets, so all that is needed stands in
 * the payload, which an echo reply brings back (RFC 792, RFC 4443 section 4.2):
 *
 *   magic     4   CATCH_MAGIC, which the filter in the kernel looks for
 *   run       4   which run it belongs to
 *   sequence  4   which request of the run; below CATCH_SEQUENCES_MAX
 *   sent      8   ns since 1970, of the sender's clock
 *   target   16   whom it was sent to; IPv4 as ::ffff:0:0/96 (RFC 4291 section 2.5.5.2)
 *   mac       8   the first bytes of AES-CMAC (RFC 4493) over all before it
 *   text          who asks and where to complain; for people who look at the packet, not signed
 *
 * Of the MACs that nettle has, CMAC is the fastest that needs no nonce and may be cut short (94 ns;
 * HMAC-SHA256 takes 178 on the same core): 200,000 requests and their checks take 4 % of a core.
 * Without a key that the sites share it is made with a known one, and keeps out accidents only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nettle/cmac.h>

#include "base/ip.h"
#include "base/time.h"

#define CATCH_MAGIC UINT32_C(0x4e634331) /* "NcC1" */
#define CATCH_ICMP_LEN 8
#define CATCH_PAYLOAD_MIN 44
#define CATCH_TEXT_MAX 160
#define CATCH_MESSAGE_MAX (CATCH_ICMP_LEN + CATCH_PAYLOAD_MIN + CATCH_TEXT_MAX)
/* What bounds the memory that a sequence number, which comes from outside, can make us take. */
#define CATCH_SEQUENCES_MAX (UINT32_C(1) << 26)
#define CATCH_SECRET_MIN 16

/* What is asked. DNS, for targets that answer no ping: dns.c. */
enum catch_method {
	CATCH_ICMP,
	CATCH_DNS,
};

#define CATCH_SUFFIX_MAX 100
/* What a filter can look for in an answer of DNS: the length of its first label, and the four
 * characters behind it, which say the first 20 bits of CATCH_MAGIC. */
#define CATCH_DNS_LABEL 36
#define CATCH_DNS_MAGIC UINT32_C(0x6a7a7275) /* "jzru" */

struct catch_key {
	bool given; /* the sites share a secret */
	struct cmac_aes128_ctx mac;
};

/* From a secret of any length; NULL: the known key. */
void catch_key_init(struct catch_key *key, const void *secret, size_t len);

struct catch_request {
	uint32_t run, sequence;
	struct ip target;
	int64_t sent; /* ns since 1970 */
};

/*
 * An echo request with its ICMP header; text may be cut. The checksum of ICMPv6 is the kernel's to
 * make. Gives its length.
 */
size_t catch_request_encode(struct catch_key *key, const struct catch_request *request,
    const char *text, uint8_t buf[static CATCH_MESSAGE_MAX]);

/* Whether names below it can be asked for: letters, digits, "-", "_", and dots between labels. */
bool catch_is_dns_suffix(const char *text);
/* A DNS query, without headers below DNS. Gives its length. */
size_t catch_query_encode(struct catch_key *key, const struct catch_request *request,
    const char *suffix, uint8_t buf[static CATCH_MESSAGE_MAX]);

enum catch_verdict {
	CATCH_OWN,
	CATCH_FOREIGN,       /* no reply to a catchment, or to one of another run */
	CATCH_FORGED,        /* ours by its looks, but not signed with our key */
	CATCH_OTHER_ADDRESS, /* not from the address that was asked */
	CATCH_LATE,          /* longer on its way than was allowed */
	CATCH_DUPLICATE,     /* its request was answered here before */
	CATCH_VERDICTS,
};

const char *catch_verdict_name(enum catch_verdict v); /* "own", "other_address": as in JSON */

/* Which requests were answered: a bit for each, in pieces that come when needed. */
struct catch_seen;

struct catch_judge {
	struct catch_key key;
	enum catch_method method;
	enum ip_family family;
	bool run_known; /* else the first own reply says it */
	uint32_t run;
	struct duration late; /* longest time from request to reply */
	uint64_t counts[CATCH_VERDICTS];
	struct catch_seen *seen; /* owned */
};

void catch_judge_done(struct catch_judge *j);

struct catch_reply {
	uint32_t sequence;
	struct ip target;
	struct duration
	    elapsed; /* since it was sent, by the clocks of two sites: may be negative */
};

/*
 * Judges and counts an ICMP or DNS message that came from an address at a time (ns since 1970);
 * with its IPv4 header when ip_header is set, as raw sockets give it. *ret is filled for CATCH_OWN.
 * A reply from the future by more than `late` is late, too: the clocks differ.
 */
enum catch_verdict catch_judge_reply(struct catch_judge *j, struct ip from, int64_t at,
    bool ip_header, const void *bytes, size_t n, struct catch_reply *ret);
