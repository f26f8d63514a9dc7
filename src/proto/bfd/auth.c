/*
 * Keyed SHA1 and meticulous keyed SHA1: the section of RFC 5880 section 4.4, and the digest
 * of 6.7.4. The digest stands where the key stood when it was computed. The window of sequence
 * numbers is the session's.
 */
#include <string.h>

#include <nettle/memops.h>
#include <nettle/sha1.h>

#include "proto/bfd/session_internal.h"
#include "wire/reader.h"

_Static_assert(SHA1_DIGEST_SIZE == BFD_KEY_MAX, "the key stands in the place of the digest");

static void
digest(const uint8_t *before, size_t len, const struct bfd_key *key,
    uint8_t ret[static SHA1_DIGEST_SIZE])
{
	struct sha1_ctx ctx;

	sha1_init(&ctx);
	sha1_update(&ctx, len, before);
	sha1_update(&ctx, sizeof(key->secret), key->secret);
	sha1_digest(&ctx, SHA1_DIGEST_SIZE, ret);
}

void
bfd_auth_sign(const struct bfd_key *key, uint32_t sequence, struct writer *w)
{
	uint8_t hash[SHA1_DIGEST_SIZE];

	writer_u8(w, key->type);
	writer_u8(w, BFD_AUTH_LEN);
	writer_u8(w, key->id);
	writer_u8(w, 0);
	writer_u32(w, sequence);
	digest(w->start, writer_len(w), key, hash);
	writer_bytes(w, hash, sizeof(hash));
}

enum bfd_verdict
bfd_auth_verify(const struct bfd_key *key, const struct bfd_packet *p, uint32_t *ret_sequence)
{
	struct reader r = reader_init(p->bytes, p->len);
	uint8_t hash[SHA1_DIGEST_SIZE];

	reader_skip(&r, BFD_HEADER_LEN);
	uint8_t type = reader_u8(&r), len = reader_u8(&r), id = reader_u8(&r);
	reader_skip(&r, 1);
	uint32_t sequence = reader_u32(&r);
	const uint8_t *given = reader_bytes(&r, SHA1_DIGEST_SIZE);
	/* nothing may stand behind it, or it would not be signed */
	if (type != key->type || len != BFD_AUTH_LEN || id != key->id || !given || !reader_done(&r))
		return BFD_AUTH_FAILED;
	digest(p->bytes, (size_t)(given - p->bytes), key, hash);
	if (!memeql_sec(hash, given, sizeof(hash)))
		return BFD_AUTH_FAILED;
	*ret_sequence = sequence;
	return BFD_ACCEPTED;
}
