/* The walk: nodes into the structs of the schema, and every error on the way. */
#include "config/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void load_value(
    struct conf *c, const struct conf_field *f, const struct conf_node *node, void *out);
static void load_object(struct conf *c, const struct conf_schema *schema,
    const struct conf_node *node, struct conf_place place, void *object);

static struct conf_place
place_of_key(const struct conf_node *node)
{
	return node->key ? node->key->place : node->place;
}

static void
load_scalar(struct conf *c, const struct conf_field *f, enum conf_type type,
    const struct conf_node *node, void *out)
{
	struct strbuf why = { 0 };

	if (node->kind != CONF_NODE_SCALAR || conf_text_is_null(node->text, node->plain)) {
		conf_complain_kind(c, f, type, node);
		return;
	}
	conf_mark_add(c, out, conf_type_size(NULL, type), node->place, true);
	if (!conf_scalar_parse(f, type, node->text, node->plain, c->arena, out, &why))
		conf_report(c, node->place, "%s%s%s", f->key ? f->key : "", f->key ? ": " : "",
		    strbuf_get(&why));
	strbuf_done(&why);
}

const struct conf_field *
conf_find_field(const struct conf_schema *schema, const char *key, size_t *ret_index)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct conf_field *f = &schema->fields[i];

		if (!(f->flags & CONF_KEY) && strcmp(f->key, key) == 0) {
			if (ret_index)
				*ret_index = i;
			return f;
		}
	}
	return NULL;
}

static bool
is_object(const struct conf_schema *schema, const struct conf_node *node)
{
	return node->kind == CONF_NODE_MAP ||
	       (node->kind == CONF_NODE_SCALAR && schema->short_key &&
		   !conf_text_is_null(node->text, node->plain));
}

/* How many values could not be read. */
static size_t
unread(const struct conf *c)
{
	return c->error_count - c->harmless;
}

static bool
has_key(const struct conf_node *map, const char *key)
{
	for (const struct conf_node *value = map->first; value; value = value->next) {
		if (strcmp(value->key->text, key) == 0)
			return true;
	}
	return false;
}

/* Whether what is found in the value is about what is in it, and not about it. */
static bool
is_container_of(const struct conf_field *f, const struct conf_node *node)
{
	if (f->type == CONF_LIST)
		return node->kind == CONF_NODE_LIST;
	return (f->type == CONF_MAP || f->type == CONF_STRUCT) && node->kind == CONF_NODE_MAP;
}

/*
 * The value of a key that nobody knows, as that of the key that was meant: so whatever else is wrong
 * is found at once, and nothing is said that would not be true once the key is mended. Where it does
 * not fit there, another key may be meant: then nothing is known of either. False: so it is.
 */
static bool
load_meant(struct conf *c, const struct conf_field *f, const struct conf_node *value, void *out)
{
	size_t errors = c->error_count, reports = c->report_count;

	load_value(c, f, value, out);
	if (c->error_count == errors || is_container_of(f, value))
		return true;
	conf_reports_forget(c, errors, reports);
	c->harmless--;
	return false;
}

/* given: by each field's key; meant: by a key that is near it. */
static void
load_fields(struct conf *c, const struct conf_schema *schema, const struct conf_node *map,
    const struct conf_node **given, const struct conf_node **meant, void *object)
{
	for (const struct conf_node *value = map->first; value; value = value->next) {
		size_t i;
		const struct conf_field *f = conf_find_field(schema, value->key->text, &i);

		if (f == NULL) {
			f = conf_complain_unknown_key(c, schema, value->key);
			if (f == NULL || has_key(map, f->key))
				continue;
			i = (size_t)(f - schema->fields);
			if (!meant[i] && load_meant(c, f, value, (char *)object + f->offset))
				meant[i] = value;
			continue;
		}
		if (given[i]) {
			conf_complain_twice(c, value->key, given[i]->key);
			continue;
		}
		given[i] = value;
		load_value(c, f, value, (char *)object + f->offset);
	}
}

