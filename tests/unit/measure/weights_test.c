/* Weights of prefixes: what a line says, and which lines some targets need. */
#include "measure/weights.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static void
take(void *userdata, const char *line)
{
	strbuf_addf(userdata, "%s\n", line);
}

static struct prefix
prefix(const char *text)
{
	struct prefix p = { 0 };

	CHECK_INT(prefix_parse(text, &p), 0);
	return p;
}

TEST(all_that_weighs_on_a_target_is_needed)
{
	static const char text[] = "192.0.2.0/24 100\n192.0.2.128/25\t7 # within\n192.0.2.9 5\n"
				   "192.0.0.0/16,3\n198.51.100.0/24 1000\n2001:db8::/32 4\n";
	struct strbuf report = { 0 }, lines = { 0 };
	struct selection s = { 0 };
	struct weights *w = NULL;
	struct err e = { 0 };

	REQUIRE(weights_load_text("f", text, &w, &report, &e) == 0);
	CHECK_INT(w->count, 6);
	selection_add(&s, prefix("192.0.2.200/32"));
	selection_add(&s, prefix("2001:db8:1::/48"));
	selection_add(&s, prefix("203.0.113.0/24"));
	weights_select(w, &s, take, &lines);
	CHECK_STR(strbuf_get(&lines),
	    "192.0.2.0/24 100\n192.0.2.128/25 7\n192.0.0.0/16 3\n2001:db8::/32 4\n");
	strbuf_done(&lines);
	selection_add(
	    &s, prefix("192.0.2.0/28")); /* a target that is a prefix has what is within it */
	weights_select(w, &s, take, &lines);
	CHECK(strstr(strbuf_get(&lines), "192.0.2.9/32 5\n") != NULL);
	selection_done(&s);
	weights_free(w);
	strbuf_done(&lines);
	strbuf_done(&report);
}

/* A file may say it twice; what is told piece by piece not, or what is told again would double it.
 */
TEST(a_prefix_is_told_once)
{
	static const char text[] = "192.0.2.0/24 100\n192.0.2.0/24 50\n";
	struct strbuf report = { 0 };
	struct weights *w = NULL;
	struct err e = { 0 };
	char path[] = "/tmp/nearcast-weights-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	CHECK_INT(weights_load_text("weights", text, &w, &report, &e), -EINVAL);
	CHECK(strstr(strbuf_get(&report), "weights:2:1: has its weight already") != NULL);
	REQUIRE(f != NULL);
	CHECK(fputs(text, f) >= 0 && fclose(f) == 0);
	REQUIRE(weights_load_file(path, &w, &report, &e) == 0);
	CHECK_INT(w->count, 1);
	CHECK_INT(w->items[0].count, 150);
	(void)unlink(path);
	weights_free(w);
	strbuf_done(&report);
}

TEST(a_bad_line_is_named)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "192.0.2.0/24\n", "weights:1:1: expected a prefix and a number" },
		{ "192.0.2.1/24 5\n", "weights:1:1: expected a prefix or an address" },
		{ "192.0.2.0/24 -5\n", "weights:1:14: expected a whole number" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf report = { 0 };
		struct weights *w = NULL;
		struct err e = { 0 };

		CHECK_INT(weights_load_text("weights", rows[i].text, &w, &report, &e), -EINVAL);
		CHECK(strstr(strbuf_get(&report), rows[i].said) != NULL);
		strbuf_done(&report);
	}
}
