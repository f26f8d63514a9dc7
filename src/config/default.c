/*
 * What the file leaves out. The text of a default is a programmer's, so what is wrong with it is
 * the programmer's error.
 */
#include "config/internal.h"

#include <assert.h>
#include <string.h>

static void
set_scalar(
    struct conf *c, const struct conf_field *f, enum conf_type type, const char *text, void *out)
{
	struct strbuf why = { 0 };
	bool ok = conf_scalar_parse(f, type, text, true, c->arena, out, &why);

	assert(ok);
	(void)ok;
	strbuf_done(&why);
}

/* "[a, b]": scalars only. */
static void
set_list(struct conf *c, const struct conf_field *f, struct conf_place place, struct conf_list *out)
{
	const struct conf_field item = conf_item_field(f);
	size_t size = conf_type_size(f->schema, f->item);
	char *text = arena_strdup(c->arena, f->def), *end = strchr(text, ']'), *rest = NULL;
	char *items;

	assert(*text == '[' && end != NULL && conf_type_is_scalar(f->item));
	*end = '\0';
	items = arena_alloc(c->arena, strlen(text) * size);
	out->items = items;
	for (char *word = strtok_r(text + 1, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest))
		set_scalar(c, &item, item.type, word, items + out->count++ * size);
	/* an item is no part of the object, and has to be found at its place all the same */
	if (out->count > 0)
		conf_mark_add(c, items, out->count * size, place, false);
}

static void
set_default(struct conf *c, const struct conf_field *f, struct conf_place place, void *out)
{
	if (f->type == CONF_LIST)
		set_list(c, f, place, out);
	else
		set_scalar(c, f, f->type, f->def, out);
}

void
conf_set_defaults(struct conf *c, const struct conf_schema *schema,
    const struct conf_node *const *given, struct conf_place place, void *object)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct conf_field *f = &schema->fields[i];
		void *out = (char *)object + f->offset;

		if ((given && given[i]) || !conf_field_applies(schema, f, object))
			continue;
		if (f->def)
			set_default(c, f, place, out);
		else if (f->type == CONF_STRUCT)
			conf_set_defaults(c, f->schema, NULL, place, out);
	}
}
