/* The head that all messages of this port share, and their texts. */
#pragma once

#include "proto/identity/identity.h"
#include "wire/reader.h"
#include "wire/writer.h"

enum identity_kind {
	IDENTITY_QUESTION,
	IDENTITY_ANSWER,
	IDENTITY_REVERSE_QUESTION,
	IDENTITY_REVERSE_ANSWER,
};

/* Into IDENTITY_SIZE bytes. */
void identity_begin(struct writer *w, uint8_t *bytes, enum identity_kind kind, uint64_t nonce);
/* -EBADMSG, or what follows the head stands in *r. */
int identity_read_head(struct reader *r, enum identity_kind kind, uint64_t *ret_nonce) _must_use_;

/* One byte of length, then the text, cut at a character. */
void identity_add_text(struct writer *w, const char *text, size_t max);
/* -EBADMSG: too long, or with control characters. ret has room for max and a NUL. */
int identity_read_text(struct reader *r, char *ret, size_t max) _must_use_;
