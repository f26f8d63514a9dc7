/* What a peer sends, as it is matched and quoted: by a few expressions, and by the first line. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "proto/check/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const patterns[] = { "^220 ", "ok|fine", "[0-9]+$", "^(a|b)*c$" };
	_cleanup_(freep) char *bytes = xmalloc(size + 1);
	char why[192], mended[192];

	memcpy(bytes, data, size);
	bytes[size] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct match m;

		if (match_init(&m, "ok", patterns[i], NULL) < 0)
			abort();
		if (!match_test(&m, bytes, size)) {
			match_explain(&m, "the answer", bytes, size, why, sizeof(why));
			(void)strcpy(mended, why);
			assert(strcmp(utf8_mend(mended), why) == 0);
		}
		match_done(&m);
	}
	return 0;
}
