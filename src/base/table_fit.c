/* How a table is made to fit: what is shorter, what is cut, and what is left out. */
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/table_internal.h"

size_t
table_span(const struct table *t, size_t first, size_t span)
{
	size_t width = 0;

	for (size_t c = first; c < first + span; c++) {
		if (t->columns[c].width == 0)
			continue;
		if (width > 0)
			width += TABLE_GAP + t->columns[c].before;
		width += t->columns[c].width;
	}
	return width;
}

/* A head wider than its columns pushes the first of them out. */
static void
widen_for_groups(struct table *t)
{
	for (size_t g = 0; g < t->group_count; g++) {
		const struct table_group *group = &t->groups[g];
		size_t width;

		assert(group->first + group->span <= t->column_count);
		width = table_span(t, group->first, group->span);
		if (group->head.width > width)
			t->columns[group->first].width += group->head.width - width;
	}
}

static size_t
cell_width(const struct table_cell *cell, bool brief)
{
	return brief && cell->brief != NULL ? utf8_width(cell->brief) : cell->width;
}

static size_t
column_width(const struct table *t, size_t column, bool brief)
{
	size_t width = t->columns[column].head.width;

	for (size_t i = column; i < t->cell_count; i += t->column_count)
		width = MAX(width, cell_width(&t->cells[i], brief));
	return width;
}

/* Of all columns that are not left out, which are those worth less than that. */
static void
measure(struct table *t, unsigned least, bool brief)
{
	for (size_t c = 0; c < t->column_count; c++) {
		struct table_column *column = &t->columns[c];
		bool shown = column->worth == 0 || column->worth >= least;

		column->width = shown ? column_width(t, c, brief) : 0;
	}
	widen_for_groups(t);
}

static bool
says_nothing(const struct table *t, size_t column)
{
	for (size_t i = column; i < t->cell_count; i += t->column_count) {
		if (t->cells[i].width > 0 && strcmp(t->cells[i].text, "-") != 0)
			return false;
	}
	return true;
}

static void
leave_out_empty(struct table *t)
{
	for (size_t c = 0; c < t->column_count; c++) {
		if (t->columns[c].worth > 0 && says_nothing(t, c))
			t->columns[c].width = 0;
	}
}

/* cut: even with as little as may be left of its last column. One of one column cannot be narrower.
 */
static bool
is_too_wide(const struct table *t, struct table_look look, bool cut)
{
	size_t wide = look.indent + table_span(t, 0, t->column_count), last;

	if (look.columns == 0 || wide <= look.columns || t->column_count < 2)
		return false;
	last = t->columns[t->column_count - 1].width;
	if (cut && last > TABLE_LEAST)
		wide -= last - TABLE_LEAST;
	return wide > look.columns;
}

/* The least worth above that; UINT_MAX: nothing is worth more. */
static unsigned
next_worth(const struct table *t, unsigned worth)
{
	unsigned next = UINT_MAX;

	for (size_t c = 0; c < t->column_count; c++) {
		if (t->columns[c].worth > worth)
			next = MIN(next, t->columns[c].worth);
	}
	return next;
}

/* Does what costs the least until it fits. Whether it is brief then; *fits: whether that helped. */
static bool
shorten(struct table *t, struct table_look look, bool *fits)
{
	unsigned least = 0;

	*fits = true;
	measure(t, least, false);
	if (!is_too_wide(t, look, false))
		return false;
	leave_out_empty(t);
	if (!is_too_wide(t, look, false))
		return false;
	measure(t, least, true);
	leave_out_empty(t);
	*fits = !is_too_wide(t, look, true);
	while (look.columns >= TABLE_LEAVES_OUT && !*fits && least < UINT_MAX) {
		least = next_worth(t, MAX(least, 1u));
		measure(t, least, true);
		leave_out_empty(t);
		*fits = !is_too_wide(t, look, true);
	}
	return true;
}

/* Cuts text of UTF-8 to `width` columns, of which the last three say so. */
static void
cut_cell(struct table_cell *cell, size_t width)
{
	char *end = cell->text;

	if (cell->text == NULL || cell->width <= width)
		return;
	for (size_t n = 0; n < width - 3; n++) {
		do
			end++;
		while (((unsigned char)*end & 0xc0) == 0x80);
	}
	/* there are at least four more bytes */
	(void)stpcpy(end, "...");
	cell->width = width;
}

/* What is worth the least stands last. */
static void
cut_last_column(struct table *t, struct table_look look)
{
	size_t wide = look.indent + table_span(t, 0, t->column_count), last = t->column_count - 1;
	struct table_column *column = &t->columns[last];
	size_t width;

	if (look.columns == 0 || wide <= look.columns || column->width <= TABLE_LEAST)
		return;
	width = column->width - MIN(column->width - TABLE_LEAST, wide - look.columns);
	for (size_t i = last; i < t->cell_count; i += t->column_count)
		cut_cell(&t->cells[i], width);
	column->width = MAX(width, column->head.width);
}

static void
take_briefs(struct table *t)
{
	for (size_t i = 0; i < t->cell_count; i++) {
		struct table_cell *cell = &t->cells[i];

		if (cell->brief == NULL)
			continue;
		free(cell->text);
		cell->text = TAKE(cell->brief);
		cell->width = utf8_width(cell->text);
	}
}

bool
table_fits(struct table *t, struct table_look look)
{
	bool fits;

	(void)shorten(t, look, &fits);
	return fits;
}

bool
table_fit(struct table *t, struct table_look look)
{
	bool fits, brief = shorten(t, look, &fits);

	if (!fits) {
		measure(t, 0, false);
		return false;
	}
	if (brief)
		take_briefs(t);
	if (t->column_count > 0)
		cut_last_column(t, look);
	return true;
}
