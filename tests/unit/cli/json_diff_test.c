#include "cli/json_diff.h"

#include <stdlib.h>

#include "base/attr.h"
#include "tap.h"

static void
check(const char *before, const char *after, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *a = json_loads(before, JSON_DECODE_ANY, NULL);
	json_auto_t *b = json_loads(after, JSON_DECODE_ANY, NULL);

	json_diff(a, b, &out);
	CHECK_STR(strbuf_get(&out), want);
}

TEST(equal_values_differ_in_nothing)
{
	check("{\"a\": [1, {\"b\": 2}]}", "{ \"a\": [1, {\"b\": 2}] }", "");
	check("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", "");
}

TEST(a_change_is_a_line_with_its_path)
{
	check("{\"a\": {\"b\": 3}}", "{\"a\": {\"b\": 5}}", "~ a.b: 3 becomes 5\n");
	check("{\"a\": \"\"}", "{\"a\": \"x y\"}", "~ a: \"\" becomes x y\n");
	check("{\"a\": {\"b\": 3}}", "{\"a\": [1]}", "~ a: {\"b\":3} becomes [1]\n");
}

TEST(what_comes_and_goes)
{
	check("{\"a\": 1, \"b\": null}", "{\"c\": {\"d\": true}}",
	    "- a: 1\n- b: null\n+ c: {\"d\":true}\n");
}

TEST(a_list_of_words_is_a_set)
{
	check("{\"s\": [\"ams\", \"sin\"]}", "{\"s\": [\"lax\", \"ams\"]}", "- s: sin\n+ s: lax\n");
	check("{\"s\": [1, 2]}", "{\"s\": [2, 1]}", "~ s: [1,2] becomes [2,1]\n");
	check("{\"s\": []}", "{\"s\": [2]}", "+ s: 2\n");
}

TEST(a_list_of_objects_goes_by_place)
{
	check("{\"n\": [{\"a\": 1}]}", "{\"n\": [{\"a\": 2}, {\"a\": 3}]}",
	    "~ n[0].a: 1 becomes 2\n+ n[1]: {\"a\":3}\n");
}

TEST(nothing_gets_into_the_terminal)
{
	check("{\"a\\u001b\": \"x\"}", "{\"a\\u001b\": \"\\u001b[2J\"}", "~ a?: x becomes ?[2J\n");
}
