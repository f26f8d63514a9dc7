/* What is kept for whom, and until when. */
#include "controller/desired_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tap.h"

#define NOW (INT64_C(1800000000) * 1000000000)
#define NS INT64_C(1000000000)

static const struct desired_audience am6 = { .site = "sit_1" };

#define GIVES(c, audience, number, now, want)                                                      \
	do {                                                                                       \
		_cleanup_(freep) char *got_ = desired_cache_get((c), (audience), (number), (now)); \
		CHECK_STR(got_ != NULL ? got_ : "(nothing)", (want));                              \
	} while (0)

TEST(of_that_number_alone)
{
	struct desired_cache *c = desired_cache_new();

	GIVES(c, &am6, 1, NOW, "(nothing)");
	desired_cache_put(c, &am6, 1, "one", INT64_MAX, NOW);
	GIVES(c, &am6, 1, NOW, "one");
	GIVES(c, &am6, 2, NOW, "(nothing)");
	desired_cache_put(c, &am6, 2, "two", INT64_MAX, NOW);
	GIVES(c, &am6, 2, NOW, "two");
	GIVES(c, &am6, 1, NOW, "(nothing)"); /* a store that was restored */
	desired_cache_free(c);
}

TEST(of_that_audience_alone)
{
	static const struct desired_audience others[] = { { .site = "sit_2" },
		{ .site = "sit_1", .project = "prj_1" }, { .site = "sit_1", .host = "hst_1" },
		{ .site = "", .project = "sit_1" }, { .site = "" } };
	struct desired_cache *c = desired_cache_new();

	desired_cache_put(c, &am6, 1, "am6", INT64_MAX, NOW);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		GIVES(c, &others[i], 1, NOW, "(nothing)");
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		desired_cache_put(c, &others[i], 1, "another", INT64_MAX, NOW);
		GIVES(c, &others[i], 1, NOW, "another");
	}
	desired_cache_free(c);
}

TEST(not_for_ever)
{
	struct desired_cache *c = desired_cache_new();

	desired_cache_put(c, &am6, 1, "one", INT64_MAX, NOW);
	GIVES(c, &am6, 1, NOW + DESIRED_CACHE_NS - 1, "one");
	GIVES(c, &am6, 1, NOW + DESIRED_CACHE_NS, "(nothing)");
	GIVES(c, &am6, 1, NOW - NS, "(nothing)"); /* a clock that was stepped back */
	desired_cache_put(c, &am6, 1, "with an order", NOW + NS, NOW);
	GIVES(c, &am6, 1, NOW + NS - 1, "with an order");
	GIVES(c, &am6, 1, NOW + NS, "(nothing)");
	desired_cache_free(c);
}

/* More sites than places, and more text than may be kept: the last one is always there. */
TEST(bounded)
{
	struct desired_cache *c = desired_cache_new();
	_cleanup_(freep) char *large = xcalloc(1, DESIRED_CACHE_BYTES / 2);
	_cleanup_(freep) char *too_large = xcalloc(1, DESIRED_CACHE_BYTES + 2);
	struct desired_audience a = { 0 };

	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(a.site, sizeof(a.site), "sit_%u", i);
		desired_cache_put(c, &a, 1, a.site, INT64_MAX, NOW);
		GIVES(c, &a, 1, NOW, a.site);
	}
	memset(large, 'x', DESIRED_CACHE_BYTES / 2 - 1);
	for (unsigned i = 0; i < 5; i++) {
		_cleanup_(freep) char *got = NULL;

		(void)snprintf(a.site, sizeof(a.site), "sit_%u", i);
		desired_cache_put(c, &a, 1, large, INT64_MAX, NOW);
		got = desired_cache_get(c, &a, 1, NOW);
		CHECK(got != NULL && strcmp(got, large) == 0);
	}
	memset(too_large, 'x', DESIRED_CACHE_BYTES + 1);
	desired_cache_put(c, &am6, 1, too_large, INT64_MAX, NOW);
	GIVES(c, &am6, 1, NOW, "(nothing)");
	desired_cache_free(c);
}
