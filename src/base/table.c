#include "base/table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define TABLE_GAP 2 /* blanks between columns; groups stand apart by as many more */

struct cell {
	char *text; /* owned; NULL for none */
	size_t width;
	enum style style;
};

struct column {
	struct cell head;
	enum table_align align;
	size_t width;
	size_t before; /* blanks more than the gap, before the first of a group */
};

struct group {
	struct cell head;
	size_t first, span; /* columns */
};

struct table {
	struct column *columns; /* owned */
	size_t column_count, column_cap;
	struct group *groups; /* owned; from left to right */
	size_t group_count, group_cap;
	struct cell
	    *cells; /* owned; row by row, each of column_count cells, the last may be short */
	size_t cell_count, cell_cap;
	size_t row_count;
};

struct table *
table_new(void)
{
	return xcalloc(1, sizeof(struct table));
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->cell_count; i++)
		free(t->cells[i].text);
	for (size_t i = 0; i < t->column_count; i++)
		free(t->columns[i].head.text);
	for (size_t i = 0; i < t->group_count; i++)
		free(t->groups[i].head.text);
	free(t->cells);
	free(t->columns);
	free(t->groups);
	free(t);
}

void
table_freep(struct table **t)
{
	table_free(*t);
}

static struct cell
cell_make(const char *text, enum style style)
{
	struct strbuf b = { 0 };
	struct cell cell = { .style = style };

	strbuf_add_printable(&b, text);
	cell.text = strbuf_take(&b);
	cell.width = utf8_width(cell.text);
	return cell;
}

void
table_add_column(struct table *t, const char *head, enum table_align align)
{
	struct column column = { .head = cell_make(head, STYLE_STRONG), .align = align };

	assert(t->row_count == 0);
	column.width = column.head.width;
	if (t->group_count > 0 && t->groups[t->group_count - 1].first == t->column_count)
		column.before = TABLE_GAP;
	t->columns = grow_array(t->columns, t->column_count, &t->column_cap, sizeof(*t->columns));
	t->columns[t->column_count++] = column;
}

void
table_add_group(struct table *t, const char *head, size_t span)
{
	struct group group = {
		.head = cell_make(head, STYLE_STRONG), .first = t->column_count, .span = span
	};

	assert(span > 0);
	t->groups = grow_array(t->groups, t->group_count, &t->group_cap, sizeof(*t->groups));
	t->groups[t->group_count++] = group;
}

static void
push(struct table *t, struct cell cell)
{
	assert(t->cell_count < t->row_count * t->column_count);
	t->cells = grow_array(t->cells, t->cell_count, &t->cell_cap, sizeof(*t->cells));
	t->cells[t->cell_count++] = cell;
}

void
table_add_row(struct table *t)
{
	assert(t->column_count > 0);
	while (t->cell_count < t->row_count * t->column_count)
		push(t, (struct cell){ 0 });
	t->row_count++;
}

static void
push_text(struct table *t, enum style style, const char *text)
{
	struct cell cell = cell_make(text, style);
	struct column *column;

	push(t, cell);
	column = &t->columns[(t->cell_count - 1) % t->column_count];
	column->width = MAX(column->width, cell.width);
}

static _printf_(3, 0) void
push_format(struct table *t, enum style style, const char *fmt, va_list ap)
{
	_cleanup_(freep) char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	push_text(t, style, text);
}

void
table_add_cell(struct table *t, const char *text)
{
	push_text(t, STYLE_PLAIN, text);
}

void
table_add_cellf(struct table *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push_format(t, STYLE_PLAIN, fmt, ap);
	va_end(ap);
}

void
table_add_styled(struct table *t, enum style style, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push_format(t, style, fmt, ap);
	va_end(ap);
}

/* One line being laid out: blanks are owed until text follows, so none are left at the end. */
struct line {
	struct strbuf *out;
	size_t owed;
	bool colour;
};

static void
line_cell(struct line *l, const struct cell *cell, const struct column *column)
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
		const struct group *group = &t->groups[g];
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
	const struct group *group = t->groups, *end = group + t->group_count;

	if (t->group_count == 0)
		return;
	for (size_t c = 0; c < t->column_count; c++) {
		struct column over = { .align = TABLE_LEFT, .width = t->columns[c].width };
		const struct cell none = { 0 };

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
cut_cell(struct cell *cell, size_t width)
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
	size_t wide = look.indent + span_width(t, 0, t->column_count), last = t->column_count - 1;
	struct column *column = &t->columns[last];
	size_t width;

	if (look.columns == 0 || wide <= look.columns || column->width <= TABLE_LEAST)
		return;
	width = column->width - MIN(column->width - TABLE_LEAST, wide - look.columns);
	for (size_t i = last; i < t->cell_count; i += t->column_count)
		cut_cell(&t->cells[i], width);
	column->width = MAX(width, column->head.width);
}

void
table_format(struct table *t, struct table_look look, struct strbuf *out)
{
	widen_for_groups(t);
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
