/* The loader of places: what is refused is explained, and what it takes can be found again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t six[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	const struct ip asked[] = { ip_from_v4(0xc0000201), ip_from_bytes(IP_V6, six) };
	char *text = xcalloc(size + 1, 1);
	struct places *p = NULL;
	struct strbuf report = { 0 };
	struct err e = { 0 };

	memcpy(text, data, size);
	if (places_load_text("places", text, &p, &report, &e) < 0)
		assert(p == NULL && report.len > 0 && e.message[0] != '\0');
	else
		assert(report.len == 0);
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		const struct place *found = places_find(p, asked[i]);

		assert(found == NULL || prefix_contains(found->prefix, asked[i]));
		assert(found == NULL || !found->has_point || geo_is_place(found->point));
	}
	strbuf_done(&report);
	places_free(p);
	free(text);
	return 0;
}
