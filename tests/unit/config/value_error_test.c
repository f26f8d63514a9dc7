/* Errors about values: what a person reads, whole. */
#include "error_rows.h"

static const struct error_row rows[] = {
	{ "limits",
	  "title: a\n"
	  "visitors: 0\n"
	  "latitude: 90.5\n"
	  "hold-time: 2s\n"
	  "animals:\n"
	  "  lion: { nap: 10ms, keeper: \"\" }\n",
	  0,
	  "x:2:11: visitors: 0 is not allowed; expected a number from 1 to 65535"
	  "\n"
	  "    2 | visitors: 0\n"
	  "      |           ^\n"
	  "x:3:11: latitude: 90.5 is not allowed; expected a number from -90 to 9"
	  "0\n"
	  "    3 | latitude: 90.5\n"
	  "      |           ^~~~\n"
	  "x:4:12: hold-time: 2s is not allowed; expected 0, or 3s to 18h12m15s\n"
	  "    4 | hold-time: 2s\n"
	  "      |            ^~\n"
	  "x:6:16: nap: 10ms is not allowed; expected at least 1s\n"
	  "    6 |   lion: { nap: 10ms, keeper: \"\" }\n"
	  "      |                ^~~~\n"
	  "x:6:30: keeper: \"\" has 0 bytes; expected 1 to 20 bytes\n"
	  "    6 |   lion: { nap: 10ms, keeper: \"\" }\n"
	  "      |                              ^~\n" },
	{ "upper limits",
	  "title: aaaaaaaaaaaaaaaaaaaaa\n"
	  "visitors: 4294967296\n"
	  "hold-time: 18h12m16s\n"
	  "animals:\n"
	  "  lion: {legs: 101}\n",
	  0,
	  "x:1:8: title: aaaaaaaaaaaaaaaaaaaaa has 21 bytes; expected at most 20 "
	  "bytes\n"
	  "    1 | title: aaaaaaaaaaaaaaaaaaaaa\n"
	  "      |        ^~~~~~~~~~~~~~~~~~~~~\n"
	  "x:2:11: visitors: 4294967296 is not allowed; expected a number from 1 "
	  "to 65535\n"
	  "    2 | visitors: 4294967296\n"
	  "      |           ^~~~~~~~~~\n"
	  "x:3:12: hold-time: 18h12m16s is not allowed; expected 0, or 3s to 18h1"
	  "2m15s\n"
	  "    3 | hold-time: 18h12m16s\n"
	  "      |            ^~~~~~~~~\n"
	  "x:5:16: legs: 101 is not allowed; expected a number from 0 to 100\n"
	  "    5 |   lion: {legs: 101}\n"
	  "      |                ^~~\n" },
	{ "types",
	  "title: a b\n"
	  "router-id: 192.0.2\n"
	  "open: yes\n"
	  "visitors: -1\n"
	  "latitude: 1e3\n"
	  "hold-time: 90\n"
	  "pause: 5x\n"
	  "season: sumer\n"
	  "land: 192.0.2.0\n"
	  "door: 192.0.2.1\n"
	  "numbers: [1, two]\n",
	  0,
	  "x:1:8: title: a b is not allowed; expected a name of letters, digits, "
	  "\"-\", \"_\" and \".\"\n"
	  "    1 | title: a b\n"
	  "      |        ^~~\n"
	  "x:2:12: router-id: 192.0.2 is not allowed; expected an IP address such"
	  " as 192.0.2.1 or 2001:db8::1\n"
	  "    2 | router-id: 192.0.2\n"
	  "      |            ^~~~~~~\n"
	  "x:3:7: open: yes is not allowed; expected true or false\n"
	  "    3 | open: yes\n"
	  "      |       ^~~\n"
	  "x:4:11: visitors: -1 is not allowed; expected a number from 1 to 65535"
	  "\n"
	  "    4 | visitors: -1\n"
	  "      |           ^~\n"
	  "x:5:11: latitude: 1e3 is not allowed; expected a number from -90 to 90"
	  "\n"
	  "    5 | latitude: 1e3\n"
	  "      |           ^~~\n"
	  "x:6:12: hold-time: 90 has no unit; expected a duration such as 250ms o"
	  "r 1m30s\n"
	  "    6 | hold-time: 90\n"
	  "      |            ^~\n"
	  "x:7:8: pause: 5x is not a duration; expected a duration such as 250ms "
	  "or 1m30s\n"
	  "    7 | pause: 5x\n"
	  "      |        ^~\n"
	  "x:8:9: season: sumer is not allowed; expected summer, winter or closed"
	  "; did you mean summer?\n"
	  "    8 | season: sumer\n"
	  "      |         ^~~~~\n"
	  "x:9:7: land: 192.0.2.0 is not allowed; expected a prefix such as 192.0"
	  ".2.0/24 or 2001:db8::/32\n"
	  "    9 | land: 192.0.2.0\n"
	  "      |       ^~~~~~~~~\n"
	  "x:10:7: door: 192.0.2.1 is not allowed; expected an address with a por"
	  "t such as 192.0.2.1:80 or \"[2001:db8::1]:80\"\n"
	  "   10 | door: 192.0.2.1\n"
	  "      |       ^~~~~~~~~\n"
	  "x:11:14: numbers: two is not allowed; expected a number\n"
	  "   11 | numbers: [1, two]\n"
	  "      |              ^~~\n" },
	{ "durations",
	  "title: a\n"
	  "hold-time: 1m30\n"
	  "pause: 9999999999d\n",
	  0,
	  "x:2:12: hold-time: 1m30 is not a duration; expected a duration such as"
	  " 250ms or 1m30s\n"
	  "    2 | hold-time: 1m30\n"
	  "      |            ^~~~\n"
	  "x:3:8: pause: 9999999999d is too long or too exact; expected a duratio"
	  "n such as 250ms or 1m30s\n"
	  "    3 | pause: 9999999999d\n"
	  "      |        ^~~~~~~~~~~\n" },
	{ "host bits",
	  "title: a\n"
	  "land: 192.0.2.77/24\n",
	  0,
	  "x:2:7: land: 192.0.2.77/24 has bits set beyond its length; expected 19"
	  "2.0.2.0/24\n"
	  "    2 | land: 192.0.2.77/24\n"
	  "      |       ^~~~~~~~~~~~~\n" },
	{ "quoted",
	  "title: 'a'\n"
	  "visitors: \"3\"\n"
	  "open: 'true'\n"
	  "latitude: '1'\n"
	  "hold-time: '3s'\n",
	  0,
	  "x:2:11: visitors: \"3\" is a quoted text; expected a number from 1 to "
	  "65535\n"
	  "    2 | visitors: \"3\"\n"
	  "      |           ^~~\n"
	  "x:3:7: open: \"true\" is a quoted text; expected true or false\n"
	  "    3 | open: 'true'\n"
	  "      |       ^~~~~~\n"
	  "x:4:11: latitude: \"1\" is a quoted text; expected a number from -90 t"
	  "o 90\n"
	  "    4 | latitude: '1'\n"
	  "      |           ^~~\n" },
	{ "long value",
	  "title: a\n"
	  "season: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
	  0,
	  "x:2:9: season: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... is not allo"
	  "wed; expected summer, winter or closed\n"
	  "    2 | season: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
	  "      |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n" },
	{ "checks",
	  "title: a\n"
	  "router-id: 2001:db8::1\n"
	  "numbers: [1, 3, 3]\n"
	  "animals:\n"
	  "  dog: {legs: 3}\n"
	  "  millipede:\n"
	  "    legs: 12\n",
	  0,
	  "x:2:12: expected an IPv4 address\n"
	  "    2 | router-id: 2001:db8::1\n"
	  "      |            ^~~~~~~~~~~\n"
	  "x:3:17: expected more than the 3 before it\n"
	  "    3 | numbers: [1, 3, 3]\n"
	  "      |                 ^\n"
	  "x:5:15: 3 is odd; expected pairs of legs\n"
	  "    5 |   dog: {legs: 3}\n"
	  "      |               ^\n"
	  "x:6:3: millipede needs a keeper\n"
	  "    6 |   millipede:\n"
	  "      |   ^~~~~~~~~\n" },
	{ "checks wait for values",
	  "title: a\n"
	  "router-id: 2001:db8::1\n"
	  "animals:\n"
	  "  dog: {legs: 3}\n"
	  "  cat: {legs: 3, food: 1}\n",
	  0,
	  "x:4:15: 3 is odd; expected pairs of legs\n"
	  "    4 |   dog: {legs: 3}\n"
	  "      |               ^\n"
	  "x:5:24: food: expected a list (each item: a text), found 1\n"
	  "    5 |   cat: {legs: 3, food: 1}\n"
	  "      |                        ^\n" },
};

TEST(errors)
{
	check_error_rows(rows, ARRAY_SIZE(rows));
}
