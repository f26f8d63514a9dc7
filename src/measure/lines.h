/*
 * A text file of one thing a line, of any length, and what is wrong in it: each bad line with file,
 * line, column and a caret, as in configurations; of many, the first few, and how many more.
 *
 * In memory is one piece of the file at a time.
 */
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

#define LINES_TEXT_MAX 8192
#define LINES_REPORTS_MAX 20

struct lines {
	int fd; /* owned; -1: none */
	const char *name;
	uint64_t number;               /* of the line that was read last, from 1 */
	char text[LINES_TEXT_MAX + 1]; /* without its end; zero bytes are "?" by then */
	size_t len;
	bool cut;             /* it is the last one, and has no newline */
	uint64_t bad;         /* lines that were reported */
	uint64_t last_bad;    /* the number of the last of them */
	struct strbuf report; /* for the person, ends with a newline unless it is empty */
	/* the piece in memory */
	char *piece; /* owned */
	size_t at, piece_len;
	bool ended;
};

/* "-" is standard input. */
int lines_open(struct lines *l, const char *path, struct err *e) _must_use_;
/* A text in place of a file: what somebody typed. Borrowed until lines_done(). */
void lines_open_text(struct lines *l, const char *name, const char *text);
void lines_done(struct lines *l); /* the report goes, too */

/* 1: there is another line; 0: the end; or a negative errno. A line that is too long is reported
 * and left out. */
int lines_next(struct lines *l, struct err *e) _must_use_;
/* The line that was read last is wrong between two bytes of it; reported once for a line. */
void lines_bad(struct lines *l, size_t from, size_t to, const char *fmt, ...) _printf_(4, 5);
/* How many were not shown, as a line at the end of the report. To be called once. */
void lines_end_report(struct lines *l);
/* For a file that counts as a whole or not at all: ends the report, and adds it. -EINVAL and how
 * many lines are bad, or 0. */
int lines_refuse_bad(struct lines *l, struct strbuf *report, struct err *e) _must_use_;
/*
 * Such a file: read gets each line, and gives false when it has max of `what` ("prefixes") by then
 * (-E2BIG). Then as lines_refuse_bad().
 */
int lines_read_whole(struct lines *l, bool (*read)(void *userdata, struct lines *l), void *userdata,
    uint32_t max, const char *what, struct strbuf *report, struct err *e) _must_use_;

/* A word of a line: where it begins and ends. */
struct line_word {
	size_t from, to;
};

/*
 * Finds the words of the line, between blanks, tabs and commas; gives how many there are, of which
 * max are filled. What follows "#" is a comment.
 */
size_t lines_split(const struct lines *l, struct line_word *words, size_t max);
/* One of them as a text of its own; false: it does not fit. */
bool lines_word(const struct lines *l, struct line_word word, char *buf, size_t size);
