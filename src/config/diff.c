/*
 * What differs between two loaded objects: one walk over the schema serves those who show it and
 * those who act on it.
 */
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"

/* Of an object that is a field of another, or its item. */
struct differ {
	conf_diff_fn fn;
	void *userdata;
	struct strbuf *where; /* what is around it */
};

static void diff_objects(
    const struct differ *d, const struct conf_schema *schema, const void *was, const void *is);

/* As it stands in the file; nothing: it does not. */
static void
value_text(const struct conf_field *f, enum conf_type type, const void *value, struct strbuf *out)
{
	if (conf_is_absent(f, value))
		strbuf_add(out, "none");
	else
		conf_print_scalar(out, f, type, value);
}

static void
tell(const struct differ *d, const struct conf_field *f, const char *item, const char *was,
    const char *is)
{
	struct conf_difference difference = {
		.where = strbuf_get(d->where), .field = f, .item = item, .was = was, .is = is
	};

	d->fn(d->userdata, &difference);
}

static bool
same_secret(const void *was, const void *is)
{
	const char *a = *(const char *const *)was, *b = *(const char *const *)is;

	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
diff_scalars(const struct differ *d, const struct conf_field *f, const void *was, const void *is)
{
	_cleanup_(strbuf_done) struct strbuf old = { 0 }, new = { 0 };
	bool same;

	value_text(f, f->type, was, &old);
	value_text(f, f->type, is, &new);
	same = f->type == CONF_SECRET ? same_secret(was, is)
				      : strcmp(strbuf_get(&old), strbuf_get(&new)) == 0;
	if (!same)
		tell(d, f, NULL, strbuf_get(&old), strbuf_get(&new));
}

/* ---- lists of scalars ---- */

/* An item; of a secret more can differ than is shown. */
struct item {
	const char *text;  /* what is compared */
	const char *shown; /* as it stands in what is printed */
};

struct items {
	struct item *items;
	size_t count;
};

static struct items
items_of(struct arena *arena, const struct conf_field *f, const struct conf_list *list)
{
	struct items ret = { .count = list->count };
	size_t size = conf_type_size(f->schema, f->item);
	const struct conf_field one = conf_item_field(f);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	ret.items = arena_alloc(arena, (list->count + 1) * sizeof(*ret.items));
	for (size_t i = 0; i < list->count; i++) {
		const char *value = (const char *)list->items + i * size;
		struct item *item = &ret.items[i];

		text.len = 0;
		conf_print_scalar(&text, &one, one.type, value);
		item->shown = arena_strdup(arena, strbuf_get(&text));
		item->text = one.type == CONF_SECRET ? *(const char *const *)value : item->shown;
	}
	return ret;
}

static bool
same_items(const struct items *a, const struct items *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->items[i].text, b->items[i].text) != 0)
			return false;
	}
	return true;
}

static char *
join(const struct items *t)
{
	struct strbuf out = { 0 };

	for (size_t i = 0; i < t->count; i++)
		strbuf_addf(&out, "%s%s", i == 0 ? "[" : ", ", t->items[i].shown);
	strbuf_add(&out, "]");
	return strbuf_take(&out);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->text, ((const struct item *)b)->text);
}

static int
by_shown(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->shown, ((const struct item *)b)->shown);
}

/* What of two sorted lists comes next: below 0 that of a alone, above 0 that of b, 0 both. */
static int
next_of(const struct items *a, size_t i, const struct items *b, size_t k,
    int (*compare)(const void *, const void *))
{
	if (i == a->count)
		return 1;
	return k == b->count ? -1 : compare(&a->items[i], &b->items[k]);
}

/* Leaves what only one of them has, each. */
static void
drop_common(struct items *a, struct items *b)
{
	size_t i = 0, k = 0, left_a = 0, left_b = 0;

	qsort(a->items, a->count, sizeof(*a->items), by_text);
	qsort(b->items, b->count, sizeof(*b->items), by_text);
	while (i < a->count || k < b->count) {
		int order = next_of(a, i, b, k, by_text);

		if (order < 0)
			a->items[left_a++] = a->items[i];
		else if (order > 0)
			b->items[left_b++] = b->items[k];
		i += order <= 0;
		k += order >= 0;
	}
	a->count = left_a;
	b->count = left_b;
}

