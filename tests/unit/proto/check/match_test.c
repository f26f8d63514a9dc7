#include "proto/check/match.h"

#include <errno.h>

#include "base/attr.h"
#include "tap.h"

static bool
matches(const char *text, const char *pattern, const char *bytes, size_t n)
{
	struct match m;
	bool yes;

	if (match_init(&m, text, pattern, NULL) < 0)
		return false;
	yes = match_test(&m, bytes, n);
	match_done(&m);
	return yes;
}

TEST(texts_and_expressions)
{
	static const struct {
		const char *text, *pattern, *bytes;
		size_t n;
		bool want;
	} cases[] = {
		{ NULL, NULL, "", 0, true },
		{ "ok", NULL, "all ok here", 11, true },
		{ "ok", NULL, "all OK here", 11, false },
		{ "ok", NULL, "o", 1, false },
		{ "ok", NULL, "", 0, false },
		/* beyond what was received there may be anything */
		{ "ok", NULL, "no ok", 3, false },
		{ NULL, "^[0-9]+ ready$", "220 ready", 9, true },
		{ NULL, "^[0-9]+ ready$", "220 ready ", 10, false },
		{ NULL, "ready|up", "it is up", 8, true },
		{ NULL, "ok", "no ok", 3, false },
		{ "220", "ready$", "220 ready", 9, true },
		{ "221", "ready$", "220 ready", 9, false },
		{ "220", "busy$", "220 ready", 9, false },
		/* NUL is a byte like any other */
		{ "ok", NULL, "\0\0ok", 4, true },
		{ NULL, "ok$", "\0\0ok", 4, true },
		{ NULL, "^ok", "\0\0ok", 4, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_INT(matches(cases[i].text, cases[i].pattern, cases[i].bytes, cases[i].n),
		    cases[i].want);
}

TEST(refused_expressions)
{
	static const struct {
		const char *pattern, *why;
	} cases[] = {
		{ "(", "not a POSIX extended regular expression: Unmatched ( or \\(" },
		{ "[a", "not a POSIX extended regular expression: Unmatched [, [^, [:, [., or [=" },
		{ "(a*)*\\1b", "a back-reference could take for ever to match" },
		{ "\\\\(a)\\1", "a back-reference could take for ever to match" },
	};
	struct match m;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e = { 0 };

		CHECK_INT(match_init(&m, NULL, cases[i].pattern, &e), -EINVAL);
		CHECK_STR(e.message, cases[i].why);
		match_done(&m);
	}
	/* a backslash before a digit that is no reference */
	CHECK_INT(match_init(&m, NULL, "\\\\1", NULL), 0);
	match_done(&m);
}

TEST(explanations)
{
	static const struct {
		const char *text, *pattern, *bytes, *want;
	} cases[] = {
		{ "ok", NULL, "", "the answer is empty, expected \"ok\"" },
		{ "ok", NULL, "sorry\r\n", "no \"ok\" in the answer, which starts \"sorry\"" },
		{ "so", "^x", "sorry", "no \"^x\" in the answer, which starts \"sorry\"" },
		{ NULL, "^x", "a\x01\xff\x7f", "no \"^x\" in the answer, which starts \"a???\"" },
		{ NULL, "x",
		    "123456789012345678901234567890123456789012345678901234567890123456789012345678"
		    "90",
		    "no \"x\" in the answer, which starts "
		    "\"1234567890123456789012345678901234567890123456789012345678\"..." },
	};
	char why[192];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct match m;

		REQUIRE(match_init(&m, cases[i].text, cases[i].pattern, NULL) == 0);
		match_explain(
		    &m, "the answer", cases[i].bytes, strlen(cases[i].bytes), why, sizeof(why));
		CHECK_STR(why, cases[i].want);
		match_done(&m);
	}
}

/* A character that the end cuts is left out. */
TEST(excerpt_is_text)
{
	char bytes[61], buf[EXCERPT_MAX];

	memset(bytes, 'a', sizeof(bytes));
	bytes[57] = (char)0xc3;
	bytes[58] = (char)0xa4;
	CHECK_INT(strlen(excerpt(bytes, sizeof(bytes), buf)), 1 + 57 + 4);
	CHECK_STR(excerpt("\"", 1, buf), "\"\"\"");
	CHECK_STR(excerpt(NULL, 0, buf), "\"\"");
}
