#include "base/utf8.h"

#include <stdio.h>

#include "base/attr.h"
#include "tap.h"

TEST(text_is_mended)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80" },
		/* cut at the end */
		{ "a\xc3", "a" },
		{ "a\xe2\x82", "a" },
		{ "\xf0\x9f\x98", "" },
		/* wrong anywhere */
		{ "caf\xe9 noir", "caf? noir" },
		{ "\xff", "?" },
		{ "\x80\xbf.", "??." },
		{ "\xe2\x82.", "??." },
		{ "\xc3\xc3\xa9", "?\xc3\xa9" },
		/* overlong, a surrogate, above the last one */
		{ "\xc0\xaf.", "??." },
		{ "\xe0\x80\xaf.", "???." },
		{ "\xed\xa0\x80.", "???." },
		{ "\xf4\x90\x80\x80.", "????." },
		{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "%s", rows[i].text);
		CHECK_STR(utf8_mend(text), rows[i].want);
	}
}

TEST(a_character_has_a_length)
{
	CHECK_INT(utf8_char_len(""), 0);
	CHECK_INT(utf8_char_len("a"), 1);
	CHECK_INT(utf8_char_len("\xc3\xa9"), 2);
	CHECK_INT(utf8_char_len("\xe2\x82\xac"), 3);
	CHECK_INT(utf8_char_len("\xf0\x9f\x98\x80"), 4);
	CHECK_INT(utf8_char_len("\xe2\x82"), 0);
	CHECK_INT(utf8_char_len("\xa9"), 0);
}

TEST(what_acts_on_its_surroundings_is_unseen)
{
	static const char *const unseen[] = { "\x01", "\x7f", "\xc2\x85", "\u061c", "\u200e",
		"\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\u206f",
		"\U000e0001", "\U000e0041", "\U000e007f" };
	static const char *const seen[] = { "\t", "\n", "a", "\u00a0", "\u00e9", "\u200d", "\u202f",
		"\u2065", "\u2070", "\u05d0", "\U0001f642", "\U000e0080", "\U000e0100" };

	for (size_t i = 0; i < ARRAY_SIZE(unseen); i++)
		CHECK(utf8_is_unseen(unseen[i], strlen(unseen[i])));
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++)
		CHECK(!utf8_is_unseen(seen[i], strlen(seen[i])));
}
