#include "wire/reader.h"

#include <string.h>

uint64_t
reader_u64(struct reader *r)
{
	struct reader half = reader_sub(r, 8);
	uint64_t high = reader_u32(&half);

	return high << 32 | reader_u32(&half);
}

void
reader_copy(struct reader *r, void *to, size_t n)
{
	const uint8_t *p = reader_bytes(r, n);

	if (p == NULL)
		memset(to, 0, n);
	else
		memcpy(to, p, n);
}