/* Fills an object from a map, or from the one scalar of its short form. */
static void
load_object(struct conf *c, const struct conf_schema *schema, const struct conf_node *node,
    struct conf_place place, void *object)
{
	_cleanup_(freep) const struct conf_node **given =
	    xcalloc(schema->field_count, sizeof(const struct conf_node *));
	_cleanup_(freep) const struct conf_node **meant =
	    xcalloc(schema->field_count, sizeof(const struct conf_node *));
	size_t i = 0;

	conf_mark_add(c, object, schema->size, place, false);
	if (node->kind == CONF_NODE_MAP) {
		load_fields(c, schema, node, given, meant, object);
	} else {
		const struct conf_field *f = conf_find_field(schema, schema->short_key, &i);

		assert(f != NULL);
		given[i] = node;
		load_value(c, f, node, (char *)object + f->offset);
	}
	conf_refuse_foreign(c, schema, given, object);
	for (i = 0; i < schema->field_count; i++)
		given[i] = given[i] ? given[i] : meant[i];
	conf_complain_missing(c, schema, node, given, place, object);
	conf_set_defaults(c, schema, given, place, object);
}

/* An object is looked at by its check function only when all of it could be read. */
static void
add_check(struct conf *c, const struct conf_schema *schema, void *object, size_t unread_before)
{
	if (schema->check == NULL || unread(c) != unread_before)
		return;
	c->pending = grow_array(c->pending, c->pending_count, &c->pending_cap, sizeof(*c->pending));
	c->pending[c->pending_count++] = (struct conf_pending){ schema, object };
}

static bool
count_is_allowed(struct conf *c, const struct conf_field *f, const struct conf_node *node)
{
	struct strbuf text = { 0 };

	if (conf_limit_allows(f, (int64_t)node->count))
		return true;
	conf_expect_count(&text, f, "items");
	conf_report(c, place_of_key(node), "%s: expected %s, found %zu", f->key, strbuf_get(&text),
	    node->count);
	strbuf_done(&text);
	return false;
}

static void
load_list(
    struct conf *c, const struct conf_field *f, const struct conf_node *list, struct conf_list *out)
{
	const struct conf_field item = conf_item_field(f);
	size_t size = conf_type_size(f->schema, f->item);
	char *items;

	if (!count_is_allowed(c, f, list) || list->count == 0)
		return;
	out->items = items = arena_alloc(c->arena, list->count * size);
	out->count = list->count;
	for (const struct conf_node *node = list->first; node; node = node->next, items += size) {
		if (conf_type_is_scalar(f->item)) {
			load_scalar(c, &item, item.type, node, items);
		} else if (is_object(f->schema, node)) {
			size_t before = unread(c);

			load_object(c, f->schema, node, node->place, items);
			add_check(c, f->schema, items, before);
		} else {
			conf_complain_kind(c, &item, item.type, node);
		}
	}
}

/* A list of one, written as just that. */
static void
load_one(
    struct conf *c, const struct conf_field *f, const struct conf_node *node, struct conf_list *out)
{
	const struct conf_field item = conf_item_field(f);

	out->items = arena_alloc(c->arena, conf_type_size(NULL, f->item));
	out->count = 1;
	load_scalar(c, &item, item.type, node, out->items);
}

const struct conf_field *
conf_key_field(const struct conf_schema *schema)
{
	const struct conf_field *f = schema->fields;

	while (!(f->flags & CONF_KEY)) {
		f++;
		assert(f < schema->fields + schema->field_count); /* what a map's schema has */
	}
	return f;
}

/* A key as a value of its type, and its one way to be written: by that two keys are compared. */
static bool
load_key(struct conf *c, const struct conf_schema *schema, const struct conf_node *key,
    void *object, struct strbuf *ret_canonical)
{
	const struct conf_field *f = conf_key_field(schema);
	void *out = (char *)object + f->offset;
	struct strbuf why = { 0 };
	bool ok;

	conf_mark_add(c, out, conf_type_size(NULL, f->type), key->place, true);
	ok = conf_scalar_parse(f, f->type, key->text, key->plain, c->arena, out, &why);
	if (ok)
		conf_print_scalar(ret_canonical, f, f->type, out);
	else
		conf_report(c, key->place, "as the key of %s: %s", schema->what, strbuf_get(&why));
	strbuf_done(&why);
	return ok;
}

