#include "report/html.h"

#include <math.h>

#include "tap.h"

static void
becomes(const char *text, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	html_text(&out, text);
	CHECK_STR(strbuf_get(&out), want);
}

TEST(what_has_a_meaning_loses_it)
{
	becomes("</script><img src=x onerror=\"alert('1')\">",
	    "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;");
	becomes("AT&T &amp; <!-- ", "AT&amp;T &amp;amp; &lt;!-- ");
	becomes("São Paulo, 東京", "São Paulo, 東京");
	becomes("", "");
}

TEST(what_is_no_text_is_replaced)
{
	becomes("a\xff\xc0\x80z", "a\ufffd\ufffd\ufffdz");
	becomes("cut \xe6\x9d", "cut \ufffd\ufffd");
	becomes("bell\a esc\x1b[31m del\x7f tab\t line\n",
	    "bell\ufffd esc\ufffd[31m del\ufffd tab\t line\n");
	becomes("\xc2\x85\xc2\xa0", "\ufffd\u00a0"); /* a C1 control; a space that does not break */
}

/* A name must not swallow the cells beside it. */
TEST(nothing_turns_the_direction_around)
{
	becomes("a\u202e"
		"b\u2066"
		"c\u200f"
		"d\u061c",
	    "a\ufffd"
	    "b\ufffd"
	    "c\ufffd"
	    "d\ufffd");
	becomes("שלום", "שלום"); /* letters have their own */
}

static void
prose(const char *text, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	html_prose(&out, text);
	CHECK_STR(strbuf_get(&out), want);
}

#define TIGHT(word) "<span class=\"tight\">" word "</span>"

TEST(an_option_stays_on_one_line)
{
	prose("lab exec a -- trace --json -n 1 10.0.0.1",
	    "lab exec a " TIGHT("--") " trace " TIGHT("--json") " " TIGHT("-n") " 1 10.0.0.1");
	prose("Run `nearcast trace` (--json, or `--csv`).  ",
	    "Run `nearcast trace` " TIGHT("(--json,") " or " TIGHT("`--csv`).") "  ");
	prose("-", "-");
	prose("a-b", "a-b");
	prose("--<b>", TIGHT("--&lt;b&gt;"));
	/* nothing that a stranger writes makes the page wider */
	prose("--a-name-as-long-as-this-one-here", "--a-name-as-long-as-this-one-here");
	prose("", "");
}

static void
number(double value, unsigned decimals, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	html_number(&out, value, decimals);
	CHECK_STR(strbuf_get(&out), want);
}

TEST(numbers_for_people)
{
	number(0, 0, "0");
	number(999.94, 1, "999.9");
	number(1234567.891, 1, "1,234,567.9");
	number(-1234, 0, "−1,234");
	number(-0.04, 1, "0.0");
	number(NAN, 1, "–");
	number(INFINITY, 1, "–");
	number(100000, 0, "100,000");
}

static void
attribute(double value, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	svg_number(&out, value);
	CHECK_STR(strbuf_get(&out), want);
}

TEST(numbers_for_svg)
{
	attribute(10, "10");
	attribute(1.5, "1.5");
	attribute(-0.001, "0");
	attribute(2.499, "2.5");
	attribute(100.25, "100.25");
	attribute(NAN, "0");
}

TEST(a_format_is_escaped_after_it_is_filled)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	html_textf(&out, "AS%u <%s>", 64500U, "&");
	CHECK_STR(strbuf_get(&out), "AS64500 &lt;&amp;&gt;");
}
