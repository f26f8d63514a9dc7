#include "cli/yaml_json.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define DEPTH_MAX 32

struct reading {
	const char *name;
	struct err *e;
};

static int read_node(const struct reading *g, struct fy_node *node, unsigned depth, json_t **ret);

static int
complain(const struct reading *g, struct fy_node *node, const char *what)
{
	struct fy_token *token =
	    node != NULL && fy_node_is_scalar(node) ? fy_node_get_scalar_token(node) : NULL;
	const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;

	if (mark == NULL)
		return err_set(g->e, -EINVAL, "%s: %s", g->name, what);
	return err_set(g->e, -EINVAL, "%s:%d: %s", g->name, mark->line + 1, what);
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

	if (first == NULL)
		return complain(g, NULL, "nothing stands in it");
	return err_set(g->e, -EINVAL, "%s:%d: %s", g->name, first->line, first->msg);
}

int
yaml_json(const char *name, const char *text, size_t len, json_t **ret, struct err *e)
{
	const struct reading g = { .name = name, .e = e };
	struct fy_diag_cfg quiet;
	_cleanup_(diag_freep) struct fy_diag *diag = NULL;
	_cleanup_(document_freep) struct fy_document *document = NULL;
	struct fy_parse_cfg how = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG };

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
