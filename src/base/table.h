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

#define TABLE_LEAST 20

struct table_look {
	size_t indent;  /* blanks before every line */
	bool underline; /* a line of dashes below the header */
	bool colour;
	/*
	 * Of the terminal; 0: as wide as it gets. The last column is cut to fit, but never below
	 * TABLE_LEAST. A table that does not fit even so is stacked: the first cell of a row on a
	 * line, below it each further one behind its head. Without heads the cells of a row follow
	 * each other over as many lines as they need. Nothing is lost, however narrow it is.
	 */
	size_t columns;
};

/* Whether it stands as a table in this look, neither stacked nor over several lines. */
bool table_fits(struct table *t, struct table_look look);
void table_format(struct table *t, struct table_look look, struct strbuf *out);
