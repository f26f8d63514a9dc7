#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/table_internal.h"

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
	for (size_t i = 0; i < t->cell_count; i++) {
		free(t->cells[i].text);
		free(t->cells[i].brief);
	}
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

static struct table_cell
cell_make(const char *text, enum style style)
{
	struct strbuf b = { 0 };
	struct table_cell cell = { .style = style };

	strbuf_add_printable(&b, text);
	cell.text = strbuf_take(&b);
	cell.width = utf8_width(cell.text);
	return cell;
}

void
table_add_column(struct table *t, const char *head, enum table_align align)
{
	struct table_column column = { .head = cell_make(head, STYLE_STRONG), .align = align };

	assert(t->row_count == 0);
	if (t->group_count > 0 && t->groups[t->group_count - 1].first == t->column_count)
		column.before = TABLE_GAP;
	t->columns = grow_array(t->columns, t->column_count, &t->column_cap, sizeof(*t->columns));
	t->columns[t->column_count++] = column;
}

void
table_may_leave_out(struct table *t, unsigned worth)
{
	assert(t->column_count > 0);
	t->columns[t->column_count - 1].worth = worth;
}

void
table_keep_together(struct table *t)
{
	assert(t->column_count > 1);
	t->columns[t->column_count - 1].kept = true;
}

void
table_add_group(struct table *t, const char *head, size_t span)
{
	struct table_group group = {
		.head = cell_make(head, STYLE_STRONG), .first = t->column_count, .span = span
	};

	assert(span > 0);
	t->groups = grow_array(t->groups, t->group_count, &t->group_cap, sizeof(*t->groups));
	t->groups[t->group_count++] = group;
}

static void
push(struct table *t, struct table_cell cell)
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
		push(t, (struct table_cell){ 0 });
	t->row_count++;
}

static void
push_text(struct table *t, enum style style, const char *text)
{
	push(t, cell_make(text, style));
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

void
table_add_brief(struct table *t, const char *text)
{
	struct table_cell brief = cell_make(text, STYLE_PLAIN);

	assert(t->cell_count > 0 && t->cells[t->cell_count - 1].brief == NULL);
	t->cells[t->cell_count - 1].brief = brief.text;
}
