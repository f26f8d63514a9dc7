/*
 * What no excerpt of a file may show: the values of keys that are secret.
 *
 * They are found by the name of the key alone, wherever it stands: a password is one also where
 * nobody expects it, below a key that nobody knows, or when its own key is misspelt. In a file that
 * is YAML the values are exactly known; of one that is not, all is hidden that may belong to one on
 * the line that is shown.
 */
#include "config/internal.h"

#include <stdlib.h>
#include <string.h>

static bool
is_listed(const char *const *keys, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static void
add_keys(struct conf *c, const struct conf_schema *schema, size_t *count, size_t *cap, size_t depth)
{
	for (size_t i = 0; i < schema->field_count && depth < CONF_DEPTH_MAX; i++) {
		const struct conf_field *f = &schema->fields[i];

		if (f->schema)
			add_keys(c, f->schema, count, cap, depth + 1);
		if ((f->type != CONF_SECRET && !(f->type == CONF_LIST && f->item == CONF_SECRET)) ||
		    is_listed(c->secret_keys, *count, f->key))
			continue;
		c->secret_keys = grow_array(c->secret_keys, *count, cap, sizeof(*c->secret_keys));
		c->secret_keys[(*count)++] = f->key;
	}
}

void
conf_secret_keys(struct conf *c, const struct conf_schema *schema)
{
	size_t count = 0, cap = 0;

	add_keys(c, schema, &count, &cap, 0);
	c->secret_keys = grow_array(c->secret_keys, count, &cap, sizeof(*c->secret_keys));
	c->secret_keys[count] = NULL;
}

static void
hide_scalar(struct conf *c, const struct conf_node *node)
{
	if (node->kind != CONF_NODE_SCALAR || node->place.end <= node->place.start)
		return;
	c->hidden = grow_array(c->hidden, c->hidden_count, &c->hidden_cap, sizeof(*c->hidden));
	c->hidden[c->hidden_count++] = node->place;
}

/* Below a key that is secret everything is, keys too: a password may have been taken for one. */
static void
find(struct conf *c, const struct conf_node *node, bool secret)
{
	if (secret && node->key)
		hide_scalar(c, node->key);
	if (node->key && str_nearest(node->key->text, c->secret_keys))
		secret = true;
	if (secret)
		hide_scalar(c, node);
	for (const struct conf_node *value = node->first; value; value = value->next)
		find(c, value, secret);
}

void
conf_secret_find(struct conf *c, const struct conf_node *root)
{
	if (c->secret_keys[0])
		find(c, root, false);
	c->is_yaml = true;
}

/* The first of the hidden values that ends after an offset. */
static size_t
first_after(const struct conf *c, size_t offset)
{
	size_t low = 0, high = c->hidden_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->hidden[middle].end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
mask_values(const struct conf *c, size_t start, size_t len, bool *hide)
{
	for (size_t i = first_after(c, start); i < c->hidden_count; i++) {
		const struct conf_place *p = &c->hidden[i];

		if (p->start >= start + len)
			break;
		for (size_t at = MAX(p->start, start); at < MIN(p->end, start + len); at++)
			hide[at - start] = true;
	}
}

/* Where the value begins, if that key stands at that place; 0: it does not. */
static size_t
value_of_key(const char *text, size_t len, size_t at, const char *key)
{
	size_t n = strlen(key);

	if (len - at < n || memcmp(text + at, key, n) != 0)
		return 0;
	at += n;
	if (at < len && strchr("'\"", text[at]))
		at++;
	while (at < len && strchr(" \t", text[at]))
		at++;
	return at < len && text[at] == ':' ? at + 1 : 0;
}

/* In braces an unquoted value ends at a comma or a bracket; others may go on to the line's end. */
static size_t
mask_to_end(const char *text, size_t len, size_t at, bool *hide)
{
	bool braces = memchr(text, '{', at) != NULL;

	while (at < len && strchr(" \t", text[at]))
		at++;
	braces = braces && at < len && !strchr("'\"", text[at]);
	for (; at < len && !(braces && strchr(",[]{}", text[at])); at++)
		hide[at] = true;
	return at;
}

static size_t
indent_of(const char *line)
{
	return strspn(line, " \t");
}

/* Whether the line holds a secret key, quoted or not. */
static bool
has_secret_key(const struct conf *c, const char *text)
{
	size_t len = strcspn(text, "\n");

	for (size_t at = 0; at < len; at++) {
		for (const char *const *key = (const char *const *)c->secret_keys; *key; key++) {
			if (value_of_key(text, len, at, *key) > 0)
				return true;
		}
	}
	return false;
}

/* Whether the line belongs to a secret key further up, which is less indented. */
static bool
is_below_secret_key(const struct conf *c, size_t line)
{
	const struct conf_source *s = &c->source;
	size_t indent = indent_of(s->text + s->lines[line]);

	while (line-- > 0 && indent > 0) {
		const char *above = s->text + s->lines[line];
		size_t its = indent_of(above);

		if (its >= indent || strchr("\r\n", above[its]))
			continue;
		if (has_secret_key(c, above))
			return true;
		indent = its;
	}
	return false;
}

static void
mask_guesses(const struct conf *c, size_t line, const char *text, size_t len, bool *hide)
{
	if (is_below_secret_key(c, line)) {
		for (size_t at = indent_of(text); at < len; at++)
			hide[at] = true;
		return;
	}
	for (size_t at = 0; at < len; at++) {
		for (const char *const *key = (const char *const *)c->secret_keys; *key; key++) {
			size_t value = value_of_key(text, len, at, *key);

			if (value > 0) {
				at = mask_to_end(text, len, value, hide) - 1;
				break;
			}
		}
	}
}

void
conf_secret_mask(const struct conf *c, size_t line, const char *text, size_t len, bool *hide)
{
	if (c->is_yaml)
		mask_values(c, c->source.lines[line], len, hide);
	else
		mask_guesses(c, line, text, len, hide);
}
