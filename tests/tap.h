/*
 * The test harness: TEST(name) { ... } registers itself through a linker section, and the program runs
 * them all and prints TAP. A failed CHECK is reported with its place and the test goes on; a failed
 * REQUIRE ends the test. Arguments on the command line choose tests by name.
 */
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct tap_test {
	const char *name;
	void (*run)(void);
} __attribute__((aligned(16)));

extern int tap_failures; /* of the running test */

void tap_fail(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool tap_check_str(const char *file, int line, const char *expr, const char *got, const char *want);
bool tap_check_int(const char *file, int line, const char *expr, int64_t got, int64_t want);
bool tap_check_mem(const char *file, int line, const char *expr, const void *got, size_t got_len,
    const void *want, size_t want_len);
/* Reports the running test as skipped, with the reason; return from it then. */
void tap_skip(const char *reason);

#define TEST(name)                                                                                 \
	static void test_##name(void);                                                             \
	static const struct tap_test tap_##name                                                    \
	    __attribute__((used, section("tap_tests"))) = { #name, test_##name };                  \
	static void test_##name(void)

#define CHECK(expr)                                                                                \
	do {                                                                                       \
		if (!(expr))                                                                       \
			tap_fail(__FILE__, __LINE__, "%s", #expr);                                 \
	} while (0)
#define CHECK_INT(got, want)                                                                       \
	(void)tap_check_int(__FILE__, __LINE__, #got, (int64_t)(got), (int64_t)(want))
#define CHECK_STR(got, want) (void)tap_check_str(__FILE__, __LINE__, #got, (got), (want))
#define CHECK_MEM(got, got_len, want, want_len)                                                    \
	(void)tap_check_mem(__FILE__, __LINE__, #got, (got), (got_len), (want), (want_len))
#define REQUIRE(expr)                                                                              \
	do {                                                                                       \
		if (!(expr)) {                                                                     \
			tap_fail(__FILE__, __LINE__, "%s", #expr);                                 \
			return;                                                                    \
		}                                                                                  \
	} while (0)