/* Those that look alike and are not the same are secrets. */
static void
tell_items(
    const struct differ *d, const struct conf_field *f, struct items *was, struct items *is)
{
	size_t i = 0, k = 0;

	qsort(was->items, was->count, sizeof(*was->items), by_shown);
	qsort(is->items, is->count, sizeof(*is->items), by_shown);
	while (i < was->count || k < is->count) {
		int order = next_of(was, i, is, k, by_shown);
		const char *old = order <= 0 ? was->items[i].shown : NULL;
		const char *new = order >= 0 ? is->items[k].shown : NULL;

		tell(d, f, old ? old : new, old, new);
		i += order <= 0;
		k += order >= 0;
	}
}

static void
diff_lists(const struct differ *d, const struct conf_field *f, const void *was, const void *is)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct items old = items_of(arena, f, was), new = items_of(arena, f, is);
	_cleanup_(freep) char *old_text = NULL, *new_text = NULL;

	if (same_items(&old, &new))
		return;
	old_text = join(&old);
	new_text = join(&new);
	drop_common(&old, &new);
	if (old.count == 0 && new.count == 0)
		tell(d, f, NULL, old_text, new_text); /* in another order */
	else
		tell_items(d, f, &old, &new);
}

/* ---- objects ---- */

/* "an animal" is called "animal lion". */
static const char *
kind_of(const struct conf_schema *schema)
{
	const char *space = strchr(schema->what, ' ');
	bool article = str_starts_with(schema->what, "a ") || str_starts_with(schema->what, "an ");

	return article && space ? space + 1 : schema->what;
}

static void
diff_inside(const struct differ *d, const struct conf_schema *schema, const char *name,
    const void *was, const void *is)
{
	size_t before = d->where->len;

	strbuf_addf(d->where, "%s: ", name);
	diff_objects(d, schema, was, is);
	d->where->len = before;
	d->where->text[before] = '\0';
}

static void
diff_object_lists(
    const struct differ *d, const struct conf_field *f, const void *was, const void *is)
{
	const struct conf_list *old = was, *new = is;

	for (size_t i = 0; i < MAX(old->count, new->count); i++) {
		const char *a = (const char *)old->items + i * f->schema->size;
		const char *b = (const char *)new->items + i * f->schema->size;
		_cleanup_(freep) char *name = xasprintf("%s %zu", kind_of(f->schema), i + 1);

		if (i < old->count && i < new->count)
			diff_inside(d, f->schema, name, a, b);
		else
			tell(
			    d, f, name, i < old->count ? name : NULL, i < new->count ? name : NULL);
	}
}

struct named {
	char *name; /* owned */
	const void *object;
	size_t order;
};

