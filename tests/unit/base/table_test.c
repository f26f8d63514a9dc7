#include "base/table.h"

#include <string.h>

#include "tap.h"

static void
check_table(struct table *t, struct table_look look, const char *want)
{
	struct strbuf b = { 0 };

	table_format(t, look, &b);
	CHECK_STR(strbuf_get(&b), want);
	strbuf_done(&b);
}

TEST(columns_align)
{
	struct table *t = table_new();

	table_add_column(t, "host", TABLE_LEFT);
	table_add_column(t, "median", TABLE_RIGHT);
	table_add_column(t, "note", TABLE_LEFT);
	table_add_row(t);
	table_add_cell(t, "am6-c3.medium.x86-01");
	table_add_cellf(t, "%.3f ms", 35.437);
	table_add_row(t);
	table_add_cell(t, "Zürich");
	table_add_cell(t, "1117.588 ms");
	table_add_cell(t, "far");
	table_add_row(t);
	table_add_row(t);
	table_add_cell(t, "");
	table_add_cell(t, "x");
	check_table(t, (struct table_look){ 0 },
	    "host                       median  note\n"
	    "am6-c3.medium.x86-01    35.437 ms\n"
	    "Zürich                1117.588 ms  far\n"
	    "\n"
	    "                                x\n");
	check_table(t, (struct table_look){ .indent = 2, .underline = true },
	    "  host                       median  note\n"
	    "  ---------------------------------------\n"
	    "  am6-c3.medium.x86-01    35.437 ms\n"
	    "  Zürich                1117.588 ms  far\n"
	    "\n"
	    "                                  x\n");
	table_free(t);
}

TEST(a_table_without_heads_or_rows)
{
	struct table *t = table_new();

	check_table(t, (struct table_look){ .underline = true }, "");
	for (int i = 0; i < 4; i++)
		table_add_column(t, "", TABLE_LEFT);
	check_table(t, (struct table_look){ .underline = true }, "");
	table_add_row(t);
	table_add_cell(t, "a");
	table_add_cell(t, "");
	table_add_cell(t, "b");
	check_table(t, (struct table_look){ .underline = true }, "a  b\n");
	table_free(t);
}

TEST(groups_stand_over_their_columns)
{
	struct table *t = table_new();

	table_add_column(t, "", TABLE_LEFT);
	table_add_group(t, "am6", 2);
	table_add_column(t, "min", TABLE_RIGHT);
	table_add_column(t, "median", TABLE_RIGHT);
	table_add_group(t, "http://sg1.example/", 2);
	table_add_column(t, "min", TABLE_RIGHT);
	table_add_column(t, "median", TABLE_RIGHT);
	table_add_column(t, "note", TABLE_LEFT);
	table_add_row(t);
	table_add_cell(t, "total");
	table_add_cell(t, "69.00");
	table_add_cell(t, "69.10");
	table_add_cell(t, "533.00");
	table_add_cell(t, "533.10");
	table_add_cell(t, "x");
	check_table(t, (struct table_look){ 0 },
	    "              am6         http://sg1.example/\n"
	    "           min  median            min  median  note\n"
	    "total    69.00   69.10         533.00  533.10  x\n");
	table_free(t);
}

TEST(colour_takes_no_width)
{
	struct table *t = table_new();

	table_add_column(t, "a", TABLE_LEFT);
	table_add_column(t, "b", TABLE_RIGHT);
	table_add_row(t);
	table_add_styled(t, STYLE_GOOD, "%s", "yes");
	table_add_styled(t, STYLE_DIM, "%d", 12);
	check_table(t, (struct table_look){ .colour = true },
	    "\033[1ma\033[0m     \033[1mb\033[0m\n"
	    "\033[32myes\033[0m  \033[2m12\033[0m\n");
	check_table(t, (struct table_look){ 0 },
	    "a     b\n"
	    "yes  12\n");
	table_free(t);
}

