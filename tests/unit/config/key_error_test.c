/* Errors about keys and the shape of a file: what a person reads, whole. */
#include "error_rows.h"

static const struct error_row rows[] = {
	{ "unknown key near",
	  "title: a\n"
	  "hold-tiem: 3s\n",
	  0,
	  "x:2:1: unknown key \"hold-tiem\" of a zoo; did you mean \"hold-time"
	  "\"?\n"
	  "    2 | hold-tiem: 3s\n"
	  "      | ^~~~~~~~~\n" },
	{ "unknown key far",
	  "title: a\n"
	  "office:\n"
	  "  phone: x\n"
	  "  zebra: 1\n",
	  0,
	  "x:4:3: unknown key \"zebra\" of an office; expected phone or open\n"
	  "    4 |   zebra: 1\n"
	  "      |   ^~~~~\n" },
	{ "what else is wrong beside unknown keys",
	  "title: a\n"
	  "colour: red\n"
	  "animals:\n"
	  "  lion: {legs: 3, horns: 1}\n"
	  "numbers: [2, 1]\n",
	  0,
	  "x:2:1: unknown key \"colour\" of a zoo; expected title, router-id, open, visitors, latitude, "
	  "hold-time, pause, motto, password, locks, season, land, door, office, days, numbers, tickets, "
	  "animals, gates or vehicles\n"
	  "    2 | colour: red\n"
	  "      | ^~~~~~\n"
	  "x:4:16: 3 is odd; expected pairs of legs\n"
	  "    4 |   lion: {legs: 3, horns: 1}\n"
	  "      |                ^\n"
	  "x:4:19: unknown key \"horns\" of an animal; expected legs, cubs, nap, keeper or food\n"
	  "    4 |   lion: {legs: 3, horns: 1}\n"
	  "      |                   ^~~~~\n"
	  "x:5:14: expected more than the 2 before it\n"
	  "    5 | numbers: [2, 1]\n"
	  "      |              ^\n" },
	{ "a misspelt key counts as the one that was meant",
	  "title: a\n"
	  "animals:\n"
	  "  lion: {leggs: 3}\n"
	  "  spider: {legs: 12, kepeer: ann}\n",
	  0,
	  "x:3:10: unknown key \"leggs\" of an animal; did you mean \"legs\"?\n"
	  "    3 |   lion: {leggs: 3}\n"
	  "      |          ^~~~~\n"
	  "x:3:17: 3 is odd; expected pairs of legs\n"
	  "    3 |   lion: {leggs: 3}\n"
	  "      |                 ^\n"
	  "x:4:22: unknown key \"kepeer\" of an animal; did you mean \"keeper\"?\n"
	  "    4 |   spider: {legs: 12, kepeer: ann}\n"
	  "      |                      ^~~~~~\n" },
	{ "but only where its value fits",
	  "title: a\n"
	  "animals:\n"
	  "  spider: {legs: 12, kepeer: [ann]}\n",
	  0,
	  "x:3:22: unknown key \"kepeer\" of an animal; did you mean \"keeper\"?\n"
	  "    3 |   spider: {legs: 12, kepeer: [ann]}\n"
	  "      |                      ^~~~~~\n" },
	{ "the key of a map is no key",
	  "title: a\n"
	  "animals:\n"
	  "  lion: {name: leo}\n",
	  0,
	  "x:3:10: unknown key \"name\" of an animal; did you mean \"nap\"?\n"
	  "    3 |   lion: {name: leo}\n"
	  "      |          ^~~~\n" },
	{ "a key that was once",
	  "title: a\n"
	  "animals:\n"
	  "  lion: {cage: 3}\n",
	  0,
	  "x:3:10: unknown key \"cage\" of an animal; write keeper: NAME\n"
	  "    3 |   lion: {cage: 3}\n"
	  "      |          ^~~~\n" },
	{ "twice",
	  "title: a\n"
	  "open: true\n"
	  "open: false\n",
	  0,
	  "x:3:1: \"open\" was already given at line 2\n"
	  "    3 | open: false\n"
	  "      | ^~~~\n" },
	{ "twice in map",
	  "title: a\n"
	  "animals:\n"
	  "  lion: {}\n"
	  "  lion: {}\n",
	  0,
	  "x:4:3: \"lion\" was already given at line 3\n"
	  "    4 |   lion: {}\n"
	  "      |   ^~~~\n" },
	{ "twice the same value",
	  "title: a\n"
	  "gates:\n"
	  "  2001:db8::1: 1\n"
	  "  \"2001:DB8:0::1\": 2\n",
	  0,
	  "x:4:3: \"2001:DB8:0::1\" was already given at line 3\n"
	  "    4 |   \"2001:DB8:0::1\": 2\n"
	  "      |   ^~~~~~~~~~~~~~~\n" },
	{ "missing",
	  "open: true\n",
	  0,
	  "x:1:1: missing key \"title\" of a zoo; expected a name of letters, dig"
	  "its, \"-\", \"_\" and \".\"\n"
	  "    1 | open: true\n"
	  "      | ^~~~\n" },
	{ "missing as it is misspelt",
	  "titel: a\n"
	  "office: {pone: x}\n",
	  0,
	  "x:1:1: unknown key \"titel\" of a zoo; did you mean \"title\"?\n"
	  "    1 | titel: a\n"
	  "      | ^~~~~\n"
	  "x:2:10: unknown key \"pone\" of an office; did you mean \"phone\"?\n"
	  "    2 | office: {pone: x}\n"
	  "      |          ^~~~\n" },
	{ "missing inside",
	  "title: a\n"
	  "office:\n"
	  "  open: false\n"
	  "tickets:\n"
	  "  - price: 1\n"
	  "gates: {192.0.2.1: {doors: [192.0.2.1:1]}}\n",
	  0,
	  "x:2:1: missing key \"phone\" of an office; expected a text\n"
	  "    2 | office:\n"
	  "      | ^~~~~~\n"
	  "x:5:5: missing key \"kind\" of a ticket; expected a text\n"
	  "    5 |   - price: 1\n"
	  "      |     ^~~~~\n"
	  "x:6:9: missing key \"width\" of a gate; expected a number from 0 to 20"
	  "\n"
	  "    6 | gates: {192.0.2.1: {doors: [192.0.2.1:1]}}\n"
	  "      |         ^~~~~~~~~\n" },
	{ "no value",
	  "title: a\n"
	  "open:\n"
	  "motto: ~\n"
	  "numbers:\n"
	  "  - 1\n"
	  "  -\n"
	  "  - # none\n"
	  "office:\n"
	  "animals: {lion: }\n",
	  0,
	  "x:2:1: open: a value is missing; expected true or false\n"
	  "    2 | open:\n"
	  "      | ^~~~\n"
	  "x:3:1: motto: a value is missing; expected a text\n"
	  "    3 | motto: ~\n"
	  "      | ^~~~~\n"
	  "x:6:3: numbers: a value is missing; expected a number\n"
	  "    6 |   -\n"
	  "      |   ^\n"
	  "x:7:3: numbers: a value is missing; expected a number\n"
	  "    7 |   - # none\n"
	  "      |   ^\n"
	  "x:8:1: office: a value is missing; expected a map with the keys of an "
	  "office\n"
	  "    8 | office:\n"
	  "      | ^~~~~~\n"
	  "x:9:11: lion: a value is missing; expected a map with the keys of an a"
	  "nimal\n"
	  "    9 | animals: {lion: }\n"
	  "      |           ^~~~\n" },
	{ "bad key",
	  "title: a\n"
	  "animals:\n"
	  "  big cat: {}\n"
	  "gates:\n"
	  "  somewhere: 2\n",
	  0,
	  "x:3:3: as the key of an animal: big cat is not allowed; expected a nam"
	  "e of letters, digits, \"-\", \"_\" and \".\"\n"
	  "    3 |   big cat: {}\n"
	  "      |   ^~~~~~~\n"
	  "x:5:3: as the key of a gate: somewhere is not allowed; expected an IP "
	  "address such as 192.0.2.1 or 2001:db8::1\n"
	  "    5 |   somewhere: 2\n"
	  "      |   ^~~~~~~~~\n" },
	{ "found too many",
	  "title: a\n"
	  "days: [mon, mon, mon, mon]\n"
	  "gates: {192.0.2.1: {width: 1, doors: []}}\n",
	  0,
	  "x:2:1: days: expected at most 3 items, found 4\n"
	  "    2 | days: [mon, mon, mon, mon]\n"
	  "      | ^~~~\n"
	  "x:3:31: doors: expected 1 to 4 items, found 0\n"
	  "    3 | gates: {192.0.2.1: {width: 1, doors: []}}\n"
	  "      |                               ^~~~~\n" },
	{ "wrong kinds",
	  "title: [a]\n"
	  "open: {a: b}\n"
	  "days: mon\n"
	  "office: x\n"
	  "animals: [lion]\n"
	  "tickets: [[x]]\n"
	  "numbers: {a: 1}\n",
	  0,
	  "x:1:8: title: expected a name of letters, digits, \"-\", \"_\" and "
	  "\".\", found a list\n"
	  "    1 | title: [a]\n"
	  "      |        ^\n"
	  "x:2:7: open: expected true or false, found a map\n"
	  "    2 | open: {a: b}\n"
	  "      |       ^\n"
	  "x:3:7: days: expected a list (each item: mon, tue or wed), found mon\n"
	  "    3 | days: mon\n"
	  "      |       ^~~\n"
	  "x:4:9: office: expected a map with the keys of an office, found x\n"
	  "    4 | office: x\n"
	  "      |         ^\n"
	  "x:5:10: animals: expected a map (each value: an animal), found a list"
	  "\n"
	  "    5 | animals: [lion]\n"
	  "      |          ^\n"
	  "x:6:11: tickets: expected a map with the keys of a ticket, found a lis"
	  "t\n"
	  "    6 | tickets: [[x]]\n"
	  "      |           ^\n"
	  "x:7:10: numbers: expected a number, or a list of such, found a map\n"
	  "    7 | numbers: {a: 1}\n"
	  "      |          ^\n" },
	{ "keys of another kind",
	  "title: a\n"
	  "vehicles:\n"
	  "  ark: {kind: boat, wheels: 4, harbour: x}\n"
	  "  tram: {kind: bus, sails: 1}\n"
	  "  raft: {kind: boat}\n",
	  0,
	  "x:3:21: wheels does not go with kind boat, only with bus or cart\n"
	  "    3 |   ark: {kind: boat, wheels: 4, harbour: x}\n"
	  "      |                     ^~~~~~\n"
	  "x:4:21: sails does not go with kind bus, only with boat\n"
	  "    4 |   tram: {kind: bus, sails: 1}\n"
	  "      |                     ^~~~~\n"
	  "x:5:3: missing key \"harbour\" of a vehicle; expected a text\n"
	  "    5 |   raft: {kind: boat}\n"
	  "      |   ^~~~\n" },
	/* the kind is what has to be mended first: nothing more is known of the others */
	{ "no kind",
	  "title: a\n"
	  "vehicles:\n"
	  "  ark: {kind: bote, wheels: 4, harbour: x}\n"
	  "  tram: {wheels: 4, harbour: x}\n",
	  0,
	  "x:3:15: kind: bote is not allowed; expected boat, bus or cart; did you mean boat?\n"
	  "    3 |   ark: {kind: bote, wheels: 4, harbour: x}\n"
	  "      |               ^~~~\n"
	  "x:4:3: missing key \"kind\" of a vehicle; expected boat, bus or cart\n"
	  "    4 |   tram: {wheels: 4, harbour: x}\n"
	  "      |   ^~~~\n" },
	{ "list at the top",
	  "- a\n",
	  0,
	  "x:1:1: expected a map with the keys of a zoo, found a list\n"
	  "    1 | - a\n"
	  "      | ^\n" },
	{ "word at the top",
	  "hello\n",
	  0,
	  "x:1:1: expected a map with the keys of a zoo, found hello\n"
	  "    1 | hello\n"
	  "      | ^~~~~\n" },
};

TEST(errors)
{
	check_error_rows(rows, ARRAY_SIZE(rows));
}
