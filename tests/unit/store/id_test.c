#include "store/id.h"

#include <errno.h>

#include "tap.h"

TEST(ids_sort_by_their_time_and_differ)
{
	char a[STORE_ID_MAX], b[STORE_ID_MAX], c[STORE_ID_MAX];

	(void)store_id("ip", INT64_C(1790000000000000000), a);
	(void)store_id("ip", INT64_C(1790000000000999999), b);
	(void)store_id("ip", INT64_C(1790000000001000000), c);
	CHECK_INT(strlen(a), 3 + 26);
	/* 0x1a0c5d... in base 32: the same milliseconds begin alike */
	CHECK(strncmp(a, b, 3 + 10) == 0 && strcmp(a, b) != 0);
	CHECK(strcmp(a, c) < 0 && strcmp(b, c) < 0);
	CHECK_INT(strspn(a + 3, "0123456789abcdefghjkmnpqrstvwxyz"), 26);
	CHECK(strncmp(store_id("hst", 0, a), "hst_0000000000", 14) == 0);
	(void)store_id("hst", INT64_MAX, a);
	CHECK_INT(strlen(a), 4 + 26);
}

TEST(keys_sort_as_addresses)
{
	static const char *const texts[] = { "0.0.0.0", "9.255.0.1", "192.0.2.1", "192.0.2.10",
		"255.255.255.255", "::", "2001:db8::9", "2001:db8::a",
		"2001:db8:a::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" };
	char before[STORE_KEY_MAX] = "", key[STORE_KEY_MAX];
	struct ip ip, back;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		REQUIRE(ip_parse(texts[i], &ip) == 0);
		CHECK(strcmp(before, store_key(ip, key)) < 0);
		CHECK_INT(store_key_parse(key, &back), 0);
		CHECK(ip_equal(ip, back));
		memcpy(before, key, sizeof(before));
	}
	REQUIRE(ip_parse("192.0.2.1", &ip) == 0);
	CHECK_STR(store_key(ip, key), "4c0000201");
}

TEST(what_is_no_key)
{
	static const char *const bad[] = { "", "4", "5c0000201", "4c000020", "4c00002011",
		"4C0000201", "4c000020g", "6c0000201", "4c00002 1" };
	struct ip ip;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(store_key_parse(bad[i], &ip), -EINVAL);
}
