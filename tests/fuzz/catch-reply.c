/*
 * What comes in at a site of a catchment. The input is a sequence of replies: a byte of choices
 * (family, whether the MAC is made right, the sender is the target, DNS), one for how time goes on,
 * one for the length, and as many bytes of a packet.
 */
#include <assert.h>
#include <string.h>

#include "base/attr.h"
#include "proto/catch/internal.h"
#include "wire/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define IP4_LEN 20

/* Signs it as the sender would have, or nothing would ever come past the MAC. */
static void
sign(struct catch_key *key, uint8_t *message, size_t n)
{
	uint8_t *payload = message + CATCH_ICMP_LEN;

	if (n >= CATCH_ICMP_LEN + CATCH_PAYLOAD_MIN)
		catch_mac(key, payload, payload + CATCH_SIGNED_LEN);
}

static struct ip
target_of(enum ip_family family, const uint8_t *message, size_t n)
{
	const uint8_t *address = message + CATCH_ICMP_LEN + CATCH_SIGNED_LEN - 16;

	if (n < CATCH_ICMP_LEN + CATCH_PAYLOAD_MIN)
		return (struct ip){ .family = family };
	return ip_from_bytes(family, family == IP_V4 ? address + 12 : address);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct catch_judge judges[4] = {
		{ .family = IP_V4, .late = DURATION_S(10) },
		{ .family = IP_V6, .late = DURATION_S(10) },
		{ .family = IP_V4, .late = DURATION_S(10), .method = CATCH_DNS },
		{ .family = IP_V6, .late = DURATION_S(10), .method = CATCH_DNS },
	};
	struct reader r = reader_init(data, size);
	uint64_t replies = 0, counted = 0;
	int64_t now = 0;

	catch_key_init(&judges[0].key, "a secret of ours", 16);
	for (size_t i = 1; i < ARRAY_SIZE(judges); i++)
		catch_key_init(&judges[i].key, NULL, 0);
	while (reader_left(&r) > 0) {
		uint8_t choice = reader_u8(&r), step = reader_u8(&r), n = reader_u8(&r);
		struct catch_judge *j = &judges[(choice & 1) + (choice & 8 ? 2 : 0)];
		bool header = j->family == IP_V4 && j->method == CATCH_ICMP;
		uint8_t packet[256];
		uint8_t *message = packet + (header ? IP4_LEN : 0);
		size_t len = n > message - packet ? n - (size_t)(message - packet) : 0;
		struct catch_reply reply;
		enum catch_verdict v;

		reader_copy(&r, packet, n);
		if (choice & 2 && j->method == CATCH_ICMP)
			sign(&j->key, message, len);
		now += step * NS_PER_MS;
		v = catch_judge_reply(j,
		    choice & 4 ? target_of(j->family, message, len) : ip_from_v4(0xc6336407), now,
		    header, packet, n, &reply);
		replies++;
		if (v == CATCH_OWN) {
			assert(j->run_known && reply.sequence < CATCH_SEQUENCES_MAX);
			assert(reply.target.family == j->family);
			assert(reply.elapsed.ns <= j->late.ns && reply.elapsed.ns >= -j->late.ns);
			/* once more is never news */
			v = catch_judge_reply(j, reply.target, now, header, packet, n, &reply);
			assert(v == CATCH_DUPLICATE);
			replies++;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(judges); i++) {
		for (size_t v = 0; v < CATCH_VERDICTS; v++)
			counted += judges[i].counts[v];
		catch_judge_done(&judges[i]);
	}
	assert(counted == replies);
	return 0;
}
