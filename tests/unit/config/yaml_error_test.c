/* Errors of the text itself, and where carets stand: what a person reads, whole. */
#include "error_rows.h"

static const struct error_row rows[] = {
	{ "empty",
	  "",
	  0,
	  "x:1:1: the file is empty\n" },
	{ "only a comment",
	  "# nothing\n",
	  0,
	  "x:1:1: the file is empty\n"
	  "    1 | # nothing\n"
	  "      | ^\n" },
	{ "only a mark",
	  "---\n",
	  0,
	  "x:1:1: a value is missing; expected a map with the keys of a zoo\n"
	  "    1 | ---\n"
	  "      | ^\n" },
	{ "alias",
	  "title: a\n"
	  "motto: *x\n",
	  0,
	  "x:2:8: anchors and aliases are not supported; write the value out\n"
	  "    2 | motto: *x\n"
	  "      |        ^~\n" },
	{ "anchor",
	  "title: a\n"
	  "days: &d [mon]\n",
	  0,
	  "x:2:7: anchors and aliases are not supported; write the value out\n"
	  "    2 | days: &d [mon]\n"
	  "      |       ^~\n" },
	{ "tag",
	  "title: a\n"
	  "visitors: !!int 3\n",
	  0,
	  "x:2:11: tags are not supported; leave it out\n"
	  "    2 | visitors: !!int 3\n"
	  "      |           ^~~~~\n" },
	{ "merge",
	  "title: a\n"
	  "<<: {open: true}\n",
	  0,
	  "x:2:1: merge keys are not supported; write the keys out\n"
	  "    2 | <<: {open: true}\n"
	  "      | ^~\n" },
	{ "list as key",
	  "? [a]\n"
	  ": b\n",
	  0,
	  "x:1:3: a key must be a word, not a list or map\n"
	  "    1 | ? [a]\n"
	  "      |   ^\n" },
	{ "long key",
	  "title: a\n"
	  "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	  "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n"
	  ": 1\n",
	  0,
	  "x:2:3: a key of more than 128 bytes\n"
	  "    2 | ? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	  "kkkkkkkkkkkkkkkkkk...\n"
	  "      |   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"
	  "~~~~~~~~~~~~~~~~~~\n" },
	{ "two documents",
	  "title: a\n"
	  "---\n"
	  "title: b\n",
	  0,
	  "x:2:1: a second document begins here; expected one\n"
	  "    2 | ---\n"
	  "      | ^~~\n" },
	{ "directive",
	  "%YAML 1.1\n"
	  "---\n"
	  "title: a\n",
	  0,
	  "x:1:1: directives are not supported; leave the line out\n"
	  "    1 | %YAML 1.1\n"
	  "      | ^\n" },
	{ "tab",
	  "title: a\n"
	  "office:\n"
	  "\tphone: x\n",
	  0,
	  "x:3:1: a tab in the indentation; expected spaces\n"
	  "    3 | \tphone: x\n"
	  "      | ^\n" },
	{ "open list",
	  "title: a\n"
	  "days: [mon\n"
	  "open: true\n",
	  0,
	  "x:3:11: this is not YAML: flow sequence without a closing bracket\n"
	  "    3 | open: true\n"
	  "      |           ^\n" },
	{ "open quote",
	  "title: \"a\n",
	  0,
	  "x:1:9: this is not YAML: double-quoted scalar without closing quote\n"
	  "    1 | title: \"a\n"
	  "      |         ^\n" },
	{ "bad indentation",
	  "title: a\n"
	  "  open: true\n",
	  0,
	  "x:1:8: this is not YAML: invalid multiline plain key\n"
	  "    1 | title: a\n"
	  "      |        ^\n" },
	{ "not utf8",
	  "title: a\n"
	  "motto: \377\376\n",
	  0,
	  "x:2:8: this is not UTF-8\n"
	  "    2 | motto: ??\n"
	  "      |        ^\n" },
	{ "nul",
	  "title: a\n"
	  "motto: b\000c\n",
	  20,
	  "x:2:9: a NUL byte; expected text\n"
	  "    2 | motto: b?c\n"
	  "      |         ^\n" },
	{ "control character",
	  "title: a\n"
	  "motto: \033[31m\n",
	  0,
	  "x:2:8: a control character; expected text\n"
	  "    2 | motto: ?[31m\n"
	  "      |        ^\n" },
	{ "escape of nul",
	  "title: a\n"
	  "motto: \"\\0\"\n",
	  0,
	  "x:2:8: an escape that is not text\n"
	  "    2 | motto: \"\\0\"\n"
	  "      |        ^~~~\n" },
	{ "escape of nothing",
	  "title: a\n"
	  "motto: \"\\q\"\n",
	  0,
	  "x:2:9: this is not YAML: invalid escape 'q' in double-quoted string\n"
	  "    2 | motto: \"\\q\"\n"
	  "      |         ^\n" },
	{ "carriage return",
	  "title: a\ropen: 3\r",
	  0,
	  "x:1:9: a carriage return without a line feed\n"
	  "    1 | title: a?open: 3\n"
	  "      |         ^\n" },
	{ "crlf",
	  "title: a\r\n"
	  "open: 3\r\n",
	  0,
	  "x:2:7: open: 3 is not allowed; expected true or false\n"
	  "    2 | open: 3\n"
	  "      |       ^\n" },
	{ "byte order mark",
	  "\357\273\277title: a\n"
	  "open: 3\n",
	  0,
	  "x:2:7: open: 3 is not allowed; expected true or false\n"
	  "    2 | open: 3\n"
	  "      |       ^\n" },
	{ "too deep",
	  "title: [[[[[[[[[[[[[[[[[\n",
	  0,
	  "x:1:23: too deeply nested\n"
	  "    1 | title: [[[[[[[[[[[[[[[[[\n"
	  "      |                       ^\n" },
	{ "caret below utf8",
	  "title: a\n"
	  "office: { phone: 'Zürich ✈', opne: true }\n",
	  0,
	  "x:2:30: unknown key \"opne\" of an office; did you mean \"open\"?\n"
	  "    2 | office: { phone: 'Zürich ✈', opne: true }\n"
	  "      |                              ^~~~\n" },
	{ "caret below tabs",
	  "title: a\n"
	  "office: {\tphone: x,\topne: true }\n",
	  0,
	  "x:2:21: unknown key \"opne\" of an office; did you mean \"open\"?\n"
	  "    2 | office: {\tphone: x,\topne: true }\n"
	  "      |          \t         \t^~~~\n" },
	{ "long line begins",
	  "title: a b # ccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
	  "ccccccccccccccccccccccc\n",
	  0,
	  "x:1:8: title: a b is not allowed; expected a name of letters, digits, "
	  "\"-\", \"_\" and \".\"\n"
	  "    1 | title: a b # ccccccccccccccccccccccccccccccccccccccccccccccccc"
	  "cccccccccccccccccc...\n"
	  "      |        ^~~\n" },
	{ "long line goes on",
	  "title: a\n"
	  "numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1"
	  "8, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,"
	  " 36, 37, 38, 39, x, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52"
	  ", 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69]"
	  "\n",
	  0,
	  "x:2:158: numbers: x is not allowed; expected a number\n"
	  "    2 | ...30, 31, 32, 33, 34, 35, 36, 37, 38, 39, x, 40, 41, 42, 43, "
	  "44, 45, 46, 47, 48, 4...\n"
	  "      |                                            ^\n" },
	{ "long line ends",
	  "title: a\n"
	  "numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1"
	  "8, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,"
	  " 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 5"
	  "3, 54, 55, 56, 57, 58, 59, x]\n",
	  0,
	  "x:2:238: numbers: x is not allowed; expected a number\n"
	  "    2 | ..., 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 5"
	  "5, 56, 57, 58, 59, x]\n"
	  "      |                                                               "
	  "                   ^\n" },
};

TEST(errors)
{
	check_error_rows(rows, ARRAY_SIZE(rows));
}
