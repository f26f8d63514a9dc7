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
		_cleanup_(strbuf_done) struct strbuf wrong = { 0 };

		CHECK_INT(yaml_json("f", cases[i].yaml, strlen(cases[i].yaml), &got, &wrong), 0);
		text = json_dumps(got, JSON_COMPACT);
		CHECK_STR(text, cases[i].want);
	}
}

TEST(what_is_no_yaml_is_said)
{
	static const struct {
		const char *yaml, *want;
	} cases[] = {
		{ "", "f: nothing stands in it\n" },
		{ "a: &x 1\nb: *x\n",
		    "f:2:5: aliases are not read\n    2 | b: *x\n      |     ^\n" },
		{ "[a]: 1\n", "f:1:2: expected a word as the key\n    1 | [a]: 1\n      |  ^\n" },
		{ "name: web\nname: shop\n",
		    "f:2:1: this is not YAML: duplicate key\n    2 | name: shop\n      | ^\n" },
		/* what is missing at the end stands behind the last line */
		{ "ä: 1\nb: [1\n\n",
		    "f:2:6: this is not YAML: flow sequence without a closing bracket\n"
		    "    2 | b: [1\n      |      ^\n" },
		/* and a password is not shown */
		{ "a: 1\nmd5_password: \"x\nb: 2\n",
		    "f:2:15: this is not YAML: wrongly indented double-quoted scalar\n" },
		/* what keeps the parser busy for ever, or is skipped by it */
		{ "a: 1\n%?a: \xff\xff \n", "f:2:1: directives are not supported; leave the line "
					    "out\n    2 | %?a: ?? \n      "
					    "| ^\n" },
		{ "ä: \xff\n", "f:1:4: this is not UTF-8\n    1 | ä: ?\n      |    ^\n" },
	};
	_cleanup_(strbuf_done) struct strbuf deep = { 0 };
	json_t *got = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf wrong = { 0 };

		CHECK_INT(
		    yaml_json("f", cases[i].yaml, strlen(cases[i].yaml), &got, &wrong), -EINVAL);
		CHECK_STR(strbuf_get(&wrong), cases[i].want);
	}
	strbuf_pad(&deep, '[', 40);
	strbuf_pad(&deep, ']', 40);
	_cleanup_(strbuf_done) struct strbuf wrong = { 0 };

	CHECK_INT(yaml_json("f", strbuf_get(&deep), deep.len, &got, &wrong), -EINVAL);
	CHECK_STR(strbuf_get(&wrong), "f: too many levels\n");
	CHECK(got == NULL);
}
