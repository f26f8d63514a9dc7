#include "cli/object_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/time.h"
#include "base/without_const.h"
#include "cli/command.h"
#include "cli/fields.h"

static int
text_of(const char *name, const char *text, json_t **ret, struct err *e)
{
	*ret = text != NULL ? json_string(text) : NULL;
	if (text != NULL && *ret == NULL)
		return err_set(e, -EINVAL, "%s is not UTF-8 text", name);
	return 0;
}

static int
texts_of(const char *name, const struct cli_strings *texts, json_t **ret, struct err *e)
{
	json_auto_t *list = json_array();

	for (size_t i = 0; i < texts->count; i++) {
		json_t *text = NULL;
		int r = text_of(name, texts->items[i], &text, e);

		if (r < 0)
			return r;
		(void)json_array_append_new(list, text);
	}
	*ret = texts->count > 0 ? TAKE(list) : NULL;
	return 0;
}

static int
number_of(const char *name, const char *text, json_t **ret, struct err *e)
{
	json_auto_t *number = text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

	if (text != NULL && !json_is_number(number))
		return err_set(e, -EINVAL, "%s: \"%s\" is not a number", name, text);
	*ret = TAKE(number);
	return 0;
}

static int
value_of(const struct object_field *f, const void *options, json_t **ret, struct err *e)
{
	const void *at = (const char *)options + f->offset;
	const struct duration *time = at;
	const uint32_t *count = at;
	const char *const *text = at;
	const int *index = at;

	switch (f->type) {
	case OBJECT_TEXT:
		return text_of(f->name, *text, ret, e);
	case OBJECT_TEXTS:
		return texts_of(f->name, at, ret, e);
	case OBJECT_COUNT:
		*ret = *count != OBJECT_NOT_GIVEN ? json_integer(*count) : NULL;
		return 0;
	case OBJECT_SECONDS:
		*ret = time->ns >= 0 ? json_integer(time->ns / NS_PER_S) : NULL;
		return 0;
	case OBJECT_NUMBER:
		return number_of(f->name, *text, ret, e);
	case OBJECT_CHOICE:
		*ret = *index >= 0 ? json_string(f->names[*index]) : NULL;
		return 0;
	case OBJECT_YES:
		*ret = *index >= 0 ? json_boolean(*index) : NULL;
		return 0;
	case OBJECT_FILE:
		*ret = NULL;
		return 0;
	}
	abort();
}

int
object_add_fields(
    json_t *object, const struct object_field *fields, const void *options, struct err *e)
{
	for (; fields->name != NULL; fields++) {
		json_t *value = NULL;
		int r = value_of(fields, options, &value, e);

		if (r < 0)
			return r;
		if (value != NULL)
			(void)json_object_set_new(object, fields->name, value);
	}
	return 0;
}

static void
add_list(const json_t *list, struct strbuf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		if (i > 0)
			strbuf_add_char(out, ' ');
		object_value_text(item, out);
	}
}

void
object_value_text(const json_t *value, struct strbuf *out)
{
	_cleanup_(freep) char *text = NULL;

	if (value == NULL || json_is_null(value))
		return;
	if (json_is_string(value))
		strbuf_add(out, json_string_value(value));
	else if (json_is_boolean(value))
		strbuf_add(out, json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		add_list(value, out);
	else if (!json_is_object(value) || json_object_size(value) > 0) {
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
		strbuf_add(out, text != NULL ? text : "");
	}
}

static void
add_cell(struct table *t, const json_t *value)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	object_value_text(value, &text);
	table_add_cell(t, text.len > 0 ? strbuf_get(&text) : "-");
}

/* Of a list "am6 +2". */
static void
add_brief(struct table *t, const json_t *value)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	size_t items = json_array_size(value);

	field_add_brief_time(t, json_string_value(value));
	if (items <= 1)
		return;
	object_value_text(json_array_get(value, 0), &text);
	strbuf_addf(&text, " +%zu", items - 1);
	table_add_brief(t, strbuf_get(&text));
}

void
object_list_text(const json_t *items, const struct object_column *columns, struct table_look look,
    struct strbuf *out)
{
	struct table *t = table_new();
	const json_t *item;
	size_t i;

	for (const struct object_column *c = columns; c->head != NULL; c++) {
		table_add_column(t, c->head, c->align);
		if (c->worth > 0)
			table_may_leave_out(t, c->worth);
	}
	json_array_foreach (items, i, item) {
		table_add_row(t);
		for (const struct object_column *c = columns; c->head != NULL; c++) {
			add_cell(t, json_object_get(item, c->key));
			add_brief(t, json_object_get(item, c->key));
		}
	}
	if (json_array_size(items) > 0)
		table_format(t, look, out);
	table_free(t);
}

#define SECONDS "_seconds"

/* "quarantine_seconds": 604800 as "quarantine", "7d"; "max_ipv4" as "max ipv4". */
static void
add_member(struct table *t, const char *key, const json_t *value)
{
	_cleanup_(freep) char *words = xstrdup(key);
	char time[DURATION_STR_MAX];
	size_t len = strlen(key);
	bool is_time = len > strlen(SECONDS) && json_is_integer(value) &&
		       strcmp(key + len - strlen(SECONDS), SECONDS) == 0;

	if (is_time)
		words[len - strlen(SECONDS)] = '\0';
	for (char *c = words; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	table_add_cell(t, words);
	if (is_time)
		table_add_cell(t, duration_format(DURATION_S(json_integer_value(value)), time));
	else
		add_cell(t, value);
}

void
object_text(const json_t *object, struct strbuf *out)
{
	struct table *t = table_new();
	const char *key;
	json_t *value;

	table_add_column(t, "", TABLE_LEFT);
	table_add_column(t, "", TABLE_LEFT);
	/* its macro takes no const */
	json_object_foreach (without_const(object), key, value) {
		table_add_row(t);
		add_member(t, key, value);
	}
	table_format(t, (struct table_look){ 0 }, out);
	table_free(t);
}
