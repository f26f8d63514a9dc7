/* What differs between two files of the zoo, which has every type. */
#include <stdlib.h>

#include "tap.h"
#include "zoo.h"

static void
note(void *userdata, const struct conf_difference *d)
{
	conf_difference_format(d, userdata);
	strbuf_add(userdata, "\n");
}

static struct conf *
load(const char *text)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct conf *c = NULL;

	CHECK_INT(conf_load_text("x", text, strlen(text), &zoo_schema, &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
	return c;
}

/* The differences, a line each (free() it). */
static char *
diff(const char *was, const char *is)
{
	_cleanup_(conf_freep) struct conf *a = load(was), *b = load(is);
	struct strbuf out = { 0 };

	if (a && b)
		conf_diff(&zoo_schema, conf_root(a), conf_root(b), note, &out);
	return strbuf_take(&out);
}

#define GATES "gates: {192.0.2.1: {width: 2, doors: ['192.0.2.1:80']}}\n"

TEST(each_type_in_words)
{
	static const struct {
		const char *was, *is, *want;
	} rows[] = {
		{ "", "", "" },
		{ "open: true\n", "", "" }, /* the default, written down */
		{ "pause: 60s\n", "pause: 1m\n", "" },
		{ "pause: 1s\n", "pause: 2s\n", "pause: 1s → 2s\n" },
		{ "", "open: false\n", "open: true → false\n" },
		{ "", "visitors: 7\n", "visitors: none → 7\n" },
		{ "latitude: 0.1\n", "latitude: 0.25\n", "latitude: 0.1 → 0.25\n" },
		{ "motto: hic sunt leones\n", "", "motto: \"hic sunt leones\" → none\n" },
		{ "", "season: closed\n", "season: winter → closed\n" },
		{ "router-id: 192.0.2.1\n", "router-id: 192.0.2.2\n",
		    "router-id: 192.0.2.1 → 192.0.2.2\n" },
		{ "", "land: 192.0.2.0/24\n", "land: none → 192.0.2.0/24\n" },
		{ "door: '192.0.2.1:80'\n", "door: '192.0.2.1:81'\n",
		    "door: \"192.0.2.1:80\" → \"192.0.2.1:81\"\n" },
		/* no secret is ever shown */
		{ "password: abc\n", "password: abc\n", "" },
		{ "password: abc\n", "password: abd\n", "password: another one\n" },
		{ "", "password: abc\n", "password: none → (secret)\n" },
		{ "password: abc\n", "", "password: (secret) → none\n" },
		{ "locks: ['a: 1', 'b: 2']\n", "locks: ['a: 1', 'b: 2']\n", "" },
		{ "locks: ['a: 1', 'b: 2', 'c: 3']\n", "locks: ['a: 9', 'c: 3', 'd: 2']\n",
		    "locks: \"a: (secret)\": another one\n"
		    "locks: \"b: (secret)\" removed\n"
		    "locks: \"d: (secret)\" added\n" },
		{ "locks: ['a: 1', 'a: 2', 'a: 3']\n", "locks: ['a: 3', 'a: 1']\n",
		    "locks: \"a: (secret)\" removed\n" },
		{ "locks: ['a: 1', 'a: 2']\n", "locks: ['a: 2', 'a: 1']\n",
		    "locks: in another order\n" },
		{ "", "locks: 'a: 1'\n", "locks: \"a: (secret)\" added\n" },
		/* lists */
		{ "numbers: [1, 2, 3]\n", "numbers: [1, 3, 4, 5]\n",
		    "numbers: 2 removed\nnumbers: 4 added\nnumbers: 5 added\n" },
		{ "days: [mon, tue]\n", "days: [tue, mon]\n", "days: [mon, tue] → [tue, mon]\n" },
		{ "days: [mon, mon]\n", "days: [mon]\n", "days: mon removed\n" },
		{ "tickets: [child, {kind: adult, price: 20}]\n",
		    "tickets: [child, {kind: adult, price: 21}, dog]\n",
		    "ticket 2: price: 20 → 21\nticket 3: added\n" },
		/* structs and maps */
		{ "office: {phone: '1'}\n", "office: {phone: '1', open: false}\n",
		    "office: open: true → false\n" },
		{ "animals: {lion: {}, newt: {legs: 2}}\n",
		    "animals: {newt: {legs: 2}, lion: {}}\n", "" },
		{ "animals: {lion: {}, newt: {cubs: 0}}\n",
		    "animals: {emu: {}, newt: {cubs: 1, food: [fly]}}\n",
		    "animal lion: removed\nanimal emu: added\n"
		    "animal newt: cubs: 0 → 1\nanimal newt: food: fly added\n" },
		{ GATES, "gates: {192.0.2.1: {width: 3, doors: ['192.0.2.1:80']}}\n",
		    "gate 192.0.2.1: width: 2 → 3\n" },
		{ GATES, "", "gate 192.0.2.1: removed\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(freep) char *was = xasprintf("title: a\n%s", rows[i].was);
		_cleanup_(freep) char *is = xasprintf("title: a\n%s", rows[i].is);
		_cleanup_(freep) char *got = diff(was, is), *back = diff(is, was);

		CHECK_STR(got, rows[i].want);
		CHECK((*back == '\0') == (*rows[i].want == '\0'));
	}
}

TEST(what_can_be_taken_live)
{
	static const struct {
		const char *was, *is;
		bool live;
	} rows[] = {
		{ "pause: 1s\n", "pause: 2s\n", true },
		{ "pause: 1s\nopen: false\n", "pause: 2s\n", false },
		{ "", "", true },
		{ "", "animals: {lion: {}}\n", false },
		{ "office: {phone: '1'}\n", "office: {phone: '1', open: false}\n", true },
		{ "office: {phone: '1'}\n", "office: {phone: '2', open: false}\n", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(freep) char *was = xasprintf("title: a\n%s", rows[i].was);
		_cleanup_(freep) char *is = xasprintf("title: a\n%s", rows[i].is);
		_cleanup_(conf_freep) struct conf *a = load(was), *b = load(is);

		CHECK_INT(conf_diff_is_live(&zoo_schema, conf_root(a), conf_root(b)), rows[i].live);
	}
}
