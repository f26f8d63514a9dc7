#include "controller/fields.h"

#include <stdlib.h>

#include "controller/body.h"
#include "tap.h"

struct animal {
	uint64_t given;
	const char *name, *note, *said;
	uint32_t legs;
	bool tame;
	int food;
	struct prefix home;
	struct ip at;
	json_t *tags, *friends, *more;
};

static const char *const foods[] = { "grass", "meat", NULL };

#define AT(field) .offset = offsetof(struct animal, field)
static const struct field animal_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED },
	{ .key = "note", .type = FIELD_TEXT, AT(note), .flags = FIELD_NULLABLE, .max = 10 },
	{ .key = "said", .type = FIELD_TEXT, AT(said), .flags = FIELD_PASSED_ON },
	{ .key = "legs", .type = FIELD_U32, AT(legs), .min = 2, .max = 8 },
	{ .key = "tame", .type = FIELD_BOOL, AT(tame) },
	{ .key = "food", .type = FIELD_ENUM, AT(food), .names = foods },
	{ .key = "home", .type = FIELD_PREFIX, AT(home) },
	{ .key = "at", .type = FIELD_IP, AT(at) },
	{ .key = "tags", .type = FIELD_TAGS, AT(tags) },
	{ .key = "friends", .type = FIELD_NAMES, AT(friends), .min = 1, .max = 3 },
	{ .key = "more", .type = FIELD_OBJECT, AT(more) },
};
#undef AT
static const struct field_table animal_table =
    FIELD_TABLE("an animal", struct animal, animal_fields);

/* "/field: detail" of each error, "" for none. */
static const char *
errors_of(const char *text)
{
	static char out[2048];
	json_auto_t *errors = json_array();
	json_auto_t *body = body_read(text, strlen(text), errors);
	struct animal a = { 0 };
	size_t i;
	json_t *e;

	out[0] = '\0';
	if (body != NULL && fields_read(&animal_table, body, &a, errors))
		CHECK_INT(json_array_size(errors), 0);
	else
		CHECK(json_array_size(errors) > 0);
	json_array_foreach (errors, i, e) {
		size_t n = strlen(out);

		(void)snprintf(out + n, sizeof(out) - n, "%s%s: %s", i > 0 ? "; " : "",
		    json_string_value(json_object_get(e, "field")),
		    json_string_value(json_object_get(e, "detail")));
	}
	return out;
}

TEST(what_is_right_is_read)
{
	json_auto_t *errors = json_array();
	static const char text[] =
	    "{\"name\": \"leo\", \"note\": null, \"legs\": 4, \"tame\": true, "
	    "\"food\": \"meat\", \"home\": \"192.0.2.0/24\", \"at\": \"::1\", "
	    "\"tags\": [\"a b\", \"ü\"], \"friends\": [\"eve\"], \"more\": {\"x\": 1}}";
	json_auto_t *body = body_read(text, strlen(text), errors);
	struct animal a = { .note = "kept" };

	REQUIRE(body != NULL);
	CHECK(fields_read(&animal_table, body, &a, errors));
	CHECK_STR(a.name, "leo");
	CHECK_STR(a.note, "kept");
	CHECK_INT(a.legs, 4);
	CHECK(a.tame);
	CHECK_INT(a.food, 1);
	CHECK_INT(a.home.len, 24);
	CHECK_INT(a.at.family, IP_V6);
	CHECK_INT(json_array_size(a.tags), 2);
	CHECK_INT(json_array_size(a.friends), 1);
	CHECK(a.more != NULL);
	CHECK(fields_given(&animal_table, &a, "note"));
}

/* What misleads the eye, or leaves it nothing to see. */
TEST(text_is_what_is_seen)
{
	static const char turning[] = "/note: expected text without characters that turn its "
				      "direction";
	static const char hidden[] = "/note: expected text without tag characters, which nobody "
				     "sees";
	static const char unseen[] = "/note: expected text of which something can be seen, or none";
	static const struct {
		const char *note, *error;
	} rows[] = { { "a\u202eb", turning }, { "a\u202ab", turning }, { "\u2066a", turning },
		{ "a\u2069", turning }, { "a\U000e0041", hidden }, { "\u200b\u200d", unseen },
		{ "\ufeff", unseen }, { " \u00a0", unseen }, { "\u2800", unseen }, { "", "" },
		{ "a\u200db", "" }, { "\u05d0\u200f", "" }, { "\u00e9 \u4e2d", "" },
		{ "\U0001f642\ufe0f", "" } };
	char body[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(
		    body, sizeof(body), "{\"name\": \"a\", \"note\": \"%s\"}", rows[i].note);
		CHECK_STR(errors_of(body), rows[i].error);
	}
	CHECK_STR(errors_of("{\"name\": \"a\", \"tags\": [\"\\u202e\", \"b\"]}"),
	    "/tags/0: expected text without characters that turn its direction");
	/* a host that says what something else said is heard all the same */
	CHECK_STR(errors_of("{\"name\": \"a\", \"said\": \"a\\u202eb\"}"), "");
	CHECK_STR(errors_of("{\"name\": \"a\", \"said\": \"a\\u0007b\"}"),
	    "/said: expected text without control characters");
}

