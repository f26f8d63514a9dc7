#include <assert.h>
#include <string.h>

#include "base/table_internal.h"

/* One line being laid out: blanks are owed until text follows, so none are left at the end. */
struct line {
	struct strbuf *out;
	size_t owed;
	bool colour;
};

static void
line_cell(struct line *l, const struct table_cell *cell, const struct table_column *column)
{
	size_t fill = column->width - cell->width;

	if (column->width == 0)
		return;
	l->owed += column->before;
	if (column->align == TABLE_RIGHT)
		l->owed += fill;
	if (cell->width > 0) {
		strbuf_pad(l->out, ' ', l->owed);
		strbuf_add(l->out, style_begin(cell->style, l->colour));
		strbuf_add(l->out, cell->text);
		strbuf_add(l->out, style_end(cell->style, l->colour));
		l->owed = 0;
	}
	if (column->align == TABLE_LEFT)
		l->owed += fill;
	l->owed += TABLE_GAP;
}

static size_t
span_width(const struct table *t, size_t first, size_t span)
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
		width = span_width(t, group->first, group->span);
		if (group->head.width > width)
			t->columns[group->first].width += group->head.width - width;
	}
}

/* The heads of groups, each in the middle above its columns. */
static void
add_groups(const struct table *t, struct table_look look, struct strbuf *out)
{
	struct line line = { .out = out, .owed = look.indent, .colour = look.colour };
	const struct table_group *group = t->groups, *end;

	if (t->group_count == 0) /* NULL + 0 is undefined */
		return;
	end = group + t->group_count;
	for (size_t c = 0; c < t->column_count; c++) {
		struct table_column over = { .align = TABLE_LEFT, .width = t->columns[c].width };
		const struct table_cell none = { 0 };

		if (group == end || group->first != c) {
			line_cell(&line, &none, &over);
			continue;
		}
		over.width = span_width(t, c, group->span);
		line.owed += t->columns[c].before + (over.width - group->head.width) / 2;
		over.width -= (over.width - group->head.width) / 2;
		line_cell(&line, &group->head, &over);
		c += group->span - 1;
		group++;
	}
	strbuf_add_char(out, '\n');
}

static void
add_header(const struct table *t, struct table_look look, struct strbuf *out)
{
	struct line line = { .out = out, .owed = look.indent, .colour = look.colour };
	bool headed = false;

	for (size_t c = 0; c < t->column_count; c++)
		headed = headed || t->columns[c].head.width > 0;
	if (!headed)
		return;
	for (size_t c = 0; c < t->column_count; c++) {
		line_cell(&line, &t->columns[c].head, &t->columns[c]);
	}
	strbuf_add_char(out, '\n');
	if (!look.underline)
		return;
	strbuf_pad(out, ' ', look.indent);
	strbuf_add(out, style_begin(STYLE_DIM, look.colour));
	strbuf_pad(out, '-', span_width(t, 0, t->column_count));
	strbuf_addf(out, "%s\n", style_end(STYLE_DIM, look.colour));
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

/* Even with as little as may be left of its last column. One of one column cannot be narrower. */
static bool
is_too_wide(const struct table *t, struct table_look look)
{
	size_t wide = look.indent + span_width(t, 0, t->column_count), last;

	if (look.columns == 0 || wide <= look.columns || t->column_count < 2)
		return false;
	last = t->columns[t->column_count - 1].width;
	if (last > TABLE_LEAST)
		wide -= last - TABLE_LEAST;
	return wide > look.columns;
}

/* What is worth the least stands last. */
static void
cut_last_column(struct table *t, struct table_look look)
{
	size_t wide = look.indent + span_width(t, 0, t->column_count), last = t->column_count - 1;
	struct table_column *column = &t->columns[last];
	size_t width;

	if (look.columns == 0 || wide <= look.columns || column->width <= TABLE_LEAST)
		return;
	width = column->width - MIN(column->width - TABLE_LEAST, wide - look.columns);
	for (size_t i = last; i < t->cell_count; i += t->column_count)
		cut_cell(&t->cells[i], width);
	column->width = MAX(width, column->head.width);
}

bool
table_fits(struct table *t, struct table_look look)
{
	widen_for_groups(t);
	return !is_too_wide(t, look);
}

void
table_format(struct table *t, struct table_look look, struct strbuf *out)
{
	widen_for_groups(t);
	if (is_too_wide(t, look)) {
		if (table_has_labels(t))
			table_format_stacked(t, look, out);
		else
			table_format_wrapped(t, look, out);
		return;
	}
	if (t->column_count > 0)
		cut_last_column(t, look);
	add_groups(t, look, out);
	add_header(t, look, out);
	for (size_t r = 0; r < t->row_count; r++) {
		struct line line = { .out = out, .owed = look.indent, .colour = look.colour };

		for (size_t c = 0; c < t->column_count; c++) {
			size_t i = r * t->column_count + c;

			if (i < t->cell_count)
				line_cell(&line, &t->cells[i], &t->columns[c]);
		}
		strbuf_add_char(out, '\n');
	}
}
