/* A reload that waits to be confirmed, over a restart. */
#include "agent/unconfirmed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tap.h"

TEST(written_and_read)
{
	struct unconfirmed u = { 1796000000123456789, xstrdup("site: a\n# ünï\n"),
		xstrdup("site: \"b\"\n") };
	_cleanup_(freep) char *text = unconfirmed_write(&u);
	struct unconfirmed got = { 0 };
	struct err e = { 0 };

	CHECK_INT(unconfirmed_read(text, strlen(text), &got, &e), 0);
	CHECK_INT(got.until_wall_ns, u.until_wall_ns);
	CHECK_STR(got.good, u.good);
	CHECK_STR(got.tried, u.tried);
	unconfirmed_done(&u);
	unconfirmed_done(&got);
}

TEST(what_is_not_one)
{
	static const char *const texts[] = { "", "{}", "[1]", "{\"version\":1,\"until_wall_ns\":1}",
		"{\"version\":2,\"until_wall_ns\":1,\"good\":\"\",\"tried\":\"\"}",
		"{\"version\":1,\"until_wall_ns\":\"1\",\"good\":\"\",\"tried\":\"\"}",
		"{\"version\":1,\"until_wall_ns\":1,\"good\":null,\"tried\":\"\"}" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct unconfirmed u = { 0 };
		struct err e = { 0 };

		CHECK_INT(unconfirmed_read(texts[i], strlen(texts[i]), &u, &e), -EINVAL);
		CHECK(e.message[0] != '\0');
	}
}

TEST(what_a_start_makes_of_it)
{
	static const struct {
		int64_t until_s, now_s;
		const char *file;
		enum unconfirmed_fate want;
		int64_t left_s;
	} rows[] = {
		{ 100, 40, "new", UNCONFIRMED_WAITS, 60 },
		{ 100, 100, "new", UNCONFIRMED_EXPIRED, 0 },
		{ 100, 5000, "new", UNCONFIRMED_EXPIRED, 0 },
		{ 100, 40, "mended since", UNCONFIRMED_STALE, 0 },
		{ 100, 5000, "mended since", UNCONFIRMED_STALE, 0 },
		/* the clock was set back */
		{ 100, -100000, "new", UNCONFIRMED_WAITS, 3600 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct unconfirmed u = { rows[i].until_s * NS_PER_S, xstrdup("old"),
			xstrdup("new") };
		struct duration left = { 0 };

		CHECK_INT(unconfirmed_at_start(
			      &u, rows[i].file, rows[i].now_s * NS_PER_S, DURATION_S(3600), &left),
		    rows[i].want);
		CHECK_INT(left.ns, rows[i].left_s * NS_PER_S);
		unconfirmed_done(&u);
	}
}
