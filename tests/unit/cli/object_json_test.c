#include "cli/object_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "tap.h"

struct options {
	const char *text, *number;
	struct cli_strings texts;
	uint32_t count;
	struct duration time;
	int choice, yes;
};

static const char *const names[] = { "ipv4", "ipv6", NULL };
static const struct object_field fields[] = {
	{ "text", OBJECT_TEXT, offsetof(struct options, text), NULL },
	{ "number", OBJECT_NUMBER, offsetof(struct options, number), NULL },
	{ "texts", OBJECT_TEXTS, offsetof(struct options, texts), NULL },
	{ "count", OBJECT_COUNT, offsetof(struct options, count), NULL },
	{ "seconds", OBJECT_SECONDS, offsetof(struct options, time), NULL },
	{ "choice", OBJECT_CHOICE, offsetof(struct options, choice), names },
	{ "yes", OBJECT_YES, offsetof(struct options, yes), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};
static const struct options none = {
	.count = OBJECT_NOT_GIVEN, .time = OBJECT_NO_TIME, .choice = -1, .yes = -1
};

/* The fields as JSON text, for the caller to free. */
static char *
fields_of(const struct options *o)
{
	json_auto_t *object = json_object();

	CHECK_INT(object_add_fields(object, fields, o, NULL), 0);
	return json_dumps(object, JSON_COMPACT);
}

TEST(what_is_not_given_is_left_out)
{
	_cleanup_(freep) char *text = fields_of(&none);

	CHECK_STR(text, "{}");
}

TEST(what_is_given_has_its_type)
{
	const char *texts[] = { "a", "b" };
	const struct options o = { .text = "",
		.number = "-1.5",
		.texts = { texts, 2 },
		.count = 0,
		.time = DURATION_S(3600),
		.choice = 1,
		.yes = 0 };
	_cleanup_(freep) char *text = fields_of(&o);

	CHECK_STR(text, "{\"text\":\"\",\"number\":-1.5,\"texts\":[\"a\",\"b\"],\"count\":0,"
			"\"seconds\":3600,\"choice\":\"ipv6\",\"yes\":false}");
}

TEST(what_is_wrong_is_said)
{
	const char *texts[] = { "\xff" };
	struct options number = none, text = none, list = none;
	json_auto_t *object = json_object();
	struct err e = { 0 };

	number.number = "12x";
	CHECK_INT(object_add_fields(object, fields, &number, &e), -EINVAL);
	CHECK_STR(e.message, "number: \"12x\" is not a number");
	number.number = "\"1\"";
	CHECK_INT(object_add_fields(object, fields, &number, &e), -EINVAL);
	text.text = "\xff";
	CHECK_INT(object_add_fields(object, fields, &text, &e), -EINVAL);
	CHECK_STR(e.message, "text is not UTF-8 text");
	list.texts = (struct cli_strings){ texts, 1 };
	CHECK_INT(object_add_fields(object, fields, &list, &e), -EINVAL);
}

TEST(values_are_text)
{
	static const struct {
		const char *json, *want;
	} cases[] = {
		{ "null", "" },
		{ "\"a\"", "a" },
		{ "12", "12" },
		{ "52.37", "52.37" },
		{ "true", "yes" },
		{ "[\"a\",7,null]", "a 7 " },
		{ "[]", "" },
		{ "{}", "" },
		{ "{\"a\":[1]}", "{\"a\":[1]}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf out = { 0 };
		json_auto_t *value = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);

		object_value_text(value, &out);
		CHECK_STR(strbuf_get(&out), cases[i].want);
	}
}

TEST(a_list_is_brief_where_there_is_little_room)
{
	static const struct object_column columns[] = {
		{ "name", "name", TABLE_LEFT, 0 },
		{ "sites", "sites", TABLE_LEFT, 2 },
		{ "tags", "tags", TABLE_LEFT, 2 },
		{ "since", "since", TABLE_LEFT, 1 },
		{ NULL, NULL, TABLE_LEFT, 0 },
	};
	static const struct {
		size_t columns;
		const char *want;
	} cases[] = {
		{ 46, "name  sites        since\n"
		      "web   am6 la1 sg1  2026-11-30T21:00:17.123Z\n" },
		{ 40, "name  sites   since\nweb   am6 +2  2026-11-30T21:00Z\n" },
		{ 20, "web\n"
		      "  sites  am6 la1 sg1\n"
		      "  tags   -\n"
		      "  since  2026-11-30T21:00:17.123Z\n" },
	};
	json_auto_t *items = json_pack("[{s:s, s:[s, s, s], s:[], s:s}]", "name", "web", "sites",
	    "am6", "la1", "sg1", "tags", "since", "2026-11-30T21:00:17.123Z");

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf list = { 0 };

		object_list_text(
		    items, columns, (struct table_look){ .columns = cases[i].columns }, &list);
		CHECK_STR(strbuf_get(&list), cases[i].want);
	}
}

TEST(objects_and_lists_are_printable)
{
	static const struct object_column columns[] = {
		{ "name", "name", TABLE_LEFT, 0 },
		{ "of", "max_ipv4", TABLE_RIGHT, 0 },
		{ NULL, NULL, TABLE_LEFT, 0 },
	};
	json_auto_t *object = json_pack("{s:s, s:i, s:n, s:i}", "name", "a\033[2J", "max_ipv4", 4,
	    "x", "quarantine_seconds", 604800);
	json_auto_t *items = json_pack("[O, {s:s}]", object, "name", "other");
	_cleanup_(strbuf_done) struct strbuf one = { 0 }, list = { 0 }, empty = { 0 };
	json_auto_t *nothing = json_array();

	object_text(object, &one);
	CHECK_STR(
	    strbuf_get(&one), "name        a?[2J\nmax ipv4    4\nx           -\nquarantine  7d\n");
	object_list_text(items, columns, (struct table_look){ 0 }, &list);
	CHECK_STR(strbuf_get(&list), "name   of\na?[2J   4\nother   -\n");
	object_list_text(nothing, columns, (struct table_look){ 0 }, &empty);
	CHECK_STR(strbuf_get(&empty), "");
}
