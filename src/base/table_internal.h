/* What a table has collected: table.c fills it, table_fit.c makes it fit, table_format.c and
 * table_stacked.c lay it out. */
#pragma once

#include "base/table.h"

#define TABLE_GAP 2 /* blanks between columns; groups stand apart by as many more */

struct table_cell {
	char *text; /* owned; NULL for none */
	size_t width;
	char *brief; /* owned; NULL: as it is */
	enum style style;
};

struct table_column {
	struct table_cell head;
	enum table_align align;
	unsigned worth; /* 0: it is never left out */
	bool kept;      /* together with the one before, over several lines */
	size_t width;   /* 0: it is not shown */
	size_t before; /* blanks more than the gap, before the first of a group */
};

struct table_group {
	struct table_cell head;
	size_t first, span; /* columns */
};

struct table {
	struct table_column *columns; /* owned */
	size_t column_count, column_cap;
	struct table_group *groups; /* owned; from left to right */
	size_t group_count, group_cap;
	struct table_cell
	    *cells; /* owned; row by row, each of column_count cells, the last may be short */
	size_t cell_count, cell_cap;
	size_t row_count;
};

/* The columns that some of its columns take together. */
size_t table_span(const struct table *t, size_t first, size_t span);
/*
 * Lays down how wide columns are in this look, and makes it fit. False: it does not, and stands
 * whole.
 */
bool table_fit(struct table *t, struct table_look look);
/* Each row as lines of its own, as table_look describes it. */
/* Whether any column but the first has a head, or its group has. */
bool table_has_labels(const struct table *t);
void table_format_wrapped(const struct table *t, struct table_look look, struct strbuf *out);
void table_format_stacked(const struct table *t, struct table_look look, struct strbuf *out);
