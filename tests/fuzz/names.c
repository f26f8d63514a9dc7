/* The loader of names files: what it takes can be found again. */
#include <assert.h>

#include "measure/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct names *n = NULL;
	struct err e = { 0 };

	if (names_load_text("names.json", (const char *)data, size, &n, &e) < 0) {
		assert(n == NULL && e.code < 0 && e.message[0] != '\0');
		return 0;
	}
	(void)names_find(n, ip_from_v4(0xc0000201));
	names_free(n);
	return 0;
}
