#include "proto/check/http_status.h"

#include <errno.h>

#include "base/attr.h"
#include "tap.h"

TEST(what_is_a_status)
{
	static const struct {
		const char *text;
		int first, last; /* 0: refused */
	} cases[] = {
		{ "200", 200, 200 },
		{ "100", 100, 100 },
		{ "200-299", 200, 299 },
		{ "404-404", 404, 404 },
		{ "100-599", 100, 599 },
		{ "", 0, 0 },
		{ "20", 0, 0 },
		{ "2000", 0, 0 },
		{ "099", 0, 0 },
		{ "600", 0, 0 },
		{ "2xx", 0, 0 },
		{ "200-", 0, 0 },
		{ "200-29", 0, 0 },
		{ "200-2999", 0, 0 },
		{ "299-200", 0, 0 },
		{ "200 ", 0, 0 },
		{ " 200", 0, 0 },
		{ "200,204", 0, 0 },
		{ "200-299-300", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct http_status_range r = { 0, 0 };

		CHECK_INT(http_status_parse(cases[i].text, &r), cases[i].first ? 0 : -EINVAL);
		CHECK_INT(r.first, cases[i].first);
		CHECK_INT(r.last, cases[i].last);
	}
}

TEST(ranges)
{
	static const struct http_status_range ranges[] = { { 204, 204 }, { 300, 399 } };
	char text[64], cut[8];

	CHECK(http_status_is_in(ranges, 2, 204));
	CHECK(http_status_is_in(ranges, 2, 300) && http_status_is_in(ranges, 2, 399));
	CHECK(!http_status_is_in(ranges, 2, 203) && !http_status_is_in(ranges, 2, 205));
	CHECK(!http_status_is_in(ranges, 2, 299) && !http_status_is_in(ranges, 2, 400));
	CHECK(!http_status_is_in(ranges, 0, 200));
	http_status_format(ranges, 2, text, sizeof(text));
	CHECK_STR(text, "204, 300-399");
	http_status_format(ranges, 2, cut, sizeof(cut));
	CHECK_STR(cut, "204, 30");
}
