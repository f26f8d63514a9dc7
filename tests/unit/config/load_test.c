#include <errno.h>
#include <stdlib.h>

#include "tap.h"
#include "zoo.h"

static struct conf *
load(const char *text)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct conf *c = NULL;

	CHECK_INT(conf_load_text("zoo.yaml", text, strlen(text), &zoo_schema, &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
	return c;
}

static const char full[] = "# every key\n"
			   "title: artis-1838\n"
			   "router-id: 192.0.2.17\n"
			   "open: false\n"
			   "visitors: 1200\n"
			   "latitude: 52.366\n"
			   "hold-time: 0\n"
			   "pause: 1h30m\n"
			   "motto: \"wild\\tat \\u2764\"\n"
			   "password: 007\n"
			   "season: summer\n"
			   "land: 192.0.2.0/24\n"
			   "door: \"[2001:db8::1]:80\"\n"
			   "office: {phone: '020', open: false}\n"
			   "days: [tue]\n"
			   "numbers: [1, 4294967295]\n"
			   "tickets:\n"
			   "  - child\n"
			   "  - kind: adult\n"
			   "    price: 25\n"
			   "animals:\n"
			   "  lion: {legs: 4, cubs: 0, food: [meat, fish]}\n"
			   "  centipede:\n"
			   "    legs: 100\n"
			   "    nap: 2s\n"
			   "    keeper: Ann\n"
			   "gates:\n"
			   "  192.0.2.1: 2.5\n"
			   "  2001:db8::1:\n"
			   "    width: 3\n"
			   "    doors:\n"
			   "      - 192.0.2.1:80\n";

TEST(scalars)
{
	_cleanup_(conf_freep) struct conf *c = load(full);
	char buf[PREFIX_STR_MAX + ENDPOINT_STR_MAX];

	REQUIRE(c != NULL);

	const struct zoo *z = conf_root(c);

	CHECK_STR(conf_name(c), "zoo.yaml");
	CHECK_STR(z->title, "artis-1838");
	CHECK_STR(ip_format(z->router_id, buf), "192.0.2.17");
	CHECK(!z->open);
	CHECK_INT(z->visitors, 1200);
	CHECK(z->latitude == 52.366);
	CHECK_INT(z->hold_time.ns, 0);
	CHECK_INT(z->pause.ns, 5400 * NS_PER_S);
	CHECK_STR(z->motto, "wild\tat \xe2\x9d\xa4");
	CHECK_STR(z->password, "007");
	CHECK_INT(z->season, 0);
	CHECK_STR(prefix_format(z->land, buf), "192.0.2.0/24");
	CHECK_STR(endpoint_format(z->door, buf), "[2001:db8::1]:80");
	CHECK_STR(z->office.phone, "020");
	CHECK(!z->office.open);
}

TEST(lists_and_maps)
{
	_cleanup_(conf_freep) struct conf *c = load(full);
	char buf[ENDPOINT_STR_MAX];

	REQUIRE(c != NULL);

	const struct zoo *z = conf_root(c);
	const uint32_t *numbers = z->numbers.items;
	const struct zoo_ticket *tickets = z->tickets.items;
	const struct zoo_animal *animals = z->animals.items;
	const struct zoo_gate *gates = z->gates.items;

	REQUIRE(z->days.count == 1 && z->numbers.count == 2 && z->tickets.count == 2);
	REQUIRE(z->animals.count == 2 && z->gates.count == 2);
	CHECK_INT(*(const int *)z->days.items, 1);
	CHECK_INT(numbers[0], 1);
	CHECK_INT(numbers[1], UINT32_MAX);
	CHECK_STR(tickets[0].kind, "child");
	CHECK(tickets[0].price == 12.5);
	CHECK_STR(tickets[1].kind, "adult");
	CHECK(tickets[1].price == 25);
	CHECK_STR(animals[0].name, "lion");
	CHECK(animals[0].cubs.given && animals[0].cubs.value == 0);
	CHECK(!animals[1].cubs.given);
	REQUIRE(animals[0].food.count == 2);
	CHECK_STR(((const char **)animals[0].food.items)[1], "fish");
	CHECK_STR(animals[1].name, "centipede");
	CHECK_STR(animals[1].keeper, "Ann");
	CHECK_INT(animals[1].nap.ns, 2 * NS_PER_S);
	CHECK_INT(animals[1].food.count, 0);
	CHECK_STR(ip_format(gates[0].address, buf), "192.0.2.1");
	CHECK(gates[0].width == 2.5);
	CHECK_STR(ip_format(gates[1].address, buf), "2001:db8::1");
	REQUIRE(gates[1].doors.count == 1);
	CHECK_STR(
	    endpoint_format(*(const struct endpoint *)gates[1].doors.items, buf), "192.0.2.1:80");
}

TEST(defaults)
{
	_cleanup_(conf_freep) struct conf *c = load("title: a\n");

	REQUIRE(c != NULL);

	const struct zoo *z = conf_root(c);
	const int *days = z->days.items;

	CHECK(z->open);
	CHECK_INT(z->router_id.family, IP_NONE);
	CHECK_INT(z->visitors, 0);
	CHECK(z->latitude == -52.25);
	CHECK_INT(z->hold_time.ns, 90 * NS_PER_S);
	CHECK(z->motto == NULL && z->password == NULL && z->office.phone == NULL);
	CHECK(z->office.open);
	CHECK_INT(z->season, 1);
	REQUIRE(z->days.count == 2);
	CHECK_INT(days[0], 0);
	CHECK_INT(days[1], 2);
	CHECK_INT(z->animals.count, 0);
}

TEST(marks)
{
	_cleanup_(conf_freep) struct conf *c = load(full);
	_cleanup_(conf_freep) struct conf *c2 = load("title: a\noffice: {phone: x}\n");

	REQUIRE(c != NULL && c2 != NULL);

	const struct zoo *z = conf_root(c), *with_office = conf_root(c2);
	const uint32_t *numbers = z->numbers.items;
	const struct zoo_animal *animals = z->animals.items;
	const struct zoo_gate *gates = z->gates.items;
	int elsewhere = 0;

	CHECK(conf_is_set(c, &z->title));
	CHECK(conf_is_set(c, &z->days));
	CHECK(conf_is_set(c, &z->office.open));
	CHECK(conf_is_set(c, &animals[1].keeper));
	CHECK(!conf_is_set(c, &animals[0].keeper));
	CHECK(!conf_is_set(c, &elsewhere));
	/* the address of an object that is set, and of a field of it that is not */
	CHECK(!conf_is_set(c2, &with_office->office.open));
	CHECK_STR(conf_where(c2, &with_office->office.open), "zoo.yaml:2");
	CHECK_STR(conf_where(c, &z->title), "zoo.yaml:2");
	CHECK_STR(conf_where(c, &numbers[1]), "zoo.yaml:16");
	CHECK_STR(conf_where(c, &animals[1].nap), "zoo.yaml:25");
	CHECK_STR(conf_where(c, &animals[1].name), "zoo.yaml:23");
	CHECK_STR(conf_where(c, &animals[1]), "zoo.yaml:23");
	/* what is not in the file: at the object around it */
	CHECK_STR(conf_where(c, &animals[1].food), "zoo.yaml:23");
	CHECK_STR(conf_where(c, &gates[0].doors), "zoo.yaml:28");
	CHECK_STR(conf_where(c, &elsewhere), "");
}

TEST(at_most_so_many_errors)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct conf *c = NULL;
	size_t lines = 0;

	strbuf_add(&text, "title: a\n");
	for (int i = 0; i < CONF_ERRORS_MAX + 7; i++)
		strbuf_addf(&text, "wrong-%d: 1\n", i);
	CHECK_INT(conf_load_text("x", text.text, text.len, &zoo_schema, &c, &errors), -EINVAL);
	for (const char *p = strbuf_get(&errors); *p; p++)
		lines += *p == '\n';
	CHECK_INT(lines, 3 * CONF_ERRORS_MAX + 1);
	CHECK(strstr(strbuf_get(&errors), "\nx: and 7 more\n") != NULL);
}

