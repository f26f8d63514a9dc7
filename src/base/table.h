/*
 * A table of text for people: columns as wide as they need to be, aligned, two spaces between them.
 *
 * Cells are collected first and laid out at the end. Widths count UTF-8 code points; text from
 * outside is made printable. No line ends with blanks. Rows may be short: cells that are missing
 * are empty. A column in which nothing stands takes no place.
 */
#pragma once

#include "base/style.h"

enum table_align {
	TABLE_LEFT,
	TABLE_RIGHT,
};

struct table;

struct table *table_new(void);
void table_free(struct table *t); /* NULL is fine */
void table_freep(struct table **t);

/* Columns come first. A table whose heads are all "" is printed without its header. */
void table_add_column(struct table *t, const char *head, enum table_align align);
/*
 * The column added last may be left out of a table that would not fit: first where none of its
 * cells says anything ("-"), then those worth less before those worth more. worth: from 1. What it
 * has must stand elsewhere, too: in JSON, and wherever there is more room.
 */
void table_may_leave_out(struct table *t, unsigned worth);
/* Where cells go on over several lines (a table without heads that does not fit), one of the column
 * added last is not parted from the one before it, if a line has room for both. */
void table_keep_together(struct table *t);
/*
 * The next `span` columns, added after this, stand under a common head, in a line above the others.
 */
void table_add_group(struct table *t, const char *head, size_t span);
/*
 * Begins a row; then its cells from left to right. More cells than columns are a programmer's
 * error.
 */
void table_add_row(struct table *t);
void table_add_cell(struct table *t, const char *text);
void table_add_cellf(struct table *t, const char *fmt, ...) _printf_(2, 3);
void table_add_styled(struct table *t, enum style style, const char *fmt, ...) _printf_(3, 4);
/* How the cell added last is said where the table would not fit, before columns that say something
 * are left out. */
void table_add_brief(struct table *t, const char *text);

#define TABLE_LEAST 20
/* In less room than that nothing is left out that says something. */
#define TABLE_LEAVES_OUT 60

struct table_look {
	size_t indent;  /* blanks before every line */
	bool underline; /* a line of dashes below the header */
	bool colour;
	/*
	 * Of the terminal; 0: as wide as it gets. What does not fit takes its brief forms, then the
	 * last column is cut, but never below TABLE_LEAST, then columns are left out that may be
	 * (of TABLE_LEAVES_OUT at least). What does not fit even so is stacked, with all that it
	 * has: the first cell of a row on a line, below it each further one behind its head.
	 * Without heads the cells of a row follow each other over as many lines as they need. So
	 * nothing is lost where it is narrowest.
	 */
	size_t columns;
};

/* Whether it stands as a table in this look, neither stacked nor over several lines. */
bool table_fits(struct table *t, struct table_look look);
void table_format(struct table *t, struct table_look look, struct strbuf *out);
