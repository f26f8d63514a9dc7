#include "cli/yaml_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/strbuf.h"
#include "tap.h"

TEST(yaml_is_json)
{
	static const struct {
		const char *yaml, *want;
	} cases[] = {
		{ "a: 1\nb: [x, 1.5, true, null, ~, '1', \"true\"]\n",
		    "{\"a\":1,\"b\":[\"x\",1.5,true,null,null,\"1\",\"true\"]}" },
		{ "a:\n  b: { c: tcp/80 }\n  d:\n",
		    "{\"a\":{\"b\":{\"c\":\"tcp/80\"},\"d\":null}}" },
		{ "{\"a\": [{\"b\": \"1s\"}]}", "{\"a\":[{\"b\":\"1s\"}]}" },
		{ "a: 007\nb: 1s\nc: 0x10\nd: yes\n",
		    "{\"a\":\"007\",\"b\":\"1s\",\"c\":\"0x10\",\"d\":\"yes\"}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_auto_t *got = NULL;
		_cleanup_(freep) char *text = NULL;
		struct err e = { 0 };

		CHECK_INT(yaml_json("f", cases[i].yaml, strlen(cases[i].yaml), &got, &e), 0);
		text = json_dumps(got, JSON_COMPACT);
		CHECK_STR(text, cases[i].want);
	}
}

TEST(what_is_no_yaml_is_said)
{
	static const struct {
		const char *yaml, *want;
	} cases[] = {
		{ "", "f: nothing stands in it" },
		{ "a: &x 1\nb: *x\n", "f:2: aliases are not read" },
		{ "[a]: 1\n", "f: expected a word as the key" },
	};
	_cleanup_(strbuf_done) struct strbuf deep = { 0 };
	json_t *got = NULL;
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CHECK_INT(yaml_json("f", cases[i].yaml, strlen(cases[i].yaml), &got, &e), -EINVAL);
		CHECK_STR(e.message, cases[i].want);
	}
	CHECK_INT(yaml_json("f", "a: [1\n", 6, &got, &e), -EINVAL);
	CHECK_INT(yaml_json("f", "a: 1\na: 2\n", 10, &got, &e), -EINVAL);
	strbuf_pad(&deep, '[', 40);
	strbuf_pad(&deep, ']', 40);
	CHECK_INT(yaml_json("f", strbuf_get(&deep), deep.len, &got, &e), -EINVAL);
	CHECK_STR(e.message, "f: too many levels");
	CHECK(got == NULL);
}
