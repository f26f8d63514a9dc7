/*
 * Who answers at a Global IP: one question and one answer over UDP, as docs/identity.md has them.
 *
 * A question names its version and carries a random nonce, which the answer repeats: only who saw
 * the question can answer it. It is padded to IDENTITY_SIZE, the most that an answer can take, so
 * nobody can make a host send more than was sent to it. An answer is never answered.
 *
 * Pure: bytes in and out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Registered for nothing; the default of the agent and of who asks. */
#define IDENTITY_PORT 9179
#define IDENTITY_SIZE 512
#define IDENTITY_TEXT_MAX 253 /* of a host; site and service have at most IDENTITY_NAME_MAX */
#define IDENTITY_NAME_MAX 63

/* Who answers; each may be empty, which says that it is not told. */
struct identity {
	char site[IDENTITY_NAME_MAX + 1], host[IDENTITY_TEXT_MAX + 1];
	char service[IDENTITY_NAME_MAX + 1];
};

void identity_question_encode(uint64_t nonce, uint8_t ret[static IDENTITY_SIZE]);
/* -EBADMSG: it is none, or of a version that is not known. */
int identity_question_decode(const void *bytes, size_t len, uint64_t *ret_nonce) _must_use_;

/* Its length; a text that is too long is cut at a character. */
size_t identity_answer_encode(uint64_t nonce, const char *site, const char *host,
    const char *service, uint8_t ret[static IDENTITY_SIZE]);
/*
 * -EBADMSG: it is no answer, or of a version that is not known; -ENOMSG: it is one to another
 * question. The texts have no control characters and are UTF-8.
 */
int identity_answer_decode(
    const void *bytes, size_t len, uint64_t nonce, struct identity *ret) _must_use_;
