#include "wire/csum.h"

#include "base/rng.h"

#include "tap.h"

TEST(rfc_1071_example)
{
	static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	CHECK_INT(csum_finish(csum_add(0, bytes, sizeof(bytes))), (uint16_t)~0xddf2);
}

TEST(sum_over_itself_is_zero)
{
	uint8_t packet[] = { 8, 0, 0, 0, 0x12, 0x34, 0, 1, 'a' };
	uint16_t sum = csum_finish(csum_add(0, packet, sizeof(packet)));

	packet[2] = (uint8_t)(sum >> 8);
	packet[3] = (uint8_t)(sum & 0xff);
	CHECK_INT(csum_finish(csum_add(0, packet, sizeof(packet))), 0);
}

/* A word at a time, as RFC 1071 section 1 has it. */
static uint16_t
sum_slowly(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

TEST(any_length_and_any_place_in_memory)
{
	struct rng rng = { 1 };
	uint8_t bytes[1500 + 8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i < 700 ? 0xff : (uint8_t)rng_next(&rng);
	for (size_t n = 0; n <= 1500; n++) {
		const uint8_t *p = bytes + n % 8;

		CHECK_INT(csum_finish(csum_add(0, p, n)), sum_slowly(p, n));
	}
	/* in two parts, of which the first is even */
	for (size_t n = 0; n <= 1500; n += 2)
		CHECK_INT(csum_finish(csum_add(csum_add(0, bytes, n), bytes + n, 1501 - n)),
		    sum_slowly(bytes, 1501));
}
