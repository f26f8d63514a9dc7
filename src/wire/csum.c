#include "wire/csum.h"

static uint32_t
fold(uint32_t sum)
{
	return (sum & 0xffff) + (sum >> 16);
}

uint32_t
csum_add(uint32_t sum, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (; n >= 2; n -= 2, p += 2)
		sum = fold(sum + ((uint32_t)p[0] << 8 | p[1]));
	if (n)
		sum = fold(sum + ((uint32_t)p[0] << 8));
	return sum;
}

uint16_t
csum_finish(uint32_t sum)
{
	return (uint16_t)~fold(fold(sum));
}
