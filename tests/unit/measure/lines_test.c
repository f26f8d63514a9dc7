#include "measure/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

TEST(lines_of_a_text)
{
	_cleanup_(lines_done) struct lines l;
	struct err e;

	lines_open_text(&l, "x", "one\r\n\ntwo # 2\nlast");
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_STR(l.text, "one");
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_STR(l.text, "");
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_INT(l.number, 3);
	CHECK(!l.cut);
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_STR(l.text, "last");
	CHECK(l.cut);
	CHECK_INT(lines_next(&l, &e), 0);
	CHECK_INT(lines_next(&l, &e), 0);
	CHECK_INT(l.bad, 0);
}

TEST(words)
{
	_cleanup_(lines_done) struct lines l;
	struct line_word words[2];
	char word[4];
	struct err e;

	lines_open_text(&l, "x", "\ta,bcd  efgh #i j\n# k\n");
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_INT(lines_split(&l, words, 2), 3);
	CHECK_INT(words[1].from, 3);
	CHECK_INT(words[1].to, 6);
	CHECK(lines_word(&l, words[1], word, sizeof(word)));
	CHECK_STR(word, "bcd");
	CHECK(!lines_word(&l, words[1], word, 3));
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_INT(lines_split(&l, words, 2), 0);
}

TEST(a_bad_line_is_shown)
{
	_cleanup_(lines_done) struct lines l;
	struct err e;

	lines_open_text(&l, "list", "ok\n\xc3\xa4 wr\001ng\n");
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_INT(lines_next(&l, &e), 1);
	lines_bad(&l, 3, 8, "no %s", "word");
	lines_bad(&l, 0, 1, "said once for a line");
	lines_end_report(&l);
	CHECK_STR(strbuf_get(&l.report), "list:2:4: no word\n"
					 "    2 | \xc3\xa4 wr?ng\n"
					 "      |   ^~~~~\n");
	CHECK_INT(l.bad, 1);
}

TEST(only_the_first_are_shown)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	_cleanup_(lines_done) struct lines l;
	unsigned shown = 0;
	struct err e;

	for (int i = 0; i < 1000; i++)
		strbuf_add(&text, "bad\n");
	lines_open_text(&l, "list", strbuf_get(&text));
	while (lines_next(&l, &e) > 0)
		lines_bad(&l, 0, 3, "bad");
	lines_end_report(&l);
	for (const char *at = strbuf_get(&l.report); (at = strstr(at, ": bad\n")) != NULL; at++)
		shown++;
	CHECK_INT(shown, LINES_REPORTS_MAX);
	CHECK_INT(l.bad, 1000);
	CHECK(strstr(strbuf_get(&l.report), "list: and 980 more bad lines\n") != NULL);
}

/* Longer than a piece in memory, and with bytes that end texts. */
TEST(lines_of_any_length_in_a_file)
{
	char path[] = "/tmp/nearcast-lines.XXXXXX";
	int fd = mkstemp(path);
	_cleanup_(lines_done) struct lines l = { .fd = -1 };
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct err e;

	REQUIRE(fd >= 0);
	strbuf_pad(&text, 'x', 65535);
	strbuf_add_mem(&text, "\na\0b\n", 5);
	strbuf_pad(&text, 'y', 200000);
	strbuf_add(&text, "\nlast\n");
	CHECK(write(fd, text.text, text.len) == (ssize_t)text.len);
	(void)close(fd);
	REQUIRE(lines_open(&l, path, &e) == 0);
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_INT(l.number, 2);
	CHECK_STR(l.text, "a?b");
	CHECK_INT(lines_next(&l, &e), 1);
	CHECK_INT(l.number, 4);
	CHECK_STR(l.text, "last");
	CHECK_INT(lines_next(&l, &e), 0);
	CHECK_INT(l.bad, 2);
	(void)unlink(path);
}

TEST(no_such_file)
{
	_cleanup_(lines_done) struct lines l;
	struct err e;

	CHECK_INT(lines_open(&l, "/nowhere/at/all", &e), -ENOENT);
	CHECK_STR(e.message, "/nowhere/at/all: No such file or directory");
}
