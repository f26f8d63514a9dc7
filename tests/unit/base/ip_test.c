#include "base/ip.h"

#include <errno.h>
#include <sys/socket.h>

#include "tap.h"

static struct ip
ip(const char *text)
{
	struct ip a = { 0 };

	CHECK_INT(ip_parse(text, &a), 0);
	return a;
}

TEST(addresses_read_back_in_canonical_form)
{
	static const char *const rows[][2] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.9.10.99", "0.9.10.99" },
		{ "100.109.199.255", "100.109.199.255" },
		{ "2001:DB8:0:0::1", "2001:db8::1" },
		{ "::", "::" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	};
	char buf[IP_STR_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_STR(ip_format(ip(rows[i][0]), buf), rows[i][1]);
}

TEST(bad_addresses_are_refused)
{
	static const char *const rows[] = { "", "192.0.2", "192.0.2.01", "192.0.2.256",
		"192.0.2.1 ", "::1%lo", "1::2::3", "2001:db8::g" };
	struct ip a;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_INT(ip_parse(rows[i], &a), -EINVAL);
}

TEST(prefixes)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
		{ "203.0.113.10/32", 0 },
		{ "0.0.0.0/0", 0 },
		{ "2001:db8::/32", 0 },
		{ "203.0.113.1/31", -EDOM },
		{ "2001:db8::1/64", -EDOM },
		{ "203.0.113.0", -EINVAL },
		{ "203.0.113.0/33", -EINVAL },
		{ "203.0.113.0/08", -EINVAL },
		{ "203.0.113.0/", -EINVAL },
		{ "/24", -EINVAL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix p;

		if (prefix_parse(rows[i].text, &p) != rows[i].result)
			tap_fail(__FILE__, __LINE__, "%s", rows[i].text);
	}
}

TEST(contains_and_mask)
{
	struct prefix p;
	char buf[PREFIX_STR_MAX];

	CHECK_INT(prefix_parse_host("203.0.113.77/25", &p), 0);
	CHECK_STR(prefix_format(prefix_mask(p), buf), "203.0.113.0/25");
	CHECK(prefix_contains(p, ip("203.0.113.127")));
	CHECK(!prefix_contains(p, ip("203.0.113.128")));
	CHECK(!prefix_contains(p, ip("2001:db8::1")));
	CHECK_STR(prefix_format(prefix_host(ip("2001:db8::1")), buf), "2001:db8::1/128");
}

TEST(addition_carries)
{
	char buf[IP_STR_MAX];

	CHECK_STR(ip_format(ip_add(ip("192.0.2.255"), 1), buf), "192.0.3.0");
	CHECK_STR(ip_format(ip_add(ip("2001:db8::ffff"), 2), buf), "2001:db8::1:1");
}

TEST(endpoints)
{
	static const char *const good[] = { "192.0.2.1:80", "[2001:db8::1]:179" };
	static const char *const bad[] = { "192.0.2.1", "2001:db8::1:80", "[192.0.2.1]:80",
		"[2001:db8::1]80", "192.0.2.1:65536", "192.0.2.1:", "[2001:db8::1", ":80" };
	struct endpoint e, again;
	struct sockaddr_storage ss;
	char buf[ENDPOINT_STR_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		REQUIRE(endpoint_parse(good[i], &e) == 0);
		CHECK_STR(endpoint_format(e, buf), good[i]);
		CHECK(endpoint_to_sockaddr(e, &ss) > 0);
		CHECK_INT(endpoint_from_sockaddr(&ss, &again), 0);
		CHECK(endpoint_equal(e, again) == (e.addr.family == again.addr.family));
	}
	REQUIRE(endpoint_parse("[fe80::1]:179", &e) == 0);
	e.scope = 4294967295;
	CHECK_STR(endpoint_format(e, buf), "[fe80::1%4294967295]:179");
	CHECK(endpoint_to_sockaddr(e, &ss) > 0);
	CHECK_INT(endpoint_from_sockaddr(&ss, &again), 0);
	CHECK(endpoint_equal(e, again));
	again.scope = 2;
	CHECK(!endpoint_equal(e, again));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (endpoint_parse(bad[i], &e) != -EINVAL)
			tap_fail(__FILE__, __LINE__, "%s was not refused", bad[i]);
	}
}

TEST(kinds)
{
	CHECK(ip_is_loopback(ip("127.1.2.3")) && ip_is_loopback(ip("::1")));
	CHECK(ip_is_link_local(ip("169.254.1.1")) && ip_is_link_local(ip("fe80::1")));
	CHECK(ip_is_multicast(ip("224.0.0.5")) && ip_is_multicast(ip("ff02::5")));
	CHECK(ip_is_unspecified(ip("0.0.0.0")) && ip_is_unspecified(ip("::")));
	CHECK(!ip_is_loopback(ip("192.0.2.1")));
	CHECK_INT(ip_to_v4(ip_from_v4(0xc0000201)), 0xc0000201);
}