TEST(text_from_outside_is_made_printable)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "am6 Zürich 東京 🙂", "am6 Zürich 東京 🙂" },
		{ "a\033[31mb\tc\nd\x7f", "a?[31mb?c?d?" },
		{ "\xc2\x9b"
		  "31m",
		    "?31m" }, /* CSI as one C1 character */
		/* overrides, isolates, marks, the Arabic one: what they would turn around stays */
		{ "a\u202egnp.exe\u202c", "a?gnp.exe?" },
		{ "\u2066b\u2069\u200f\u200ec\u061c", "?b???c?" },
		{ "\u2028d\u2029", "?d?" }, /* separators of lines and of paragraphs */
		{ "e\u200df \u05d0 \u0628",
		    "e\u200df \u05d0 \u0628" }, /* joiners and letters are text */
		{ "\xc3", "?" },
		{ "\xc0\xaf", "??" },           /* overlong */
		{ "\xe0\x80\xaf", "???" },      /* overlong */
		{ "\xed\xa0\x80", "???" },      /* a surrogate */
		{ "\xf4\x90\x80\x80", "????" }, /* past the last code point */
		{ "\xff\xfe", "??" },
		{ "\xe6\x9d", "??" }, /* cut off */
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf b = { 0 };

		strbuf_add_printable(&b, rows[i].text);
		CHECK_STR(strbuf_get(&b), rows[i].want);
		strbuf_done(&b);
	}
}

/* Whatever the least of the last column leaves no room for. */
TEST(what_does_not_fit_is_stacked)
{
	struct table *t = table_new();

	table_add_column(t, "site", TABLE_LEFT);
	table_add_group(t, "before", 2);
	table_add_column(t, "share", TABLE_RIGHT);
	table_add_column(t, "median", TABLE_RIGHT);
	table_add_column(t, "", TABLE_RIGHT);
	table_add_column(t, "never", TABLE_LEFT);
	table_add_row(t);
	table_add_styled(t, STYLE_GOOD, "%s", "am6");
	table_add_cell(t, "9.1 %");
	table_add_cell(t, "35.4 ms");
	table_add_cell(t, "5 km");
	table_add_row(t);
	table_add_cell(t, "a site with a long name");
	table_add_cell(t, "");
	table_add_cell(t, "1.5 ms");
	check_table(t, (struct table_look){ .columns = 60 },
	    "                               before\n"
	    "site                       share   median        never\n"
	    "am6                        9.1 %  35.4 ms  5 km\n"
	    "a site with a long name            1.5 ms\n");
	check_table(t, (struct table_look){ .columns = 30, .indent = 1 },
	    " am6\n"
	    "   before share   9.1 %\n"
	    "   before median  35.4 ms\n"
	    "                  5 km\n"
	    " a site with a long name\n"
	    "   before median  1.5 ms\n");
	table_free(t);
}

TEST(the_last_column_is_cut)
{
	static const struct table_look looks[] = { { .columns = 35 }, { .columns = 32 },
		{ .columns = TABLE_LEAST + 7 } };
	static const char *const want[] = {
		"a      why\n"
		"first  Zürich is far from all of it\n"
		"x\n"
		"       short\n",
		"a      why\n"
		"first  Zürich is far from all...\n"
		"x\n"
		"       short\n",
		"a      why\n"
		"first  Zürich is far fro...\n"
		"x\n"
		"       short\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(looks); i++) {
		struct table *t = table_new();

		table_add_column(t, "a", TABLE_LEFT);
		table_add_column(t, "why", TABLE_LEFT);
		table_add_row(t);
		table_add_cell(t, "first");
		table_add_cell(t, "Zürich is far from all of it");
		table_add_row(t);
		table_add_cell(t, "x");
		table_add_row(t);
		table_add_cell(t, "");
		table_add_cell(t, "short");
		check_table(t, looks[i], want[i]);
		table_free(t);
	}
}

/* Two hosts; of the columns behind the name "tags" says nothing, "since" has a brief form, "agent"
 * is worth the least. */
static struct table *
hosts_table(void)
{
	static const char *const rows[][5] = {
		{ "am6-1", "0.1.0", "2026-11-30T21:00:17.123Z", "-",
		    "all of it is well, as it seems" },
		{ "sg1-1", "0.2.0", "2026-11-30T21:00:18.123Z", "-", "-" },
	};
	static const char *const heads[] = { "name", "agent", "since", "tags", "why" };
	static const unsigned worth[] = { 0, 2, 3, 3, 1 };
	struct table *t = table_new();

	for (size_t c = 0; c < 5; c++) {
		table_add_column(t, heads[c], TABLE_LEFT);
		if (worth[c] > 0)
			table_may_leave_out(t, worth[c]);
	}
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		table_add_row(t);
		for (size_t c = 0; c < 5; c++) {
			table_add_cell(t, rows[r][c]);
			if (c == 2)
				table_add_brief(t, "21:00");
		}
	}
	return t;
}

