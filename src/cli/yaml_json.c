#include "cli/yaml_json.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "config/config.h"

#define DEPTH_MAX 32

#define SECRET "password"

struct reading {
	const char *name, *text;
	size_t len;
	struct strbuf *wrong;
};

static int read_node(const struct reading *g, struct fy_node *node, unsigned depth, json_t **ret);

static int
complain_at(const struct reading *g, int line, int column, size_t width, const char *what)
{
	conf_show_place(g->wrong, g->name, g->text, g->len,
	    (struct conf_spot){ (size_t)MAX(line, 0), (size_t)MAX(column, 0), width, SECRET },
	    what);
	return -EINVAL;
}

/* The first scalar of it: what is no scalar has no place of its own here. */
static struct fy_token *
first_token(struct fy_node *node)
{
	void *at = NULL;

	while (node != NULL && !fy_node_is_scalar(node) && !fy_node_is_alias(node)) {
		struct fy_node_pair *pair =
		    fy_node_is_mapping(node) ? fy_node_mapping_get_by_index(node, 0) : NULL;

		at = NULL;
		node = pair != NULL ? fy_node_pair_key(pair) : fy_node_sequence_iterate(node, &at);
	}
	return node != NULL ? fy_node_get_scalar_token(node) : NULL;
}

static int
complain(const struct reading *g, struct fy_node *node, const char *what)
{
	struct fy_token *token = first_token(node);
	const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;
	const struct fy_mark *end = token != NULL ? fy_token_end_mark(token) : NULL;

	if (mark == NULL) {
		strbuf_addf(g->wrong, "%s: %s\n", g->name, what);
		return -EINVAL;
	}
	return complain_at(g, mark->line, mark->column,
	    end != NULL && end->line == mark->line ? (size_t)(end->column - mark->column) : 0,
	    what);
}

static int
read_scalar(const struct reading *g, struct fy_node *node, json_t **ret)
{
	size_t len = 0;
	const char *text = fy_node_get_scalar(node, &len);
	bool plain = fy_node_get_style(node) == FYNS_PLAIN;
	json_t *value = NULL;

	if (plain && (len == 0 || (len == 1 && *text == '~')))
		value = json_null();
	else if (plain)
		value = json_loadb(text, len, JSON_DECODE_ANY, NULL);
	if (value == NULL || json_is_object(value) || json_is_array(value)) {
		json_decref(value);
		value = json_stringn(text != NULL ? text : "", len);
	}
	*ret = value;
	return value != NULL ? 0 : complain(g, node, "expected UTF-8 text");
}

static int
read_list(const struct reading *g, struct fy_node *node, unsigned depth, json_t **ret)
{
	json_auto_t *list = json_array();
	struct fy_node *item;
	void *at = NULL;

	while ((item = fy_node_sequence_iterate(node, &at)) != NULL) {
		json_t *value = NULL;
		int r = read_node(g, item, depth, &value);

		if (r < 0)
			return r;
		(void)json_array_append_new(list, value);
	}
	*ret = TAKE(list);
	return 0;
}

static int
add_pair(const struct reading *g, struct fy_node_pair *pair, unsigned depth, json_t *object)
{
	struct fy_node *key = fy_node_pair_key(pair);
	json_auto_t *name = NULL;
	const char *text;
	json_t *value = NULL;
	size_t len = 0;
	int r;

	if (key == NULL || !fy_node_is_scalar(key))
		return complain(g, key, "expected a word as the key");
	text = fy_node_get_scalar(key, &len);
	name = json_stringn(text != NULL ? text : "", len);
	if (name == NULL || strlen(json_string_value(name)) != len)
		return complain(g, key, "expected a word as the key");
	if (json_object_get(object, json_string_value(name)) != NULL)
		return complain(g, key, "this key is there twice");
	r = read_node(g, fy_node_pair_value(pair), depth, &value);
	if (r >= 0)
		(void)json_object_set_new(object, json_string_value(name), value);
	return r;
}

static int
read_object(const struct reading *g, struct fy_node *node, unsigned depth, json_t **ret)
{
	json_auto_t *object = json_object();
	struct fy_node_pair *pair;
	void *at = NULL;

	while ((pair = fy_node_mapping_iterate(node, &at)) != NULL) {
		int r = add_pair(g, pair, depth, object);

		if (r < 0)
			return r;
	}
	*ret = TAKE(object);
	return 0;
}

static int
read_node(const struct reading *g, struct fy_node *node, unsigned depth, json_t **ret)
{
	if (depth == 0)
		return complain(g, node, "too many levels");
	if (node == NULL) {
		*ret = json_null();
		return 0;
	}
	if (fy_node_is_alias(node))
		return complain(g, node, "aliases are not read");
	if (fy_node_is_mapping(node))
		return read_object(g, node, depth - 1, ret);
	if (fy_node_is_sequence(node))
		return read_list(g, node, depth - 1, ret);
	return read_scalar(g, node, ret);
}

static void
document_freep(struct fy_document **document)
{
	fy_document_destroy(*document);
}

static void
diag_freep(struct fy_diag **diag)
{
	fy_diag_destroy(*diag);
}

/* What libfyaml has found first. */
static int
complain_of_text(const struct reading *g, struct fy_diag *diag)
{
	void *at = NULL;
	const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &at);
	_cleanup_(freep) char *what = NULL;

	if (first == NULL)
		return complain(g, NULL, "nothing stands in it");
	what = xasprintf("this is not YAML: %s", first->msg);
	return complain_at(g, first->line - 1, first->column - 1, 0, what);
}

/* Neither does a configuration have it; some of it keeps the parser busy for ever. */
static int
look_at_bytes(const struct reading *g)
{
	size_t at = 0;
	const char *refusal = conf_text_refusal(g->text, g->len, &at);
	int line = 0, column = 0;

	if (refusal == NULL)
		return 0;
	for (size_t i = 0; i < at; i++) {
		line += g->text[i] == '\n';
		/* a byte that goes on is no column of its own */
		column = g->text[i] == '\n' ? 0 : column + ((g->text[i] & 0xc0) != 0x80);
	}
	return complain_at(g, line, column, 0, refusal);
}

int
yaml_json(const char *name, const char *text, size_t len, json_t **ret, struct strbuf *wrong)
{
	const struct reading g = { .name = name, .text = text, .len = len, .wrong = wrong };
	struct fy_diag_cfg quiet;
	_cleanup_(diag_freep) struct fy_diag *diag = NULL;
	_cleanup_(document_freep) struct fy_document *document = NULL;
	struct fy_parse_cfg how = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG };

	if (look_at_bytes(&g) < 0)
		return -EINVAL;
	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	diag = fy_diag_create(&quiet);
	if (diag == NULL)
		abort();
	fy_diag_set_collect_errors(diag, true);
	how.diag = diag;
	document = fy_document_build_from_string(&how, text, len);
	if (document == NULL)
		return complain_of_text(&g, diag);
	if (fy_document_root(document) == NULL)
		return complain(&g, NULL, "nothing stands in it");
	return read_node(&g, fy_document_root(document), DEPTH_MAX, ret);
}
