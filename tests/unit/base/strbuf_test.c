#include "base/strbuf.h"

#include <errno.h>
#include <stdlib.h>

#include "tap.h"

TEST(grows_and_is_taken)
{
	struct strbuf b = { 0 };

	CHECK_STR(strbuf_get(&b), "");
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&b, "%03d,", i);
	CHECK_INT(b.len, 4000);
	CHECK(str_starts_with(strbuf_get(&b), "000,001,"));
	strbuf_pad(&b, '^', 3);
	CHECK_STR(strbuf_get(&b) + 3996, "999,^^^");

	char *text = strbuf_take(&b);

	CHECK_INT(strlen(text), 4003);
	free(text);
	CHECK_INT(b.len, 0);
	text = strbuf_take(&b);
	CHECK_STR(text, "");
	free(text);
	strbuf_done(&b);
}

TEST(numbers_in_decimal)
{
	struct strbuf b = { 0 };
	static const int64_t values[] = { 0, 7, -1, 10, 1234567890, INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		strbuf_add_i64(&b, values[i]);
		strbuf_add_char(&b, ' ');
	}
	CHECK_STR(strbuf_get(&b), "0 7 -1 10 1234567890 9223372036854775807 -9223372036854775808 ");
	strbuf_done(&b);
}

TEST(numbers_are_strict)
{
	static const struct {
		const char *text;
		int result;
		uint64_t value;
	} rows[] = {
		{ "0", 0, 0 },
		{ "100", 0, 100 },
		{ "007", 0, 7 },
		{ "101", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t v = 0;

		CHECK_INT(parse_u64(rows[i].text, 100, &v), rows[i].result);
		CHECK_INT(v, rows[i].value);
	}
}

TEST(nearest_word)
{
	static const char *const words[] = { "hold-time", "interval", "rise", NULL };

	CHECK_STR(str_nearest("hold-tiem", words), "hold-time");
	CHECK_STR(str_nearest("intervall", words), "interval");
	CHECK_STR(str_nearest("zzz", words), NULL);
	CHECK_STR(str_nearest("", words), NULL);
}

TEST(place_of_a_word)
{
	static const char *const words[] = { "hold-time", "interval", "rise", NULL };

	CHECK_INT(str_index("hold-time", words), 0);
	CHECK_INT(str_index("rise", words), 2);
	CHECK_INT(str_index("ris", words), 3);
	CHECK_INT(str_index("", words), 3);
	CHECK_INT(str_index("x", words + 3), 0);
}

TEST(width_counts_code_points)
{
	CHECK_INT(utf8_width("abc"), 3);
	CHECK_INT(utf8_width("Zürich"), 6);
}
