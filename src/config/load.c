/* From a file's name or text to a finished struct conf, or to the text of what is wrong. */
#include "config/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
load(struct conf *c, const char *text, size_t len, const struct conf_schema *schema)
{
	const struct conf_node *tree;

	conf_secret_keys(c, schema);
	if (!conf_source_init(c, text, len))
		return -EINVAL;
	tree = conf_yaml_parse(c);
	if (tree == NULL)
		return -EINVAL;
	conf_secret_find(c, tree);
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
	return c->source.text;
}
