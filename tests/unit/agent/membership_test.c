/* That a host belongs to a controller, as it is kept. */
#include "agent/membership.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tap.h"

#define START "{\"version\":1,\"url\":\"https://c\",\"host_id\":\"hst_1\",\"host\":\"am6-1\","

TEST(written_and_read)
{
	struct membership m = { .url = xstrdup("https://c.example.com:8179"),
		.host_id = xstrdup("hst_1"),
		.host = xstrdup("am6-1"),
		.site = xstrdup("am6"),
		.credential = xstrdup("nch_secret"),
		.ca_file = xstrdup("/etc/nearcast/ca.pem") };
	_cleanup_(freep) char *text = membership_write(&m);
	struct membership got = { 0 };
	struct err e = { 0 };

	CHECK_INT(membership_read(text, strlen(text), &got, &e), 0);
	CHECK_STR(got.url, m.url);
	CHECK_STR(got.host_id, m.host_id);
	CHECK_STR(got.host, m.host);
	CHECK_STR(got.site, m.site);
	CHECK_STR(got.credential, m.credential);
	CHECK_STR(got.ca_file, m.ca_file);
	membership_done(&m);
	membership_done(&got);
}

TEST(without_a_ca_file)
{
	struct membership got = { 0 };
	struct err e = { 0 };
	static const char text[] = START "\"site\":\"a\",\"credential\":\"x\",\"ca_file\":null}";

	CHECK_INT(membership_read(text, strlen(text), &got, &e), 0);
	CHECK(got.ca_file == NULL);
	membership_done(&got);
}

TEST(what_is_none_and_no_secret_in_what_is_said)
{
	static const char *const texts[] = { "", "{}", "<html>", "[1]",
		START "\"site\":\"a\",\"credential\":\"\"}",
		START "\"site\":\"a\",\"credential\":\"se cret\"}",
		START "\"site\":\"a\",\"credential\":\"secret\\r\\nX: y\"}",
		START "\"site\":7,\"credential\":\"secret\"}",
		("{\"version\":2,\"url\":\"https://c\",\"host_id\":\"h\",\"host\":\"a\","
		 "\"site\":\"a\",\"credential\":\"secret\"}") };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct membership m = { 0 };
		struct err e = { 0 };

		CHECK_INT(membership_read(texts[i], strlen(texts[i]), &m, &e), -EINVAL);
		CHECK(e.message[0] != '\0' && strstr(e.message, "secret") == NULL);
	}
}
