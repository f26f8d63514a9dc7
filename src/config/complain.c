/* The sentences about keys and kinds: what is there, and what was expected. */
#include "config/internal.h"

#include <string.h>

static const char *
node_is(const struct conf_node *node)
{
	switch (node->kind) {
	case CONF_NODE_LIST:
		return "a list";
	case CONF_NODE_MAP:
		return "a map";
	case CONF_NODE_SCALAR:
		break;
	}
	return NULL;
}

/* "interval: expected a duration such as ..., found a list" */
void
conf_complain_kind(
    struct conf *c, const struct conf_field *f, enum conf_type type, const struct conf_node *node)
{
	struct strbuf text = { 0 };
	struct conf_place place = node->place;

	if (!conf_report_wanted(c)) {
		c->error_count++;
		return;
	}
	if (f->key)
		strbuf_addf(&text, "%s: ", f->key);
	if (node->kind == CONF_NODE_SCALAR && conf_text_is_null(node->text, node->plain)) {
		strbuf_add(&text, "a value is missing; expected ");
		conf_expect(&text, f, type);
		if (node->key)
			place = node->key->place;
	} else {
		strbuf_add(&text, "expected ");
		conf_expect(&text, f, type);
		strbuf_add(&text, ", found ");
		if (node_is(node))
			strbuf_add(&text, node_is(node));
		else
			conf_show_value(&text, node->text, node->plain);
	}
	conf_report(c, place, "%s", strbuf_get(&text));
	strbuf_done(&text);
}

/* The keys of a schema for str_nearest(): ends with NULL. */
static const char **
list_keys(const struct conf_schema *schema)
{
	const char **keys = xcalloc(schema->field_count + 1, sizeof(*keys));
	size_t n = 0;

	for (size_t i = 0; i < schema->field_count; i++) {
		if (!(schema->fields[i].flags & CONF_KEY))
			keys[n++] = schema->fields[i].key;
	}
	return keys;
}

static const struct conf_gone *
find_gone(const struct conf_schema *schema, const char *key)
{
	for (const struct conf_gone *g = schema->gone; g != NULL && g->key != NULL; g++) {
		if (strcmp(g->key, key) == 0)
			return g;
	}
	return NULL;
}

const struct conf_field *
conf_complain_unknown_key(
    struct conf *c, const struct conf_schema *schema, const struct conf_node *key)
{
	const struct conf_gone *gone = find_gone(schema, key->text);
	struct strbuf text = { 0 };
	const char *nearest;

	if (!conf_report_wanted(c)) {
		c->error_count++;
		return NULL;
	}

	_cleanup_(freep) const char **keys = list_keys(schema);

	strbuf_add(&text, "unknown key ");
	conf_show_value(&text, key->text, false);
	strbuf_addf(&text, " of %s; ", schema->what);
	nearest = str_nearest(key->text, keys);
	if (gone) {
		strbuf_add(&text, gone->now);
	} else if (nearest) {
		strbuf_addf(&text, "did you mean \"%s\"?", nearest);
	} else {
		strbuf_add(&text, "expected ");
		conf_expect_names(&text, keys);
	}
	conf_report(c, key->place, "%s", strbuf_get(&text));
	strbuf_done(&text);
	/* a key of former times said something that is said elsewhere now */
	if (gone)
		return NULL;
	c->harmless++;
	return nearest ? conf_find_field(schema, nearest, NULL) : NULL;
}

void
conf_complain_twice(struct conf *c, const struct conf_node *key, const struct conf_node *first)
{
	struct strbuf shown = { 0 };

	conf_show_value(&shown, key->text, false);
	conf_report(c, key->place, "%s was already given at line %zu", strbuf_get(&shown),
	    conf_line_of(c, first->place.start));
	strbuf_done(&shown);
}

/* Whether a key that nobody knows was meant to be this one: it was complained of already. */
static bool
is_misspelt(const struct conf_schema *schema, const struct conf_node *map, const char *key)
{
	_cleanup_(freep) const char **keys = list_keys(schema);

	for (const struct conf_node *value = map->first; value; value = value->next) {
		const char *nearest = NULL;

		if (value->key && !conf_find_field(schema, value->key->text, NULL))
			nearest = str_nearest(value->key->text, keys);
		if (nearest && strcmp(nearest, key) == 0)
			return true;
	}
	return false;
}

void
conf_complain_missing(struct conf *c, const struct conf_schema *schema,
    const struct conf_node *node, const struct conf_node *const *given, struct conf_place place,
    const void *object)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct conf_field *f = &schema->fields[i];
		struct strbuf text = { 0 };

		if (!(f->flags & CONF_REQUIRED) || (f->flags & CONF_KEY) || given[i] ||
		    !conf_field_applies(schema, f, object))
			continue;
		if (!conf_report_wanted(c)) {
			c->error_count++;
			continue;
		}
		if (is_misspelt(schema, node, f->key))
			continue;
		conf_expect(&text, f, f->type);
		conf_report(c, place, "missing key \"%s\" of %s; expected %s", f->key, schema->what,
		    strbuf_get(&text));
		strbuf_done(&text);
	}
}
