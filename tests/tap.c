#include "tap.h"

#include <stdarg.h>
#include <stdlib.h>

int tap_failures;
static const char *tap_skipped;

extern const struct tap_test __start_tap_tests[];
extern const struct tap_test __stop_tap_tests[];

void
tap_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	tap_failures++;
	printf("# %s:%d: ", file, line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

bool
tap_check_int(const char *file, int line, const char *expr, int64_t got, int64_t want)
{
	if (got == want)
		return true;
	tap_fail(file, line, "%s: got %" PRId64 ", want %" PRId64, expr, got, want);
	return false;
}

bool
tap_check_str(const char *file, int line, const char *expr, const char *got, const char *want)
{
	if (got != NULL && want != NULL && strcmp(got, want) == 0)
		return true;
	if (got == want)
		return true;
	tap_fail(file, line, "%s:\n#  got \"%s\"\n# want \"%s\"", expr, got ? got : "(null)",
	    want ? want : "(null)");
	return false;
}

static void
print_hex(const char *label, const void *mem, size_t n)
{
	const uint8_t *p = mem;

	printf("# %s", label);
	for (size_t i = 0; i < n; i++)
		printf(" %02x", p[i]);
	printf("\n");
}

bool
tap_check_mem(const char *file, int line, const char *expr, const void *got, size_t got_len,
    const void *want, size_t want_len)
{
	if (got_len == want_len && (got_len == 0 || memcmp(got, want, got_len) == 0))
		return true;
	tap_fail(file, line, "%s: bytes differ", expr);
	print_hex(" got", got, got_len);
	print_hex("want", want, want_len);
	return false;
}

void
tap_skip(const char *reason)
{
	tap_skipped = reason;
}

static bool
is_chosen(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], name) == 0)
			return true;
	}
	return argc < 2;
}

int
main(int argc, char **argv)
{
	int number = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (const struct tap_test *t = __start_tap_tests; t < __stop_tap_tests; t++) {
		if (!is_chosen(t->name, argc, argv))
			continue;
		tap_failures = 0;
		tap_skipped = NULL;
		t->run();
		number++;
		printf("%s %d - %s%s%s\n", tap_failures ? "not ok" : "ok", number, t->name,
		    tap_skipped ? " # SKIP " : "", tap_skipped ? tap_skipped : "");
		failed += tap_failures > 0;
	}
	printf("1..%d\n", number);
	return failed || number == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
