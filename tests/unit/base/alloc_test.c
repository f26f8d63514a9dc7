#include "base/alloc.h"

#include "tap.h"

TEST(arena_is_zeroed_and_aligned)
{
	_cleanup_(arena_freep) struct arena *a = arena_new();

	for (size_t n = 1; n < 20000; n = n * 3 + 1) {
		unsigned char *p = arena_alloc(a, n);

		CHECK_INT((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++) {
			if (p[i] != 0) {
				tap_fail(__FILE__, __LINE__, "byte %zu of %zu is not zero", i, n);
				break;
			}
		}
		memset(p, 0xff, n);
	}
	CHECK_STR(arena_printf(a, "%d-%s", 7, "x"), "7-x");
}

TEST(array_doubles)
{
	_cleanup_(freep) int *array = NULL;
	size_t cap = 0;

	for (int i = 0; i < 100; i++) {
		array = grow_array(array, (size_t)i, &cap, sizeof(*array));
		array[i] = i;
	}
	CHECK_INT(array[99], 99);
	CHECK_INT(cap, 128);
}
