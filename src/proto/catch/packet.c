#include <assert.h>
#include <string.h>

#include <nettle/sha2.h>

#include "proto/catch/internal.h"
#include "wire/csum.h"
#include "wire/writer.h"

#define ICMP4_ECHO 8
#define ICMP6_ECHO 128

void
catch_key_init(struct catch_key *key, const void *secret, size_t len)
{
	static const char purpose[] = "nearcast catchment 1";
	uint8_t hash[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, sizeof(purpose), (const uint8_t *)purpose);
	if (secret != NULL)
		sha256_update(&ctx, len, secret);
	sha256_digest(&ctx, sizeof(hash), hash);
	key->given = secret != NULL;
	cmac_aes128_set_key(&key->mac, hash);
}

void
catch_mac(struct catch_key *key, const uint8_t *signed_part, uint8_t ret[static CATCH_MAC_LEN])
{
	cmac_aes128_update(&key->mac, CATCH_SIGNED_LEN, signed_part);
	cmac_aes128_digest(&key->mac, CATCH_MAC_LEN, ret);
}

static void
write_address(struct writer *w, struct ip ip)
{
	if (ip.family == IP_V4)
		writer_bytes(w, catch_mapped, sizeof(catch_mapped));
	writer_bytes(w, ip.bytes, ip_size(ip.family));
}

void
catch_payload_encode(struct catch_key *key, const struct catch_request *request,
    uint8_t payload[static CATCH_PAYLOAD_MIN])
{
	struct writer w = writer_init(payload, CATCH_PAYLOAD_MIN);
	uint8_t mac[CATCH_MAC_LEN];

	assert(request->sequence < CATCH_SEQUENCES_MAX);
	writer_u32(&w, CATCH_MAGIC);
	writer_u32(&w, request->run);
	writer_u32(&w, request->sequence);
	writer_u64(&w, (uint64_t)request->sent);
	write_address(&w, request->target);
	catch_mac(key, payload, mac);
	writer_bytes(&w, mac, sizeof(mac));
	assert(writer_ok(&w) && writer_left(&w) == 0);
}

size_t
catch_request_encode(struct catch_key *key, const struct catch_request *request, const char *text,
    uint8_t buf[static CATCH_MESSAGE_MAX])
{
	struct writer w = writer_init(buf, CATCH_MESSAGE_MAX);
	bool v4 = request->target.family == IP_V4;
	uint8_t payload[CATCH_PAYLOAD_MIN];

	catch_payload_encode(key, request, payload);
	writer_u8(&w, v4 ? ICMP4_ECHO : ICMP6_ECHO);
	writer_u8(&w, 0);
	writer_u16(&w, 0);
	writer_u16(&w, request->run & 0xffff);
	writer_u16(&w, request->sequence & 0xffff);
	writer_bytes(&w, payload, sizeof(payload));
	writer_bytes(&w, text, strnlen(text, CATCH_TEXT_MAX));
	if (v4)
		writer_patch_u16(&w, 2, csum_finish(csum_add(0, buf, writer_len(&w))));
	assert(writer_ok(&w));
	return writer_len(&w);
}