TEST(each_error_names_its_field)
{
	CHECK_STR(errors_of("{\"legs\": 9, \"taem\": 1}"),
	    "/legs: expected 2 to 8; /taem: unknown field of an animal; did you mean \"tame\"?; "
	    "/name: is missing");
	CHECK_STR(errors_of("{\"name\": \"\"}"), "/name: expected a name of 1 to 63 letters, "
						 "digits, \"-\", \"_\" and \".\", a letter or "
						 "digit first");
	CHECK_STR(errors_of("{\"name\": 1}"), "/name: expected a name, found a number");
	CHECK_STR(errors_of("{\"name\": \"a\", \"note\": \"12345678901\"}"),
	    "/note: expected 0 to 10 bytes, found 11");
	CHECK_STR(errors_of("{\"name\": \"a\", \"note\": \"a\\nb\"}"),
	    "/note: expected text without control characters");
	CHECK_STR(errors_of("{\"name\": \"a\", \"note\": \"\\u0085\"}"),
	    "/note: expected text without control characters");
	CHECK_STR(errors_of("{\"name\": \"a\", \"legs\": 4.5}"), "/legs: expected a whole number");
	CHECK_STR(
	    errors_of("{\"name\": \"a\", \"legs\": 1e300}"), "/legs: expected a whole number");
	CHECK_STR(errors_of("{\"name\": \"a\", \"legs\": 4.0}"), "");
	CHECK_STR(errors_of("{\"name\": \"a\", \"legs\": \"4\"}"),
	    "/legs: expected a whole number, found a string");
	CHECK_STR(errors_of("{\"name\": \"a\", \"tame\": null}"),
	    "/tame: expected true or false, found null");
	CHECK_STR(errors_of("{\"name\": \"a\", \"food\": \"fish\"}"),
	    "/food: expected one of grass, meat");
	CHECK_STR(errors_of("{\"name\": \"a\", \"home\": \"192.0.2.1/24\"}"),
	    "/home: expected a prefix without host bits");
	CHECK_STR(errors_of("{\"name\": \"a\", \"at\": \"192.0.2.1/32\"}"),
	    "/at: expected an address such as 203.0.113.1 or 2001:db8::1");
	CHECK_STR(errors_of("{\"name\": \"a\", \"tags\": [\"x\", \"\", \"x\", 1]}"),
	    "/tags/1: expected 1 to 63 bytes of text without control characters; "
	    "/tags/2: stands there twice; "
	    "/tags/3: expected 1 to 63 bytes of text without control characters");
	CHECK_STR(errors_of("{\"name\": \"a\", \"friends\": []}"),
	    "/friends: expected 1 to 3 of them, found 0");
	CHECK_STR(errors_of("{\"name\": \"a\", \"friends\": [\"b\", \"../c\"]}"),
	    "/friends/1: expected a name of 1 to 63 letters, digits, \"-\", \"_\" and \".\", a "
	    "letter or digit first");
	CHECK_STR(errors_of("{\"name\": \"a\", \"more\": []}"),
	    "/more: expected an object, found an array");
	CHECK_STR(
	    errors_of("{\"name\": \"a\", \"x/y~z\": 1}"), "/x~1y~0z: unknown field of an animal");
}

TEST(what_is_no_object)
{
	CHECK_STR(errors_of("[]"), ": expected an object, found an array");
	CHECK_STR(errors_of("{\"name\": \"a\", \"name\": \"b\"}"),
	    ": not JSON: line 1, column 20: duplicate object key near '\"name\"'");
	CHECK(strstr(errors_of("{"), "not JSON") != NULL);
	CHECK_STR(errors_of(""), ": the body is empty; expected JSON");
	CHECK_STR(errors_of("{\"name\": \"a\\u0000b\"}"),
	    ": line 1, column 19: \\u0000 is not allowed in a string or a key");
	CHECK(strstr(errors_of("{\"name\": \"\xff\"}"), "not JSON") != NULL);
}

TEST(depth_is_limited)
{
	char text[200];

	memset(text, '[', 100);
	text[100] = '\0';
	CHECK_STR(errors_of(text), ": expected at most 16 levels of objects and arrays");
	/* brackets in a text are text */
	CHECK_STR(errors_of("{\"name\": \"a\", \"tags\": [\"[[[[[[[[[[[[[[[[[[[[\\\"[\"]}"), "");
	CHECK_STR(errors_of("{\"name\":\"a\",\"more\":{\"a\":[[[[[[[[[[[[[[]]]]]]]]]]]]]]}}"), "");
	CHECK_STR(errors_of("{\"name\":\"a\",\"more\":{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}}"),
	    ": expected at most 16 levels of objects and arrays");
}

TEST(bytes_are_limited)
{
	json_auto_t *errors = json_array();
	size_t len = BODY_BYTES_MAX + 1;
	char *text = malloc(len);

	REQUIRE(text != NULL);
	memset(text, ' ', len);
	CHECK(body_read(text, len, errors) == NULL);
	CHECK_INT(json_array_size(errors), 1);
	free(text);
}
