/*
 * The BFD decoder over any bytes, and the check of a signature: with a key of the fuzzer's choice,
 * which signs as well, so that both outcomes are reached.
 */
#include <assert.h>
#include <string.h>

#include "proto/bfd/bfd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bfd_key key = { .type = BFD_AUTH_SHA1, .id = 1, .secret = "s3cret" };
	struct bfd_packet p, again;
	uint8_t buf[BFD_PACKET_MAX];
	uint32_t sequence = 0;

	if (bfd_packet_decode(data, size, &p) != BFD_ACCEPTED)
		return 0;
	assert(p.bytes == data && p.len <= size && p.len >= BFD_HEADER_LEN);
	assert(p.multiplier > 0 && p.my_discriminator != 0);
	if (p.auth && p.len > BFD_HEADER_LEN && data[BFD_HEADER_LEN] == BFD_AUTH_METICULOUS_SHA1)
		key.type = BFD_AUTH_METICULOUS_SHA1;
	if (p.auth && bfd_auth_verify(&key, &p, &sequence) == BFD_ACCEPTED)
		assert(p.len == BFD_PACKET_MAX);

	/* what we write of it reads the same, signed or not */
	if (!p.auth)
		key.type = BFD_AUTH_NONE;
	size_t len = bfd_packet_encode(&p, &key, sequence + 1, buf);
	if (!p.auth)
		assert(len == BFD_HEADER_LEN && memcmp(buf, data, 3) == 0 &&
		       memcmp(buf + 4, data + 4, 20) == 0);
	assert(bfd_packet_decode(buf, len, &again) == BFD_ACCEPTED);
	assert(again.auth == p.auth && again.state == p.state && again.poll == p.poll);
	uint32_t got;
	if (p.auth)
		assert(bfd_auth_verify(&key, &again, &got) == BFD_ACCEPTED && got == sequence + 1);
	return 0;
}
