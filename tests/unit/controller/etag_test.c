#include "controller/etag.h"

#include "tap.h"

TEST(if_match_compares_strongly)
{
	char text[ETAG_SIZE];

	CHECK_STR(etag_write(7, text), "\"7\"");
	CHECK_STR(etag_write(UINT64_MAX, text), "\"18446744073709551615\"");
	CHECK_INT(etag_match(NULL, 7), ETAG_ABSENT);
	CHECK_INT(etag_match("*", 7), ETAG_MATCHES);
	CHECK_INT(etag_match("\"7\"", 7), ETAG_MATCHES);
	CHECK_INT(etag_match(" \"7\" ", 7), ETAG_MATCHES);
	CHECK_INT(etag_match("\"6\", \"7\"", 7), ETAG_MATCHES);
	CHECK_INT(etag_match("\"6\",\"8\"", 7), ETAG_DIFFERS);
	CHECK_INT(etag_match("W/\"7\"", 7), ETAG_DIFFERS);
	CHECK_INT(etag_match("\"77\"", 7), ETAG_DIFFERS);
}

TEST(if_none_match_compares_weakly)
{
	CHECK_INT(etag_none_match("W/\"7\"", 7), ETAG_MATCHES);
	CHECK_INT(etag_none_match("\"7\"", 7), ETAG_MATCHES);
	CHECK_INT(etag_none_match("\"8\"", 7), ETAG_DIFFERS);
	CHECK_INT(etag_none_match(NULL, 7), ETAG_ABSENT);
}

TEST(malformed_is_not_different)
{
	static const char *const headers[] = { "", "7", "\"7", "7\"", "\"7\" \"8\"", "\"7\",", ",",
		"w/\"7\"", "\"a b\"", "*, \"7\"", "\"\x01\"" };

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		if (etag_match(headers[i], 7) != ETAG_MALFORMED)
			tap_fail(__FILE__, __LINE__, "not malformed: %s", headers[i]);
	}
}
