#include "base/table_internal.h"

/* The group a column stands in; NULL for none. */
static const struct table_group *
group_of(const struct table *t, size_t column)
{
	for (size_t g = 0; g < t->group_count; g++) {
		const struct table_group *group = &t->groups[g];

		if (column >= group->first && column < group->first + group->span)
			return group;
	}
	return NULL;
}

/* How wide the heads are, with that of their group before them. */
static size_t
label_width(const struct table *t, size_t column)
{
	const struct table_group *group = group_of(t, column);
	size_t width = t->columns[column].head.width;

	if (group != NULL && group->head.width > 0)
		width += group->head.width + 1;
	return width;
}

static size_t
widest_label(const struct table *t)
{
	size_t widest = 0;

	for (size_t c = 1; c < t->column_count; c++) {
		if (t->columns[c].width > 0)
			widest = MAX(widest, label_width(t, c));
	}
	return widest;
}

static void
add_styled(const struct table_cell *cell, enum style style, bool colour, struct strbuf *out)
{
	strbuf_add(out, style_begin(style, colour));
	strbuf_add(out, cell->text);
	strbuf_add(out, style_end(style, colour));
}

static void
add_label(const struct table *t, size_t column, size_t width, bool colour, struct strbuf *out)
{
	const struct table_group *group = group_of(t, column);

	if (group != NULL && group->head.width > 0) {
		add_styled(&group->head, STYLE_DIM, colour, out);
		strbuf_add_char(out, ' ');
	}
	add_styled(&t->columns[column].head, STYLE_DIM, colour, out);
	strbuf_pad(out, ' ', width - label_width(t, column) + TABLE_GAP);
}

bool
table_has_labels(const struct table *t)
{
	return widest_label(t) > 0;
}

/* What a cell takes with those that are kept together with it. */
static size_t
kept_width(const struct table *t, size_t i)
{
	size_t width = t->cells[i].width;

	for (i++; i < t->cell_count && i % t->column_count > 0; i++) {
		if (!t->columns[i % t->column_count].kept)
			break;
		if (t->cells[i].width > 0)
			width += TABLE_GAP + t->cells[i].width;
	}
	return width;
}

/* Whether a cell begins a new line, behind so much of one. */
static bool
breaks_before(const struct table *t, size_t i, size_t used, struct table_look look, size_t below)
{
	size_t least = t->cells[i].width, whole = kept_width(t, i);

	if (t->columns[i % t->column_count].kept || below + whole > look.columns)
		whole = least;
	return used > below && used + TABLE_GAP + whole > look.columns;
}

/* Below the second column, so that the first one tells the rows apart. */
void
table_format_wrapped(const struct table *t, struct table_look look, struct strbuf *out)
{
	size_t first = t->columns[0].width, used = 0;
	size_t below = look.indent + (first > 0 ? first + TABLE_GAP : 0);

	for (size_t i = 0; i < t->cell_count; i++) {
		const struct table_cell *cell = &t->cells[i];
		size_t column = i % t->column_count, gap;

		if (column == 0) {
			if (i > 0)
				strbuf_add_char(out, '\n');
			used = 0;
		}
		if (cell->width == 0)
			continue;
		if (column == 0)
			gap = look.indent +
			      (t->columns[0].align == TABLE_RIGHT ? first - cell->width : 0);
		else if (used == 0 || used < below)
			gap = below - used;
		else
			gap = TABLE_GAP;
		if (breaks_before(t, i, used, look, below)) {
			strbuf_add_char(out, '\n');
			used = 0;
			gap = below;
		}
		strbuf_pad(out, ' ', gap);
		add_styled(cell, cell->style, look.colour, out);
		used += gap + cell->width;
	}
	if (t->cell_count > 0)
		strbuf_add_char(out, '\n');
}

void
table_format_stacked(const struct table *t, struct table_look look, struct strbuf *out)
{
	size_t width = widest_label(t);

	for (size_t i = 0; i < t->cell_count; i++) {
		const struct table_cell *cell = &t->cells[i];
		size_t column = i % t->column_count;

		if (cell->width == 0)
			continue;
		strbuf_pad(out, ' ', look.indent + (column > 0 ? TABLE_GAP : 0));
		if (column > 0)
			add_label(t, column, width, look.colour, out);
		add_styled(cell,
		    column == 0 && cell->style == STYLE_PLAIN ? STYLE_STRONG : cell->style,
		    look.colour, out);
		strbuf_add_char(out, '\n');
	}
}
