/* Secrets in errors: hidden in every excerpt, whatever else is wrong on their line. */
#include "error_rows.h"

static const struct error_row rows[] = {
	{ "the secret itself",
	  "title: a\n"
	  "password: \"\"\n",
	  0,
	  "x:2:11: password: has 0 bytes; expected 1 to 80 bytes\n"
	  "    2 | password: **\n"
	  "      |           ^~\n" },
	{ "another value of its line",
	  "{ title: a, password: s3cret, hold-time: 2s }\n",
	  0,
	  "x:1:42: hold-time: 2s is not allowed; expected 0, or 3s to 18h12m15s\n"
	  "    1 | { title: a, password: ******, hold-time: 2s }\n"
	  "      |                                          ^~\n" },
	{ "quotes, and letters of several bytes",
	  "{ password: 'ge, heim\u00fc', title: a, open: yes }\n",
	  0,
	  "x:1:42: open: yes is not allowed; expected true or false\n"
	  "    1 | { password: ***********, title: a, open: yes }\n"
	  "      |                                          ^~~\n" },
	{ "in a list",
	  "title: a\n"
	  "locks: ['north: 1234', [x]]\n",
	  0,
	  "x:2:24: locks: expected a text, found a list\n"
	  "    2 | locks: [*************, [*]]\n"
	  "      |                        ^\n" },
	{ "misspelt",
	  "title: a\n"
	  "pasword: s3cret\n",
	  0,
	  "x:2:1: unknown key \"pasword\" of a zoo; did you mean \"password\"?\n"
	  "    2 | pasword: ******\n"
	  "      | ^~~~~~~\n" },
	{ "below a key that nobody knows",
	  "title: a\n"
	  "keepers: [{ password: [s3cret, more] }]\n",
	  0,
	  "x:2:1: unknown key \"keepers\" of a zoo; expected title, router-id, open, visitors, latitude, hold-time, "
	  "pause, motto, password, locks, season, land, door, office, days, numbers, tickets, animals, gates or vehicles\n"
	  "    2 | keepers: [{ password: [******, ****] }]\n"
	  "      | ^~~~~~~\n" },
	{ "taken for a key, in braces",
	  "title: a\n"
	  "password: {s3cret: 1, b: [c, {d: e}]}\n",
	  0,
	  "x:2:11: password: expected a text of 1 to 80 bytes, found a map\n"
	  "    2 | password: {******: *, *: [*, {*: *}]}\n"
	  "      |           ^\n" },
	{ "taken for a key, on its own line",
	  "title: a\n"
	  "password:\n"
	  "  s3cret: x\n",
	  0,
	  "x:3:3: password: expected a text of 1 to 80 bytes, found a map\n"
	  "    3 |   ******: *\n"
	  "      |   ^~~~~~\n" },
	{ "not YAML, below the key",
	  "title: a\n"
	  "password:\n"
	  "\n"
	  "  s3cret: &x y\n",
	  0,
	  "x:4:11: anchors and aliases are not supported; write the value out\n"
	  "    4 |   ************\n"
	  "      |           ^~\n" },
	{ "twice",
	  "{ title: a, password: one, password: three }\n",
	  0,
	  "x:1:28: \"password\" was already given at line 1\n"
	  "    1 | { title: a, password: ***, password: ***** }\n"
	  "      |                            ^~~~~~~~\n" },
	{ "over several lines",
	  "{ title: a, password: 'one\n"
	  "  two', open: yes }\n",
	  0,
	  "x:2:15: open: yes is not allowed; expected true or false\n"
	  "    2 | ******, open: yes }\n"
	  "      |               ^~~\n" },
	{ "not YAML, in braces",
	  "{ title: a, password: s3cret, open: &x yes }\n",
	  0,
	  "x:1:37: anchors and aliases are not supported; write the value out\n"
	  "    1 | { title: a, password: ******, open: &x yes }\n"
	  "      |                                     ^~\n" },
	{ "not YAML, in braces and quotes",
	  "{ title: a, \"password\" : \"s3, cret\", open: &x yes }\n",
	  0,
	  "x:1:44: anchors and aliases are not supported; write the value out\n"
	  "    1 | { title: a, \"password\" : **************************\n"
	  "      |                                            ^~\n" },
	{ "not YAML, to the end of the line",
	  "title: a\n"
	  "password: a, {b\tc: d\n",
	  0,
	  "x:2:18: this is not YAML: invalid nested block mapping on the same line\n"
	  "    2 | password: **********\n"
	  "      |                  ^\n" },
};

TEST(secrets)
{
	check_error_rows(rows, ARRAY_SIZE(rows));
}
