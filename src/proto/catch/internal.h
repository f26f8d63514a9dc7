/* What the encoder and the judge share. */
#pragma once

#include "proto/catch/catch.h"
#include "wire/reader.h"

#define CATCH_MAC_LEN 8
#define CATCH_SIGNED_LEN (CATCH_PAYLOAD_MIN - CATCH_MAC_LEN)

/* ::ffff:0:0/96 */
static const uint8_t catch_mapped[12] = { [10] = 0xff, [11] = 0xff };

/* The MAC of CATCH_SIGNED_LEN bytes. */
void catch_mac(
    struct catch_key *key, const uint8_t *signed_part, uint8_t ret[static CATCH_MAC_LEN]);

/* What identifies a request: CATCH_PAYLOAD_MIN bytes. */
void catch_payload_encode(struct catch_key *key, const struct catch_request *request,
    uint8_t payload[static CATCH_PAYLOAD_MIN]);
/* The payload of a DNS message that may be an answer to a query; false: it is none. */
bool catch_read_answer(struct reader *r, uint8_t payload[static CATCH_PAYLOAD_MIN]);

/* Marks a request as answered; false: it was. */
bool catch_seen_mark(struct catch_seen **seen, uint32_t sequence);
void catch_seen_free(struct catch_seen *seen);
