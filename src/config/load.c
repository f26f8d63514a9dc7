/* From a file's name or text to a finished struct conf, or to the text of what is wrong. */
#include "config/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct conf_node *
find_child(const struct conf_node *map, const char *key)
{
	for (struct conf_node *n = map->first; n; n = n->next) {
		if (n->key && strcmp(n->key->text, key) == 0)
			return n;
	}
	return NULL;
}

static void
append(struct conf_node *map, struct conf_node *first, struct conf_node *last, size_t count)
{
	if (first == NULL)
		return;
	if (map->last)
		map->last->next = first;
	else
		map->first = first;
	map->last = last;
	map->count += count;
}

/* The maps of the addition into those of the same keys. */
static void
add_tree(struct conf_node *tree, struct conf_node *added)
{
	for (struct conf_node *n = added->first, *next; n; n = next) {
		struct conf_node *own = find_child(tree, n->key->text);

		next = n->next;
		n->next = NULL;
		if (own && own->kind == CONF_NODE_MAP && n->kind == CONF_NODE_MAP)
			append(own, n->first, n->last, n->count);
		else
			append(tree, n, n, 1);
	}
}

/* NULL: reported. */
static struct conf_node *
parse(struct conf *c)
{
	size_t own = MIN(c->added_at, c->source.len);
	struct conf_node *tree = conf_yaml_parse(c, 0, own), *added;

	if (tree == NULL)
		return NULL;
	conf_secret_find(c, tree);
	if (c->added_at == SIZE_MAX)
		return tree;
	added = conf_yaml_parse(c, c->added_at, c->source.len - c->added_at);
	if (added == NULL)
		return NULL;
	conf_secret_find(c, added);
	if (tree->kind == CONF_NODE_MAP && added->kind == CONF_NODE_MAP)
		add_tree(tree, added);
	return tree;
}

static int
load(struct conf *c, const char *text, size_t len, const struct conf_schema *schema)
{
	const struct conf_node *tree;

	conf_secret_keys(c, schema);
	if (!conf_source_init(c, text, len))
		return -EINVAL;
	tree = parse(c);
	if (tree == NULL)
		return -EINVAL;
	conf_walk(c, schema, tree);
	conf_marks_sort(c);
	for (size_t i = 0; i < c->pending_count; i++)
		c->pending[i].schema->check(c, c->pending[i].object);
	return c->error_count > 0 ? -EINVAL : 0;
}

static struct conf *
conf_new(const char *name)
{
	struct conf *c = xcalloc(1, sizeof(*c));

	c->arena = arena_new();
	c->name = arena_strdup(c->arena, name);
	c->added_at = SIZE_MAX;
	return c;
}

int
conf_load_text(const char *name, const char *text, size_t len, const struct conf_schema *schema,
    struct conf **ret, struct strbuf *errors)
{
	_cleanup_(conf_freep) struct conf *c = conf_new(name);
	int r;

	if (len > CONF_FILE_MAX) {
		strbuf_addf(errors, "%s: larger than %u bytes\n", name, CONF_FILE_MAX);
		return -EFBIG;
	}
	r = load(c, text, len, schema);
	if (r < 0) {
		conf_errors_format(c, errors);
		return r;
	}
	*ret = TAKE(c);
	return 0;
}

int
conf_load_text_told(const char *name, const char *text, size_t len,
    const struct conf_schema *schema, struct conf **ret, conf_error_fn fn, void *userdata)
{
	_cleanup_(conf_freep) struct conf *c = conf_new(name);
	int r;

	if (len > CONF_FILE_MAX) {
		fn(userdata, 1, "is too large");
		return -EFBIG;
	}
	r = load(c, text, len, schema);
	if (r < 0) {
		conf_errors_tell(c, fn, userdata);
		return r;
	}
	*ret = TAKE(c);
	return 0;
}

/* Both, with a line's end between them. */
static void
join(struct strbuf *both, const char *text, size_t len, const struct conf_addition *added)
{
	strbuf_add_mem(both, text, len);
	strbuf_add_char(both, '\n');
	strbuf_add_mem(both, added->text, added->len);
}

