/*
 * The parser's events to nodes, with the limits on depth and number, and without what a
 * configuration has no use for: aliases, tags, merge keys, more documents than one.
 */
#include "config/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <libfyaml.h>

static bool
refuse(struct conf_builder *b, struct conf_place place, const char *sentence)
{
	conf_report(b->c, place, "%s", sentence);
	return false;
}

/* Where the parser gives no place (an empty value): the next byte that is neither blank nor
 * comment. */
static struct conf_place
place_of_nothing(const struct conf_builder *b)
{
	const struct conf_source *s = &b->c->source;
	size_t at = MIN(b->last, s->len);

	while (at < s->len && strchr(" \t\r\n#", s->text[at])) {
		if (s->text[at] == '#')
			at += strcspn(s->text + at, "\n");
		else
			at++;
	}
	return (struct conf_place){ .start = at, .end = MIN(at + 1, s->len) };
}

static struct conf_place
place_of_token(struct conf_builder *b, struct fy_token *token, bool quoted)
{
	const struct fy_mark *start = token ? fy_token_start_mark(token) : NULL;
	const struct fy_mark *end = token ? fy_token_end_mark(token) : NULL;
	struct conf_place place;

	if (start == NULL || end == NULL)
		return place_of_nothing(b);
	place = (struct conf_place){ .start = b->from + start->input_pos,
		.end = b->from + end->input_pos };
	/* the marks of a quoted text are those of what is between the quotes */
	if (quoted && place.start > 0) {
		place.start--;
		place.end++;
	}
	return place;
}

/* Puts a node where it belongs. */
static bool
attach(struct conf_builder *b, struct conf_node *node)
{
	struct conf_node *parent = b->depth > 0 ? b->stack[b->depth - 1] : NULL;
	struct conf_node **key = b->depth > 0 ? &b->keys[b->depth - 1] : NULL;

	if (++b->values > CONF_VALUES_MAX)
		return refuse(b, node->place, "too many values for one file");
	if (parent == NULL) {
		b->root = node;
		return true;
	}
	if (parent->kind == CONF_NODE_MAP && *key == NULL) {
		if (node->kind != CONF_NODE_SCALAR)
			return refuse(b, node->place, "a key must be a word, not a list or map");
		if (strlen(node->text) > CONF_KEY_BYTES_MAX)
			return refuse(b, node->place, "a key of more than 128 bytes");
		if (node->plain && strcmp(node->text, "<<") == 0)
			return refuse(
			    b, node->place, "merge keys are not supported; write the keys out");
		*key = node;
		return true;
	}
	if (parent->kind == CONF_NODE_MAP)
		node->key = TAKE(*key);
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	parent->count++;
	return true;
}

static bool
open_node(struct conf_builder *b, enum conf_node_kind kind, struct fy_token *token)
{
	struct conf_node *node = arena_alloc(b->c->arena, sizeof(*node));

	node->kind = kind;
	node->place = place_of_token(b, token, false);
	node->place.end = node->place.start + 1;
	b->last = MAX(b->last, node->place.start);
	if (b->depth == CONF_DEPTH_MAX)
		return refuse(b, node->place, "too deeply nested");
	if (!attach(b, node))
		return false;
	b->keys[b->depth] = NULL;
	b->stack[b->depth++] = node;
	return true;
}

/* Valid UTF-8 without NUL: escapes ("\0", "\ud800") can make what the file itself may not hold. */
static bool
is_text(const char *text, size_t len)
{
	uint32_t code = 0;

	for (size_t at = 0, n; at < len; at += n) {
		n = conf_utf8_take(text + at, len - at, &code);
		if (n == 0 || code == 0)
			return false;
	}
	return true;
}

/* By chunks: fy_token_get_text() of 0.7.12 leaks for a text of many pieces (a long row of escapes).
 */
static bool
read_token(struct fy_token *token, struct strbuf *ret)
{
	struct fy_token_iter *iter = fy_token_iter_create(token);
	const struct fy_iter_chunk *chunk = NULL;
	int r = 0;

	if (iter == NULL)
		abort();
	while ((chunk = fy_token_iter_chunk_next(iter, chunk, &r)) != NULL)
		strbuf_add_mem(ret, chunk->str, chunk->len);
	fy_token_iter_destroy(iter);
	return r == 0 && is_text(strbuf_get(ret), ret->len);
}

static bool
add_scalar(struct conf_builder *b, struct fy_token *token)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct conf_node *node = arena_alloc(b->c->arena, sizeof(*node));
	enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;

	node->kind = CONF_NODE_SCALAR;
	node->plain = style == FYSS_PLAIN;
	node->place =
	    place_of_token(b, token, style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED);
	b->last = MAX(b->last, node->place.end);
	b->last = MAX(b->last, node->place.start + 1);
	if (token && !read_token(token, &text))
		return refuse(b, node->place, "an escape that is not text");
	node->text = arena_memdup(b->c->arena, strbuf_get(&text), text.len + 1);
	return attach(b, node);
}

static bool
close_node(struct conf_builder *b, struct fy_token *token)
{
	struct conf_node *node = b->depth > 0 ? b->stack[--b->depth] : NULL;
	const struct fy_mark *end = token ? fy_token_end_mark(token) : NULL;

	assert(node != NULL); /* the parser closes what it has opened */
	if (end)
		b->last = MAX(b->last, b->from + end->input_pos);
	/* a block map begins with its first key */
	if (node->kind == CONF_NODE_MAP && node->first &&
	    node->first->key->place.start <= node->place.start)
		node->place = node->first->key->place;
	return true;
}

static bool
begin_document(struct conf_builder *b, struct fy_token *token)
{
	if (b->in_document)
		return refuse(b, place_of_token(b, token, false),
		    "a second document begins here; expected one");
	b->in_document = true;
	return true;
}

static bool
refuse_properties(struct conf_builder *b, struct fy_token *anchor, struct fy_token *tag)
{
	if (anchor) {
		struct conf_place place = place_of_token(b, anchor, false);

		place.start -= place.start > 0; /* the "&" or "*" */
		return refuse(
		    b, place, "anchors and aliases are not supported; write the value out");
	}
	if (tag)
		return refuse(
		    b, place_of_token(b, tag, false), "tags are not supported; leave it out");
	return true;
}

bool
conf_tree_take(struct conf_builder *b, struct fy_event *e)
{
	switch (e->type) {
	case FYET_DOCUMENT_START:
		return begin_document(b, e->document_start.document_start);
	case FYET_MAPPING_START:
		return refuse_properties(b, e->mapping_start.anchor, e->mapping_start.tag) &&
		       open_node(b, CONF_NODE_MAP, e->mapping_start.mapping_start);
	case FYET_SEQUENCE_START:
		return refuse_properties(b, e->sequence_start.anchor, e->sequence_start.tag) &&
		       open_node(b, CONF_NODE_LIST, e->sequence_start.sequence_start);
	case FYET_SCALAR:
		return refuse_properties(b, e->scalar.anchor, e->scalar.tag) &&
		       add_scalar(b, e->scalar.value);
	case FYET_ALIAS:
		return refuse_properties(b, e->alias.anchor, NULL);
	case FYET_MAPPING_END:
		return close_node(b, e->mapping_end.mapping_end);
	case FYET_SEQUENCE_END:
		return close_node(b, e->sequence_end.sequence_end);
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_END:
		break;
	}
	return true;
}
