/*
 * A catchment that asks by DNS (RFC 1035): the payload stands in the name that is asked for, since
 * a server sends the question back with whatever it answers, mostly that it refuses.
 *
 *   <36 characters>.<35 characters>.SUFFIX   A   IN
 *
 * The characters are base32 (RFC 4648 section 6) in small letters, and are read in any case: what
 * servers and those between do to it is none of ours. Recursion is not asked for, so nobody asks
 * on.
 */
#include <assert.h>
#include <string.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "proto/catch/internal.h"
#include "proto/dns/name.h"
#include "wire/writer.h"

#define CHARACTERS ((CATCH_PAYLOAD_MIN * 8 + 4) / 5)
#define FIRST_LABEL 36
#define QTYPE_A 1
#define QCLASS_IN 1
#define FLAG_RESPONSE 0x8000
#define OPCODE_MASK 0x7800

_Static_assert(FIRST_LABEL == CATCH_DNS_LABEL, "what the filter looks for");

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static void
to_text(const uint8_t payload[static CATCH_PAYLOAD_MIN], char text[static CHARACTERS])
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; i < CATCH_PAYLOAD_MIN; i++) {
		bits = bits << 8 | payload[i];
		for (have += 8; have >= 5; have -= 5)
			text[n++] = alphabet[bits >> (have - 5) & 31];
	}
	if (have > 0)
		text[n++] = alphabet[bits << (5 - have) & 31];
	assert(n == CHARACTERS);
}

/* 0 to 31, or -1. */
static int
value_of(uint8_t c)
{
	if (ascii_is_alpha((char)c))
		return (c | 0x20) - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static bool
from_text(const uint8_t text[static CHARACTERS], uint8_t payload[static CATCH_PAYLOAD_MIN])
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; i < CHARACTERS; i++) {
		int v = value_of(text[i]);

		if (v < 0)
			return false;
		bits = bits << 5 | (uint32_t)v;
		have += 5;
		if (have >= 8 && n < CATCH_PAYLOAD_MIN) {
			payload[n++] = (uint8_t)(bits >> (have - 8));
			have -= 8;
		}
	}
	return n == CATCH_PAYLOAD_MIN;
}

bool
catch_is_dns_suffix(const char *text)
{
	size_t label = 0, len = strlen(text);

	if (len == 0 || len > CATCH_SUFFIX_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool plain = ascii_is_alpha(text[i]) || ascii_is_digit(text[i]) || text[i] == '_' ||
			     (text[i] == '-' && label > 0);

		if (!plain && (text[i] != '.' || label == 0))
			return false;
		label = plain ? label + 1 : 0;
		if (label > DNS_LABEL_MAX)
			return false;
	}
	return label > 0;
}

size_t
catch_query_encode(struct catch_key *key, const struct catch_request *request, const char *suffix,
    uint8_t buf[static CATCH_MESSAGE_MAX])
{
	struct writer w = writer_init(buf, CATCH_MESSAGE_MAX);
	uint8_t payload[CATCH_PAYLOAD_MIN];
	char text[CHARACTERS];
	int r;

	catch_payload_encode(key, request, payload);
	to_text(payload, text);
	writer_u16(&w, request->sequence & 0xffff);
	writer_u16(&w, 0);
	writer_u16(&w, 1);
	writer_fill(&w, 0, 6);
	writer_u8(&w, FIRST_LABEL);
	writer_bytes(&w, text, FIRST_LABEL);
	writer_u8(&w, CHARACTERS - FIRST_LABEL);
	writer_bytes(&w, text + FIRST_LABEL, CHARACTERS - FIRST_LABEL);
	r = dns_name_write(&w, suffix);
	writer_u16(&w, QTYPE_A);
	writer_u16(&w, QCLASS_IN);
	assert(r >= 0 && writer_ok(&w)); /* catch_is_dns_suffix() */
	(void)r;
	return writer_len(&w);
}

bool
catch_read_answer(struct reader *r, uint8_t payload[static CATCH_PAYLOAD_MIN])
{
	uint8_t text[CHARACTERS];
	uint16_t flags, questions;

	reader_skip(r, 2);
	flags = reader_u16(r);
	questions = reader_u16(r);
	reader_skip(r, 6);
	if (!(flags & FLAG_RESPONSE) || (flags & OPCODE_MASK) || questions != 1 ||
	    reader_u8(r) != FIRST_LABEL)
		return false;
	reader_copy(r, text, FIRST_LABEL);
	if (reader_u8(r) != CHARACTERS - FIRST_LABEL)
		return false;
	reader_copy(r, text + FIRST_LABEL, CHARACTERS - FIRST_LABEL);
	return reader_ok(r) && from_text(text, payload);
}
