/*
 * Messages as text. The first byte says how long AS numbers are; the rest is a message, whose bytes
 * up to its type do not matter. No byte of a peer comes out as it is.
 */
#include <assert.h>

#include "proto/bgp/describe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	if (size == 0)
		return 0;
	bgp_describe(&out, data + 1, size - 1, data[0] & 1);
	for (size_t i = 0; i < out.len; i++)
		assert(out.text[i] == '\n' || (unsigned char)out.text[i] >= 0x20);
	assert(out.len == 0 || out.text[out.len - 1] == '\n');
	return 0;
}
