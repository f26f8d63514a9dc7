/*
 * The filters of a list. A misspelt one would give an empty list, which looks like an answer; so a
 * word or name that is none is a wrong parameter, and the problem says what there is.
 */
#include "controller/call_filter.h"

#include <assert.h>
#include <string.h>

#include "base/strbuf.h"

/* "expected drain or hold" */
static int
refuse_word(struct call *c, const struct call_filter *f)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	for (size_t i = 0; f->words[i] != NULL; i++) {
		if (i > 0)
			strbuf_add(&out, f->words[i + 1] != NULL ? ", " : " or ");
		strbuf_add(&out, f->words[i]);
	}
	return call_problem_parameter(c, f->name, "expected %s", strbuf_get(&out));
}

static int
refuse_name(struct call *c, const struct call_filter *f, const char *text)
{
	const char *nearest = f->known != NULL ? str_nearest(text, f->known) : NULL;

	return call_problem_parameter(c, f->name, "%s \"%s\"%s%s%s", f->missing, text,
	    nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
	    nearest != NULL ? "?" : "");
}

/* Whether the store has what is called so. */
static int
look_for(struct call *c, const struct call_filter *f, const char *text)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *project = c->project[0] != '\0' ? c->project : c->caller.project;
	int r = store_query_values(c->store, &rows, c->e, f->sql,
	    VALUES(SQL_TEXT(text), SQL_TEXT(project)), f->of_project ? 2 : 1);

	if (r < 0)
		return r;
	return store_next(&rows) ? 0 : refuse_name(c, f, text);
}

static int
check(struct call *c, const struct call_filter *f, const char *text)
{
	if (f->words != NULL)
		return f->words[str_index(text, f->words)] != NULL ? 0 : refuse_word(c, f);
	if (f->known != NULL && f->known[str_index(text, f->known)] != NULL)
		return 0;
	return f->sql != NULL ? look_for(c, f, text) : 0;
}

int
call_filters_check(struct call *c, const struct call_filter *filters, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r >= 0; i++) {
		const char *text = call_query(c, filters[i].name);

		if (text != NULL && *text != '\0')
			r = check(c, &filters[i], text);
	}
	return r;
}

void
call_filters_said(const struct call *c, const struct call_filter *filters, size_t count,
    struct store_value *values)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = call_query(c, filters[i].name);

		values[i] = SQL_TEXT(text != NULL ? text : "");
	}
}

int
call_filters(
    struct call *c, const struct call_filter *filters, size_t count, struct store_value *values)
{
	call_filters_said(c, filters, count, values);
	return call_filters_check(c, filters, count);
}

int
call_list_filtered(struct call *c, const struct call_list *list, const char *project,
    const struct call_filter *filters, size_t count)
{
	struct store_value values[1 + CALL_FILTERS_MAX] = { SQL_TEXT(project) };
	int r;

	assert(count <= CALL_FILTERS_MAX);
	r = call_filters(c, filters, count, values + 1);
	return r < 0 ? r : call_list(c, list, values, 1 + count);
}