struct map_key {
	char *canonical; /* owned */
	const struct conf_node *key;
};

static int
map_key_cmp(const void *a, const void *b)
{
	const struct map_key *x = a, *y = b;
	int order = strcmp(x->canonical, y->canonical);

	if (order != 0)
		return order;
	return (x->key->place.start > y->key->place.start) -
	       (x->key->place.start < y->key->place.start);
}

static void
refuse_twice(struct conf *c, struct map_key *keys, size_t count)
{
	const struct conf_node *first = NULL;

	if (count > 0)
		qsort(keys, count, sizeof(*keys), map_key_cmp);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(keys[i].canonical, keys[i - 1].canonical) == 0)
			conf_complain_twice(c, keys[i].key, first);
		else
			first = keys[i].key;
	}
	for (size_t i = 0; i < count; i++)
		free(keys[i].canonical);
}

static void
load_map(
    struct conf *c, const struct conf_field *f, const struct conf_node *map, struct conf_list *out)
{
	_cleanup_(freep) struct map_key *keys = xcalloc(map->count, sizeof(*keys));
	size_t key_count = 0;
	char *items;

	if (!count_is_allowed(c, f, map) || map->count == 0)
		return;
	out->items = items = arena_alloc(c->arena, map->count * f->schema->size);
	out->count = map->count;
	for (const struct conf_node *node = map->first; node;
	     node = node->next, items += f->schema->size) {
		struct strbuf canonical = { 0 };
		size_t before = unread(c);

		if (load_key(c, f->schema, node->key, items, &canonical))
			keys[key_count++] = (struct map_key){ strbuf_take(&canonical), node->key };
		if (is_object(f->schema, node))
			load_object(c, f->schema, node, node->key->place, items);
		else
			conf_complain_kind(c,
			    &(struct conf_field){ .key = node->key->text, .schema = f->schema },
			    CONF_STRUCT, node);
		add_check(c, f->schema, items, before);
		strbuf_done(&canonical);
	}
	refuse_twice(c, keys, key_count);
}

static void
load_value(struct conf *c, const struct conf_field *f, const struct conf_node *node, void *out)
{
	if (conf_type_is_scalar(f->type)) {
		load_scalar(c, f, f->type, node, out);
	} else if (f->type == CONF_STRUCT && is_object(f->schema, node)) {
		size_t before = unread(c);

		load_object(c, f->schema, node, place_of_key(node), out);
		add_check(c, f->schema, out, before);
	} else if (f->type == CONF_LIST && node->kind == CONF_NODE_LIST) {
		conf_mark_add(c, out, sizeof(struct conf_list), place_of_key(node), true);
		load_list(c, f, node, out);
	} else if (f->type == CONF_LIST && (f->flags & CONF_OR_ONE) &&
		   node->kind == CONF_NODE_SCALAR) {
		conf_mark_add(c, out, sizeof(struct conf_list), place_of_key(node), true);
		load_one(c, f, node, out);
	} else if (f->type == CONF_MAP && node->kind == CONF_NODE_MAP) {
		conf_mark_add(c, out, sizeof(struct conf_list), place_of_key(node), true);
		load_map(c, f, node, out);
	} else {
		conf_complain_kind(c, f, f->type, node);
	}
}

void
conf_walk(struct conf *c, const struct conf_schema *schema, const struct conf_node *root)
{
	const struct conf_field whole = { .schema = schema };

	if (!is_object(schema, root)) {
		conf_complain_kind(c, &whole, CONF_STRUCT, root);
		return;
	}
	c->root = arena_alloc(c->arena, schema->size);
	load_object(c, schema, root, root->place, c->root);
	add_check(c, schema, c->root, 0);
}
