#include "controller/call.h"

#include "base/strbuf.h"
#include "controller/cursor.h"

#define PAGE_USUAL 100
#define PAGE_MAX 1000

static int
read_limit(struct call *c, int64_t *ret)
{
	const char *text = call_query(c, "limit");
	uint32_t n;

	*ret = PAGE_USUAL;
	if (text == NULL)
		return 0;
	if (parse_u32(text, PAGE_MAX, &n) < 0 || n == 0)
		return call_problem_parameter(c, "limit", "expected 1 to %d", PAGE_MAX);
	*ret = n;
	return 0;
}

static int
read_cursor(struct call *c, const char *first, char key[CURSOR_KEY_MAX + 1])
{
	const char *text = call_query(c, "cursor");

	(void)snprintf(key, CURSOR_KEY_MAX + 1, "%s", first);
	if (text != NULL && !cursor_read(text, key))
		return call_problem_parameter(
		    c, "cursor", "expected the \"next\" of a page before");
	return 0;
}

int
call_list(struct call *c, const struct call_list *list, const struct store_value *values, size_t n)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct store_value all[8];
	char key[CURSOR_KEY_MAX + 1], cursor[CURSOR_SIZE] = "";
	json_auto_t *items = json_array();
	int64_t limit;
	int r;

	r = read_limit(c, &limit);
	if (r == 0)
		r = read_cursor(c, list->first != NULL ? list->first : "", key);
	if (r < 0)
		return r;
	all[0] = SQL_TEXT(key);
	all[1] = SQL_INT(limit + 1);
	for (size_t i = 0; i < n; i++)
		all[2 + i] = values[i];
	r = store_query_values(c->store, &rows, c->e, list->sql, all, n + 2);
	while (r >= 0 && store_next(&rows)) {
		json_t *item;

		if ((int64_t)json_array_size(items) == limit) {
			cursor_write(key, cursor);
			break;
		}
		(void)snprintf(key, sizeof(key), "%s", store_text(&rows, 0));
		item = columns_json(&rows, list->columns, list->column_count);
		(void)json_array_append_new(items, item);
		if (list->finish != NULL)
			r = list->finish(c, item);
	}
	if (r < 0)
		return r;
	return call_answer(c, 200,
	    json_pack("{s:O, s:s?}", "items", items, "next", cursor[0] != '\0' ? cursor : NULL), 0);
}

int
call_object(struct call *c, const struct column *columns, size_t column_count, json_t **ret,
    const char *sql, const struct store_value *values, size_t n)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query_values(c->store, &rows, c->e, sql, values, n);

	*ret = r >= 0 && store_next(&rows) ? columns_json(&rows, columns, column_count) : NULL;
	return r < 0 ? r : 0;
}
