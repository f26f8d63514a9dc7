#include "wire/csum.h"

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