static int
compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
compare_order(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

/* By name. */
static struct named *
names_of(const struct conf_field *f, const struct conf_list *map)
{
	const struct conf_field *key = conf_key_field(f->schema);
	struct named *names = xcalloc(map->count + 1, sizeof(*names));

	for (size_t i = 0; i < map->count; i++) {
		const char *object = (const char *)map->items + i * f->schema->size;
		struct strbuf text = { 0 };

		strbuf_addf(&text, "%s ", kind_of(f->schema));
		conf_print_scalar(&text, key, key->type, object + key->offset);
		names[i] = (struct named){ strbuf_take(&text), object, i };
	}
	qsort(names, map->count, sizeof(*names), compare_named);
	return names;
}

static int
compare_to_name(const void *key, const void *element)
{
	const struct named *named = element;

	return strcmp(key, named->name);
}

static const struct named *
find_named(const struct named *names, size_t count, const char *name)
{
	return bsearch(name, names, count, sizeof(*names), compare_to_name);
}

/* What went first, then what is there now, each in the order of its file. */
static void
diff_maps(const struct differ *d, const struct conf_field *f, const void *was, const void *is)
{
	size_t old_count = ((const struct conf_list *)was)->count;
	size_t new_count = ((const struct conf_list *)is)->count;
	struct named *old = names_of(f, was), *new = names_of(f, is);
	_cleanup_(freep) struct named *in_order =
	    xcalloc(MAX(old_count, new_count) + 1, sizeof(*new));

	memcpy(in_order, old, old_count * sizeof(*old));
	qsort(in_order, old_count, sizeof(*in_order), compare_order);
	for (size_t i = 0; i < old_count; i++) {
		if (find_named(new, new_count, in_order[i].name) == NULL)
			tell(d, f, in_order[i].name, in_order[i].name, NULL);
	}
	memcpy(in_order, new, new_count * sizeof(*new));
	qsort(in_order, new_count, sizeof(*in_order), compare_order);
	for (size_t i = 0; i < new_count; i++) {
		const char *name = in_order[i].name;
		const struct named *before = find_named(old, old_count, name);

		if (before)
			diff_inside(d, f->schema, name, before->object, in_order[i].object);
		else
			tell(d, f, name, NULL, name);
	}
	for (size_t i = 0; i < old_count; i++)
		free(old[i].name);
	for (size_t i = 0; i < new_count; i++)
		free(new[i].name);
	free(old);
	free(new);
}

static void
diff_objects(
    const struct differ *d, const struct conf_schema *schema, const void *was, const void *is)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct conf_field *f = &schema->fields[i];
		const void *a = (const char *)was + f->offset, *b = (const char *)is + f->offset;

		if ((f->flags & CONF_KEY) ||
		    (!conf_field_applies(schema, f, was) && !conf_field_applies(schema, f, is)))
			continue;
		if (f->type == CONF_STRUCT)
			diff_inside(d, f->schema, f->key, a, b);
		else if (f->type == CONF_MAP)
			diff_maps(d, f, a, b);
		else if (f->type != CONF_LIST)
			diff_scalars(d, f, a, b);
		else if (conf_type_is_scalar(f->item))
			diff_lists(d, f, a, b);
		else
			diff_object_lists(d, f, a, b);
	}
}

void
conf_diff(const struct conf_schema *schema, const void *was, const void *is, conf_diff_fn fn,
    void *userdata)
{
	_cleanup_(strbuf_done) struct strbuf where = { 0 };
	const struct differ d = { .fn = fn, .userdata = userdata, .where = &where };

	diff_objects(&d, schema, was, is);
}

/* What is shown is the same, but not the secret behind it. */
static const char *
hidden_difference(const struct conf_difference *d)
{
	bool same = d->was != NULL && d->is != NULL && strcmp(d->was, d->is) == 0;

	if (!same)
		return NULL;
	return d->field->type == CONF_LIST && d->item == NULL ? "in another order" : "another one";
}

void
conf_difference_format(const struct conf_difference *d, struct strbuf *out)
{
	const char *fate = d->was == NULL ? "added" : "removed";
	const char *hidden = hidden_difference(d);
	const struct conf_field *f = d->field;

	strbuf_add(out, d->where);
	if (d->item != NULL && f->schema != NULL)
		strbuf_addf(out, "%s: %s", d->item, fate);
	else if (d->item != NULL && hidden != NULL)
		strbuf_addf(out, "%s: %s: %s", f->key, d->item, hidden);
	else if (d->item != NULL)
		strbuf_addf(out, "%s: %s %s", f->key, d->item, fate);
	else if (hidden != NULL)
		strbuf_addf(out, "%s: %s", f->key, hidden);
	else
		strbuf_addf(out, "%s: %s → %s", f->key, d->was, d->is);
}

static void
note_cost(void *userdata, const struct conf_difference *d)
{
	bool *is_live = userdata;

	*is_live = *is_live && (d->field->flags & CONF_LIVE);
}

bool
conf_diff_is_live(const struct conf_schema *schema, const void *was, const void *is)
{
	bool is_live = true;

	conf_diff(schema, was, is, note_cost, &is_live);
	return is_live;
}
