#include <stdlib.h>

#include "tap.h"
#include "zoo.h"

/* Loads, and gives what is printed (free() it). */
static char *
print(const char *text)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(conf_freep) struct conf *c = NULL;
	struct strbuf out = { 0 };

	CHECK_INT(conf_load_text("x", text, strlen(text), &zoo_schema, &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
	if (c)
		conf_print(&zoo_schema, conf_root(c), &out);
	return strbuf_take(&out);
}

static const char least[] = "title: a\n"
			    "open: true\n"
			    "latitude: -52.25\n"
			    "hold-time: 1m30s\n"
			    "pause: 0\n"
			    "season: winter\n"
			    "days:\n"
			    "  - mon\n"
			    "  - wed\n"
			    "numbers: []\n"
			    "tickets: []\n"
			    "animals: {}\n"
			    "gates: {}\n";

static const char full[] = "title: artis-1838\n"
			   "router-id: 192.0.2.17\n"
			   "open: false\n"
			   "visitors: 1200\n"
			   "latitude: 0.1\n"
			   "hold-time: 0\n"
			   "pause: 1h30m\n"
			   "motto: \"a: \\\"b\\\"\\n\\u0007 ✈\"\n"
			   "password: (secret)\n"
			   "locks:\n"
			   "  - \"north: (secret)\"\n"
			   "  - \"south\\\": (secret)\"\n"
			   "season: closed\n"
			   "land: \"2001:db8::/32\"\n"
			   "door: \"192.0.2.1:80\"\n"
			   "office:\n"
			   "  phone: \"020\"\n"
			   "  open: true\n"
			   "days: []\n"
			   "numbers:\n"
			   "  - 1\n"
			   "  - 2\n"
			   "tickets:\n"
			   "  - kind: child\n"
			   "    price: 12.5\n"
			   "  - kind: \"true\"\n"
			   "    price: -3\n"
			   "animals:\n"
			   "  lion:\n"
			   "    legs: 4\n"
			   "    cubs: 0\n"
			   "    food:\n"
			   "      - http://192.0.2.1/\n"
			   "      - \"null\"\n"
			   "      - \"1.5\"\n"
			   "  \"7\":\n"
			   "    legs: 0\n"
			   "    nap: 1s\n"
			   "    keeper: ann@zoo\n"
			   "    food: []\n"
			   "gates:\n"
			   "  192.0.2.1:\n"
			   "    doors:\n"
			   "      - \"[2001:db8::1]:80\"\n"
			   "    width: 2.5\n"
			   "vehicles:\n"
			   "  ark:\n"
			   "    kind: boat\n"
			   "    sails: 0\n"
			   "    harbour: ararat\n"
			   "  tram:\n"
			   "    kind: bus\n"
			   "    wheels: 4\n";

TEST(every_default)
{
	_cleanup_(freep) char *out = print("title: a\n");

	CHECK_STR(out, least);
}

TEST(what_is_printed_loads_to_the_same)
{
	_cleanup_(freep) char *out_least = print(least);
	_cleanup_(freep) char *out_full = print(full);

	CHECK_STR(out_least, least);
	CHECK_STR(out_full, full);
}

/* What means the same is printed the same. */
TEST(canonical)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{ "latitude: -0.0", "\nlatitude: 0\n" },
		{ "latitude: 052.10", "\nlatitude: 52.1\n" },
		{ "visitors: 0007", "\nvisitors: 7\n" },
		{ "hold-time: 90s", "\nhold-time: 1m30s\n" },
		{ "land: 2001:DB8:0::/48", "\nland: \"2001:db8::/48\"\n" },
		{ "motto: |\n  a\n  b", "\nmotto: \"a\\nb\\n\"\n" },
		{ "motto: on", "\nmotto: \"on\"\n" },
		{ "motto: 12:30", "\nmotto: \"12:30\"\n" },
		{ "motto: 0x1f", "\nmotto: \"0x1f\"\n" },
		{ "motto: a#b", "\nmotto: \"a#b\"\n" },
		{ "numbers: 7", "\nnumbers:\n  - 7\n" },
		{ "locks: 'north: 1234'", "\nlocks:\n  - \"north: (secret)\"\n" },
		{ "office: {phone: x}", "\noffice:\n  phone: x\n  open: true\n" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(freep) char *text = xasprintf("title: a\n%s\n", rows[i].text);
		_cleanup_(freep) char *out = print(text);

		if (strstr(out, rows[i].line) == NULL)
			tap_fail(__FILE__, __LINE__, "%s printed as %s", rows[i].text, out);
	}
}

TEST(reference)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	conf_print_reference(&zoo_schema, &out);
	CHECK_STR(strbuf_get(&out),
	    "title (name, required): short\n"
	    "router-id (IP address): IPv4\n"
	    "open (true or false, default true): today\n"
	    "visitors (number 1 to 65535): at once\n"
	    "latitude (number -90 to 90, default -52.25): degrees\n"
	    "hold-time (duration 0, or 3s to 18h12m15s, default 90s): of the session\n"
	    "pause (duration): any\n"
	    "motto (text): any\n"
	    "password (secret text): hidden\n"
	    "locks (list of secret text): their numbers\n"
	    "season (summer, winter or closed, default winter): now\n"
	    "land (prefix): all of it\n"
	    "door (address with port): the main one\n"
	    "office (map): at the door\n"
	    "  phone (text, required): number\n"
	    "  open (true or false, default true): at noon\n"
	    "days (list of mon, tue or wed, default [mon, wed]): of the week\n"
	    "numbers (list of number): rising\n"
	    "tickets (list of map): all\n"
	    "  kind (text, required): for whom\n"
	    "  price (number, default 12.5): in euro\n"
	    "animals (map by name): by name\n"
	    "  legs (number 0 to 100, default 4): in pairs\n"
	    "  cubs (number 0 to 9): when known\n"
	    "  nap (duration at least 1s): after lunch\n"
	    "  keeper (text): who\n"
	    "  food (list of text): what\n"
	    "gates (map by name): by address\n"
	    "  doors (list of address with port): all\n"
	    "  width (number 0 to 20, required): metres\n"
	    "vehicles (map by name): to ride\n"
	    "  kind (boat, bus or cart, required): what\n"
	    "  wheels (number, with kind bus or cart, default 4): that turn\n"
	    "  sails (number, with kind boat): set\n"
	    "  harbour (text, with kind boat, required): at home\n");
}
