#include "measure/names.h"

#include <errno.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "tap.h"

static struct ip
ip(const char *text)
{
	struct ip address = { 0 };

	CHECK_INT(ip_parse(text, &address), 0);
	return address;
}

TEST(names_are_found)
{
	static const char text[] =
	    "{\"names\":[{\"address\":\"198.51.100.4\",\"name\":\"ams.northwind\",\"city\":\"ams\","
	    "\"city_name\":\"Amsterdam\",\"network\":\"northwind\",\"asn\":64496,\"site\":null,"
	    "\"more\":1},"
	    "{\"address\":\"2001:db8::1\",\"name\":null},"
	    "{\"address\":\"192.0.2.17\",\"name\":\"am6-c3.medium.x86-01\",\"site\":\"am6\"}]}";
	struct names *n = NULL;
	const struct name_entry *entry;

	CHECK_INT(names_load_text("names.json", text, sizeof(text) - 1, &n, NULL), 0);
	REQUIRE(n != NULL);
	entry = names_find(n, ip("198.51.100.4"));
	REQUIRE(entry != NULL);
	CHECK_STR(entry->name, "ams.northwind");
	CHECK_STR(entry->city, "ams");
	CHECK_STR(entry->city_name, "Amsterdam");
	CHECK_STR(entry->network, "northwind");
	CHECK_INT(entry->asn, 64496);
	CHECK(entry->site == NULL);
	entry = names_find(n, ip("2001:db8::1"));
	CHECK(entry != NULL && entry->name == NULL && entry->asn == 0);
	entry = names_find(n, ip("192.0.2.17"));
	CHECK_STR(entry ? entry->site : NULL, "am6");
	CHECK(names_find(n, ip("198.51.100.5")) == NULL);
	CHECK(names_find(NULL, ip("198.51.100.4")) == NULL);
	CHECK(names_find_name(n, "am6-c3.medium.x86-01") == entry);
	CHECK(names_find_name(n, "am6") == NULL);
	CHECK(names_find_name(NULL, "am6") == NULL);
	names_free(n);
}

TEST(wrong_files_are_refused_with_the_place)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "f:1:0: '[' or '{' expected near end of file" },
		{ "{\"names\":[}", "f:1:11: unexpected token near '}'" },
		{ "{\"names\":[],\"names\":[]}", "f:1:19: duplicate object key near '\"names\"'" },
		{ "[]", "f: expected an object with an array \"names\"" },
		{ "{\"names\":{}}", "f: expected an object with an array \"names\"" },
		{ "{\"names\":[1]}", "f: names[0]: is not an object" },
		{ "{\"names\":[{}]}", "f: names[0]: \"address\" is not an IP address" },
		{ "{\"names\":[{\"address\":\"192.0.2.1\"},{\"address\":\"192.0.2.256\"}]}",
		    "f: names[1]: \"address\" is not an IP address" },
		{ "{\"names\":[{\"address\":\"192.0.2.1\",\"name\":7}]}",
		    "f: names[0]: \"name\" is not a string" },
		{ "{\"names\":[{\"address\":\"192.0.2.1\",\"name\":\"\"}]}",
		    "f: names[0]: \"name\" has 0 bytes, expected 1 to 253" },
		{ "{\"names\":[{\"address\":\"192.0.2.1\",\"asn\":4294967296}]}",
		    "f: names[0]: \"asn\" is not an AS number" },
		{ "{\"names\":[{\"address\":\"192.0.2.1\",\"asn\":-1}]}",
		    "f: names[0]: \"asn\" is not an AS number" },
		{ "{\"names\":[{\"address\":\"192.0.2.1\",\"asn\":\"64496\"}]}",
		    "f: names[0]: \"asn\" is not an AS number" },
		{ "{\"names\":[{\"address\":\"::1\"},{\"address\":\"192.0.2.1\"},{\"address\":\"0::"
		  "1\"}]}",
		    "f: ::1 is there twice" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct names *n = NULL;
		struct err e = { 0 };

		CHECK(names_load_text("f", rows[i].text, strlen(rows[i].text), &n, &e) < 0);
		CHECK_STR(e.message, rows[i].want);
		CHECK(n == NULL);
	}
}

TEST(files)
{
	struct names *n = NULL;
	struct err e = { 0 };

	CHECK_INT(names_load_file("/nonexistent/names.json", &n, &e), -ENOENT);
	CHECK_STR(e.message, "/nonexistent/names.json: No such file or directory");
	CHECK_INT(names_load_file("/dev/zero", &n, &e), -EINVAL);
	CHECK_STR(e.message, "/dev/zero: is not a file");
}

/* It is how one says that there are none. */
TEST(an_empty_file_has_none)
{
	struct names *n = NULL;

	CHECK_INT(names_load_file("/dev/null", &n, NULL), 0);
	REQUIRE(n != NULL);
	CHECK(names_find(n, ip_from_v4(0xc6336404)) == NULL);
	names_free(n);
}
