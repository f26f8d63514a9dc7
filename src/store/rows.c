/* Rows as one array of cells and one of texts, which drivers fill (internal.h). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/internal.h"

void
store_rows_done(struct store_rows *rows)
{
	free(rows->cells);
	free(rows->texts);
	*rows = (struct store_rows){ 0 };
}

void
rows_begin(struct store_rows *rows, size_t columns)
{
	store_rows_done(rows);
	rows->columns = columns;
}

struct store_cell *
rows_add(struct store_rows *rows)
{
	for (size_t i = 0; i < rows->columns; i++) {
		rows->cells = grow_array(rows->cells, rows->count * rows->columns + i,
		    &rows->cells_cap, sizeof(*rows->cells));
		rows->cells[rows->count * rows->columns + i] = (struct store_cell){ CELL_NULL, 0 };
	}
	return rows->cells + rows->count++ * rows->columns;
}

void
rows_text(struct store_rows *rows, struct store_cell *cell, const char *text, size_t len)
{
	if (rows->texts_cap - rows->texts_len < len + 1) {
		rows->texts_cap = MAX(rows->texts_cap * 2, rows->texts_len + len + 64);
		rows->texts = xrealloc(rows->texts, rows->texts_cap);
	}
	*cell = (struct store_cell){ CELL_TEXT, (int64_t)rows->texts_len };
	memcpy(rows->texts + rows->texts_len, text, len);
	rows->texts[rows->texts_len + len] = '\0';
	rows->texts_len += len + 1;
}

bool
store_next(struct store_rows *rows)
{
	if (rows->row >= rows->count)
		return false;
	rows->row++;
	return true;
}

static const struct store_cell *
cell_at(const struct store_rows *rows, size_t column)
{
	assert(rows->row > 0 && column < rows->columns);
	return &rows->cells[(rows->row - 1) * rows->columns + column];
}

bool
store_is_null(const struct store_rows *rows, size_t column)
{
	return cell_at(rows, column)->type == CELL_NULL;
}

int64_t
store_int(const struct store_rows *rows, size_t column)
{
	const struct store_cell *cell = cell_at(rows, column);

	assert(cell->type == CELL_INT);
	return cell->value;
}

int64_t
store_int_or(const struct store_rows *rows, size_t column, int64_t if_null)
{
	return store_is_null(rows, column) ? if_null : store_int(rows, column);
}

bool
store_bool(const struct store_rows *rows, size_t column)
{
	return store_int(rows, column) != 0;
}

const char *
store_text(const struct store_rows *rows, size_t column)
{
	const struct store_cell *cell = cell_at(rows, column);

	if (cell->type == CELL_NULL)
		return NULL;
	assert(cell->type == CELL_TEXT);
	return rows->texts + cell->value;
}