/* What a hostile file could cost: each of these ends at once. */
TEST(limits_of_a_file)
{
	static const struct {
		const char *begin, *repeat;
		size_t len;
		const char *error;
	} rows[] = {
		{ "", "[", 60000, "x:1:17: too deeply nested\n" },
		{ "", "- ", 60000, "x:1:33: too deeply nested\n" },
		{ "title: a\nnumbers: [", "1,", 200000,
		    "x:2:131082: too many values for one file\n" },
		{ "title: a\nnumbers:\n", "- 1\n", 400000,
		    "x:65534:3: too many values for one file\n" },
		{ "", "%", 60000, "x:1:1: directives are not supported" },
		{ "title: a\n", "k: 1\n", CONF_FILE_MAX + 1, "x: larger than 1048576 bytes\n" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(strbuf_done) struct strbuf text = { 0 };
		_cleanup_(strbuf_done) struct strbuf errors = { 0 };
		struct conf *c = NULL;

		strbuf_add(&text, rows[i].begin);
		while (text.len < rows[i].len)
			strbuf_add(&text, rows[i].repeat);
		CHECK(conf_load_text("x", text.text, text.len, &zoo_schema, &c, &errors) < 0);
		if (!str_starts_with(strbuf_get(&errors), rows[i].error))
			tap_fail(__FILE__, __LINE__, "row %zu says %.200s", i, strbuf_get(&errors));
	}
}

TEST(files)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct conf *c = NULL;
	char path[] = "/tmp/nearcast-config-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	REQUIRE(f != NULL);
	(void)fputs("title: from-a-file\n", f);
	(void)fclose(f);
	CHECK_INT(conf_load_file(path, &zoo_schema, &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
	CHECK(c != NULL && strcmp(conf_name(c), path) == 0);
	conf_free(c);
	(void)remove(path);
	c = NULL;
	CHECK_INT(conf_load_file("/does/not/exist", &zoo_schema, &c, &errors), -ENOENT);
	CHECK_INT(conf_load_file("/", &zoo_schema, &c, &errors), -EISDIR);
	CHECK(c == NULL);
	CHECK_STR(strbuf_get(&errors),
	    "/does/not/exist: cannot be read: No such file or directory\n"
	    "/: cannot be read: Is a directory\n");
}

TEST(only_utf8)
{
	static const struct {
		const char *bytes;
		bool good;
	} rows[] = {
		{ "\xc2\xa0", true },
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xf0\x90\x80\x80", true },
		{ "\xf4\x8f\xbf\xbd", true },
		{ "\x80", false }, /* begins with what goes on */
		{ "\xc3", false }, /* ends too early */
		{ "\xe2\x82 ", false },
		{ "\xc1\xbf", false }, /* longer than need be */
		{ "\xe0\x9f\xbf", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xed\xa0\x80", false }, /* half of a pair of UTF-16 */
		{ "\xed\xbf\xbf", false },
		{ "\xf4\x90\x80\x80", false }, /* past the last code point */
		{ "\xf8\x88\x80\x80\x80", false },
		{ "\xff", false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(strbuf_done) struct strbuf errors = { 0 };
		_cleanup_(conf_freep) struct conf *c = NULL;
		_cleanup_(freep) char *text = xasprintf("title: a\nmotto: x%s\n", rows[i].bytes);
		int r = conf_load_text("x", text, strlen(text), &zoo_schema, &c, &errors);

		if ((r == 0) != rows[i].good)
			tap_fail(
			    __FILE__, __LINE__, "row %zu gives %d: %s", i, r, strbuf_get(&errors));
		if (!rows[i].good)
			CHECK(strstr(strbuf_get(&errors), "this is not UTF-8\n") != NULL);
	}
}

struct told {
	size_t lines[4];
	size_t count;
};

static void
tell(void *userdata, size_t line, const char *sentence)
{
	struct told *t = userdata;

	CHECK(strchr(sentence, '\n') == NULL);
	if (t->count < 4)
		t->lines[t->count] = line;
	t->count++;
}

/* In the order of the text, not in that in which they are found. */
TEST(errors_are_told_by_their_lines)
{
	static const char text[] = "title: artis\nvisitors: many\nanimals:\n  lion: {legs: -1}\n"
				   "router-id: 192.0.2.17\nx: 1\n";
	struct conf *c = NULL;
	struct told told = { 0 };

	CHECK(
	    conf_load_text_told("zoo.yaml", text, strlen(text), &zoo_schema, &c, tell, &told) < 0);
	CHECK(c == NULL);
	CHECK_INT(told.count, 3);
	CHECK_INT(told.lines[0], 2);
	CHECK_INT(told.lines[1], 4);
	CHECK_INT(told.lines[2], 6);
}

/* ---- with an addition ---- */

static void
note_error(void *userdata, size_t line, const char *sentence)
{
	strbuf_addf(userdata, "%zu: %s\n", line, sentence);
}

static struct conf *
load_added(const char *text, const char *added, struct strbuf *errors)
{
	struct conf_addition addition = { "from afar", added, strlen(added) };
	struct conf *c = NULL;
	int r = conf_load_text_added(
	    "zoo.yaml", text, strlen(text), &addition, &zoo_schema, &c, note_error, errors);

	CHECK_INT(r, errors->len > 0 ? -EINVAL : 0);
	return c;
}

TEST(an_addition_goes_into_the_maps_of_the_file)
{
	static const char added[] = "{\n \"animals\": {\n  \"owl\": {\"legs\": 2}\n }\n}\n";
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(conf_freep) struct conf *c = load_added(full, added, &errors);
	const struct zoo_animal *animals;

	CHECK_STR(strbuf_get(&errors), "");
	REQUIRE(c != NULL);
	const struct zoo *z = conf_root(c);

	CHECK_INT(z->animals.count, 3);
	animals = z->animals.items;
	CHECK_STR(animals[0].name, "lion");
	CHECK_STR(animals[2].name, "owl");
	CHECK_INT(animals[2].legs, 2);
	CHECK(!conf_is_added(c, &animals[0]) && conf_is_added(c, &animals[2]));
	CHECK(conf_is_added(c, &animals[2].legs) && !conf_is_added(c, &z->title));
	CHECK_STR(conf_where(c, &animals[2].legs), "from afar:3");
	CHECK_STR(conf_where(c, &animals[0].legs), "zoo.yaml:22");
	CHECK_STR(conf_text(c), full);
	CHECK_STR(conf_added_text(c), added);
}

TEST(an_addition_behind_a_byte_order_mark)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(freep) char *marked = xasprintf("\xef\xbb\xbf%s", full);
	_cleanup_(conf_freep) struct conf *c =
	    load_added(marked, "animals: {owl: {legs: 2}}", &errors);

	REQUIRE(c != NULL);
	CHECK_STR(conf_text(c), full);
	CHECK_STR(conf_added_text(c), "animals: {owl: {legs: 2}}");
}

TEST(the_errors_of_an_addition_have_its_lines)
{
	static const struct {
		const char *added, *errors;
	} rows[] = {
		{ "{\n\"animals\": {\n\"owl\": {\"legs\": \"two\"}}}",
		    "3: legs: \"two\" is a quoted text; expected a number from 0 to 100\n" },
		{ "animals: {}\ntitle: other\n", "2: \"title\" was already given at line 2" },
		{ "animals:\n  lion: {legs: 4}\n", "2: \"lion\" was already given at line 22" },
		{ "animals: [\n", "this is not YAML" },
		{ "", "the file is empty" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(strbuf_done) struct strbuf errors = { 0 };
		_cleanup_(conf_freep) struct conf *c = load_added(full, rows[i].added, &errors);

		CHECK(c == NULL);
		if (strstr(strbuf_get(&errors), rows[i].errors) == NULL)
			CHECK_STR(strbuf_get(&errors), rows[i].errors);
	}
}
