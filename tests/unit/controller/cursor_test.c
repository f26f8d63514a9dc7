#include "controller/cursor.h"

#include "tap.h"

TEST(a_key_comes_back)
{
	static const char *const keys[] = { "", "a", "ab", "abc", "192.0.2.1/32",
		("01234567890123456789012345678901234567890123456789012345678901234567890123456789"
		 "012345678901234567890123456789012345678901234567") };
	char cursor[CURSOR_SIZE], key[CURSOR_KEY_MAX + 1];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		cursor_write(keys[i], cursor);
		CHECK(strpbrk(cursor, "+/=") == NULL);
		CHECK(cursor_read(cursor, key));
		CHECK_STR(key, keys[i]);
	}
}

TEST(what_is_none_of_ours)
{
	/* of another version; with padding; with bits that mean nothing; with a line end; not ASCII
	 */
	static const char *const cursors[] = { "", "=", "M", "Mg", "MQ==", "MR", "MQo", "Mf8",
		"MWE=", " MWE", "MWE ", "M/E", "../../etc", "'; drop table" };
	char key[CURSOR_KEY_MAX + 1], large[1000];

	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		if (cursor_read(cursors[i], key))
			tap_fail(__FILE__, __LINE__, "taken: %s", cursors[i]);
	}
	memset(large, 'M', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	CHECK(!cursor_read(large, key));
}
