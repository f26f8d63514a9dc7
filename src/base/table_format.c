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
		over.width = table_span(t, c, group->span);
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
	strbuf_pad(out, '-', table_span(t, 0, t->column_count));
	strbuf_addf(out, "%s\n", style_end(STYLE_DIM, look.colour));
}

void
table_format(struct table *t, struct table_look look, struct strbuf *out)
{
	if (!table_fit(t, look)) {
		if (table_has_labels(t))
			table_format_stacked(t, look, out);
		else
			table_format_wrapped(t, look, out);
		return;
	}
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