/* What was read before is taken from there, while it is loaded; NULL: nothing was. */
static int
load_told(struct conf *c, const char *text, size_t len, const struct conf_schema *schema,
    const struct conf *before, conf_error_fn fn, void *userdata)
{
	int r;

	c->before = before;
	r = load(c, text, len, schema);
	c->before = NULL;
	if (r < 0)
		conf_errors_tell(c, fn, userdata);
	return r;
}

static int
load_added(const char *name, const char *text, size_t len, const struct conf_addition *added,
    const struct conf_schema *schema, const struct conf *before, struct conf **ret,
    conf_error_fn fn, void *userdata)
{
	_cleanup_(conf_freep) struct conf *c = conf_new(name);
	_cleanup_(strbuf_done) struct strbuf both = { 0 };
	size_t mark = len >= strlen(CONF_BOM) && memcmp(text, CONF_BOM, strlen(CONF_BOM)) == 0
			  ? strlen(CONF_BOM)
			  : 0;
	char *own;
	int r;

	if (len > CONF_FILE_MAX || added->len > CONF_FILE_MAX) {
		fn(userdata, 1, "is too large");
		return -EFBIG;
	}
	own = arena_alloc(c->arena, len - mark + 1);
	memcpy(own, text + mark, len - mark);
	c->own_text = own;
	c->added_name = arena_strdup(c->arena, added->name);
	c->added_at = len - mark + 1;
	join(&both, text, len, added);
	r = load_told(c, strbuf_get(&both), both.len, schema, before, fn, userdata);
	if (r >= 0)
		*ret = TAKE(c);
	return r;
}

int
conf_load_text_added(const char *name, const char *text, size_t len,
    const struct conf_addition *added, const struct conf_schema *schema, struct conf **ret,
    conf_error_fn fn, void *userdata)
{
	return load_added(name, text, len, added, schema, NULL, ret, fn, userdata);
}

int
conf_load_again(const struct conf *before, const struct conf_addition *added,
    const struct conf_schema *schema, struct conf **ret, conf_error_fn fn, void *userdata)
{
	_cleanup_(conf_freep) struct conf *c = NULL;
	const char *text = conf_text(before);
	int r;

	if (added != NULL)
		return load_added(
		    before->name, text, strlen(text), added, schema, before, ret, fn, userdata);
	c = conf_new(before->name);
	r = load_told(c, text, strlen(text), schema, before, fn, userdata);
	if (r >= 0)
		*ret = TAKE(c);
	return r;
}

/* All of a file, up to one byte more than is allowed. */
static int
read_all(int fd, struct strbuf *out)
{
	char buf[16384];

	while (out->len <= CONF_FILE_MAX) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		strbuf_add_mem(out, buf, (size_t)n);
	}
	return 0;
}

int
conf_load_file(
    const char *path, const struct conf_schema *schema, struct conf **ret, struct strbuf *errors)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : read_all(fd, &text);

	if (fd >= 0)
		(void)close(fd);
	if (r < 0) {
		strbuf_addf(errors, "%s: cannot be read: %s\n", path, strerror(-r));
		return r;
	}
	return conf_load_text(path, strbuf_get(&text), text.len, schema, ret, errors);
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->report_count; i++)
		free(c->reports[i].text);
	free(c->reports);
	free(c->source.lines);
	free(c->marks);
	free(c->pending);
	free(c->secret_keys);
	free(c->hidden);
	arena_free(c->arena);
	free(c);
}

void
conf_freep(struct conf **c)
{
	conf_free(*c);
}

void *
conf_root(const struct conf *c)
{
	return c->root;
}

struct arena *
conf_arena(const struct conf *c)
{
	return c->arena;
}

const char *
conf_name(const struct conf *c)
{
	return c->name;
}

const char *
conf_text(const struct conf *c)
{
	return c->own_text != NULL ? c->own_text : c->source.text;
}

const char *
conf_added_text(const struct conf *c)
{
	return c->added_at != SIZE_MAX ? c->source.text + c->added_at : "";
}
