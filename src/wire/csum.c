#include "wire/csum.h"

#include <arpa/inet.h>
#include <string.h>

static uint32_t
fold(uint32_t sum)
{
	return (sum & 0xffff) + (sum >> 16);
}

/* Words of four bytes in the machine's own order: the sum of swapped bytes is the swapped sum
 * (RFC 1071 section 2 (B) and (C)). */
static uint16_t
sum_words(const uint8_t *p, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i += 4) {
		uint32_t word;

		memcpy(&word, p + i, sizeof(word));
		sum += word;
	}
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return ntohs((uint16_t)sum);
}

uint32_t
csum_add(uint32_t sum, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	size_t words = n & ~(size_t)3;

	sum = fold(sum + sum_words(p, words));
	for (p += words, n -= words; n >= 2; n -= 2, p += 2)
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
