#include "cli/since.h"

#include <errno.h>

#include "base/attr.h"
#include "base/time.h"
#include "tap.h"

#define NOW (INT64_C(1795963374) * NS_PER_S) /* 2026-11-29T14:42:54Z */

TEST(durations_and_times)
{
	static const struct {
		const char *text;
		int64_t want_s, want_ns;
	} cases[] = {
		{ "10m", 1795963374 - 600, 0 },
		{ "1h30m", 1795963374 - 5400, 0 },
		{ "0", 1795963374, 0 },
		{ "100000d", 0, 0 }, /* all that there is */
		{ "2026-11-29", 1795910400, 0 },
		{ "2026-11-29Z", 1795910400, 0 },
		{ "2026-11-29T14:42", 1795963320, 0 },
		{ "2026-11-29 14:42", 1795963320, 0 },
		{ "2026-11-29T14:42:54Z", 1795963374, 0 },
		{ "2026-11-29 14:42:54.25", 1795963374, 250000000 },
		{ "2026-11-29T14:42:54.123456789Z", 1795963374, 123456789 },
		{ "2026-11-29T14:42:54.1234567891Z", 1795963374, 123456789 },
		{ "2028-02-29", 1835395200, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t ns = -1;

		CHECK_INT(since_parse(cases[i].text, NOW, &ns), 0);
		CHECK_INT(ns, cases[i].want_s * NS_PER_S + cases[i].want_ns);
	}
}

TEST(what_is_no_time)
{
	static const struct {
		const char *text;
		int want;
	} cases[] = {
		{ "", -EINVAL },
		{ "yesterday", -EINVAL },
		{ " 10m", -EINVAL },
		{ "-10m", -EINVAL },
		{ "10", -EINVAL },
		{ "2026-11", -EINVAL },
		{ "2026-11-29T", -EINVAL },
		{ "2026-13-01", -EINVAL },
		{ "2026-02-30", -EINVAL },
		{ "2027-02-29", -EINVAL },
		{ "2026-11-29T25:00", -EINVAL },
		{ "2026-11-29T14:42:54.", -EINVAL },
		{ "2026-11-29T14:42.5", -EINVAL },
		{ "2026-11-29T14:42:54+01:00", -EINVAL },
		{ "2026-11-29 and more", -EINVAL },
		{ "1969-12-31", -ERANGE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t ns = 7;

		CHECK_INT(since_parse(cases[i].text, NOW, &ns), cases[i].want);
		CHECK_INT(ns, 7);
	}
}