TEST(what_does_not_fit_is_brief_or_left_out)
{
	static const struct {
		size_t columns;
		const char *want;
	} cases[] = {
		{ 75, "name   agent  since                     why\n"
		      "am6-1  0.1.0  2026-11-30T21:00:17.123Z  all of it is well, as it seems\n"
		      "sg1-1  0.2.0  2026-11-30T21:00:18.123Z  -\n" },
		{ 69, "name   agent  since  why\n"
		      "am6-1  0.1.0  21:00  all of it is well, as it seems\n"
		      "sg1-1  0.2.0  21:00  -\n" },
		{ 41, "name   agent  since  why\n"
		      "am6-1  0.1.0  21:00  all of it is well...\n"
		      "sg1-1  0.2.0  21:00  -\n" },
		{ 40, "am6-1\n"
		      "  agent  0.1.0\n"
		      "  since  2026-11-30T21:00:17.123Z\n"
		      "  tags   -\n"
		      "  why    all of it is well, as it seems\n"
		      "sg1-1\n"
		      "  agent  0.2.0\n"
		      "  since  2026-11-30T21:00:18.123Z\n"
		      "  tags   -\n"
		      "  why    -\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct table *t = hosts_table();

		/* asking whether it fits changes nothing */
		CHECK(table_fits(t, (struct table_look){ .columns = 4 }) == false);
		check_table(t, (struct table_look){ .columns = cases[i].columns }, cases[i].want);
		table_free(t);
	}
}

/* Where there is room for some of it. */
TEST(what_is_worth_less_is_left_out_first)
{
	static const struct {
		unsigned worth[3];
		const char *want;
	} cases[] = {
		{ { 1, 2, 3 },
		    "name  b                               c\n"
		    "web   bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb  cccccccccccccccccccccc...\n" },
		{ { 3, 2, 1 }, "name  a\nweb   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" },
		{ { 1, 1, 2 }, "name  c\nweb   cccccccccccccccccccccccccccccc\n" },
		{ { 0, 2, 0 },
		    "name  a                               c\n"
		    "web   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  cccccccccccccccccccccc...\n" },
	};
	char text[31] = "";

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct table *t = table_new();

		table_add_column(t, "name", TABLE_LEFT);
		for (size_t c = 0; c < 3; c++) {
			table_add_column(t, (const char *[]){ "a", "b", "c" }[c], TABLE_LEFT);
			table_may_leave_out(t, cases[i].worth[c]);
		}
		table_add_row(t);
		table_add_cell(t, "web");
		for (char c = 'a'; c <= 'c'; c++) {
			memset(text, c, sizeof(text) - 1);
			table_add_cell(t, text);
		}
		check_table(t, (struct table_look){ .columns = 63 }, cases[i].want);
		table_free(t);
	}
}

/* Without heads there is nothing to stack cells behind: they go on below the second column. */
TEST(too_narrow_without_heads)
{
	static const char want[] = " 1  ams.northwind  1.234 ms\n"
				   "    no loss\n"
				   "10  lon.northwind.example.net\n"
				   "    *  !X\n"
				   "    core1.example  2.5 ms\n";
	static const char *const rows[][4] = {
		{ "1", "ams.northwind", "1.234 ms", "no loss" },
		{ "10", "lon.northwind.example.net", "*", "!X" },
		{ "", "core1.example", "", "2.5 ms" },
	};
	struct table *t = table_new();

	for (size_t c = 0; c < 4; c++)
		table_add_column(t, "", c == 0 ? TABLE_RIGHT : TABLE_LEFT);
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		table_add_row(t);
		for (size_t c = 0; c < 4; c++)
			table_add_cell(t, rows[r][c]);
	}
	check_table(t, (struct table_look){ .columns = 30 }, want);
	table_free(t);
}

/* What belongs together begins a line rather than to be parted. */
TEST(cells_are_kept_together)
{
	static const char *const row[] = { "1", "router.example", "1.5 ms", "*", "2.5 ms", "lost" };
	static const struct {
		size_t columns;
		const char *want;
	} cases[] = {
		{ 50, "1  router.example  1.5 ms  *  2.5 ms  lost\n" },
		{ 41, "1  router.example  1.5 ms  *  2.5 ms\n   lost\n" },
		{ 35, "1  router.example\n   1.5 ms  *  2.5 ms  lost\n" },
		{ 18, "1  router.example\n   1.5 ms  *\n   2.5 ms  lost\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct table *t = table_new();

		for (size_t c = 0; c < ARRAY_SIZE(row); c++) {
			table_add_column(t, "", TABLE_LEFT);
			if (c == 3 || c == 4)
				table_keep_together(t);
		}
		table_add_row(t);
		for (size_t c = 0; c < ARRAY_SIZE(row); c++)
			table_add_cell(t, row[c]);
		check_table(t, (struct table_look){ .columns = cases[i].columns }, cases[i].want);
		table_free(t);
	}
}
