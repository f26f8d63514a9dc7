/*
 * YAML to nodes: libfyaml's events, with the limits on depth and number, and without what a
 * configuration has no use for: aliases, tags, merge keys, more documents than one.
 */
#include "config/internal.h"

#include <stdlib.h>
#include <string.h>

#include <libfyaml.h>

struct builder {
	struct conf *c;
	struct conf_node *stack[CONF_DEPTH_MAX];
	struct conf_node *keys[CONF_DEPTH_MAX]; /* of a map: the key that waits for its value */
	size_t depth;
	struct conf_node *root;
	size_t values;
	size_t last; /* past the last byte that was seen */
	bool in_document;
};

static bool
refuse(struct builder *b, struct conf_place place, const char *sentence)
{
	conf_report(b->c, place, "%s", sentence);
	return false;
}

/* Where the parser gives no place (an empty value): the next byte that is neither blank nor comment. */
static struct conf_place
place_of_nothing(const struct builder *b)
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
place_of_token(struct builder *b, struct fy_token *token, bool quoted)
{
	const struct fy_mark *start = token ? fy_token_start_mark(token) : NULL;
	const struct fy_mark *end = token ? fy_token_end_mark(token) : NULL;
	struct conf_place place;

	if (start == NULL || end == NULL)
		return place_of_nothing(b);
	place = (struct conf_place){ .start = start->input_pos, .end = end->input_pos };
	/* the marks of a quoted text are those of what is between the quotes */
	if (quoted && place.start > 0) {
		place.start--;
		place.end++;
	}
	return place;
}

/* Puts a node where it belongs. */
static bool
attach(struct builder *b, struct conf_node *node)
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
		if (node->plain && strcmp(node->text, "<<") == 0)
			return refuse(b, node->place, "merge keys are not supported; write the keys out");
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
open_node(struct builder *b, enum conf_node_kind kind, struct fy_token *token)
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

/* By chunks: fy_token_get_text() of 0.7.12 leaks for a text of many pieces (a long row of escapes). */
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
add_scalar(struct builder *b, struct fy_token *token)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct conf_node *node = arena_alloc(b->c->arena, sizeof(*node));
	enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;

	node->kind = CONF_NODE_SCALAR;
	node->plain = style == FYSS_PLAIN;
	node->place = place_of_token(b, token, style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED);
	b->last = MAX(b->last, node->place.end);
	b->last = MAX(b->last, node->place.start + 1);
	if (token && !read_token(token, &text))
		return refuse(b, node->place, "an escape that is not text");
	node->text = arena_memdup(b->c->arena, strbuf_get(&text), text.len + 1);
	return attach(b, node);
}

static bool
close_node(struct builder *b, struct fy_token *token)
{
	struct conf_node *node = b->stack[--b->depth];
	const struct fy_mark *end = token ? fy_token_end_mark(token) : NULL;

	if (end)
		b->last = MAX(b->last, end->input_pos);
	/* a block map begins with its first key */
	if (node->kind == CONF_NODE_MAP && node->first && node->first->key->place.start <= node->place.start)
		node->place = node->first->key->place;
	return true;
}

static bool
begin_document(struct builder *b, struct fy_token *token)
{
	if (b->in_document)
		return refuse(b, place_of_token(b, token, false), "a second document begins here; expected one");
	b->in_document = true;
	return true;
}

static bool
refuse_properties(struct builder *b, struct fy_token *anchor, struct fy_token *tag)
{
	if (anchor) {
		struct conf_place place = place_of_token(b, anchor, false);

		place.start -= place.start > 0; /* the "&" or "*" */
		return refuse(b, place, "anchors and aliases are not supported; write the value out");
	}
	if (tag)
		return refuse(b, place_of_token(b, tag, false), "tags are not supported; leave it out");
	return true;
}

static bool
take_event(struct builder *b, struct fy_event *e)
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
		return refuse_properties(b, e->scalar.anchor, e->scalar.tag) && add_scalar(b, e->scalar.value);
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

/* A tab among the spaces in front of a line is what the parser stumbles over, whatever it says. */
static bool
report_tab(struct conf *c, size_t line)
{
	for (size_t i = line; i <= line + 1 && i < c->source.line_count; i++) {
		size_t len, blank;
		const char *text = conf_source_line_text(&c->source, i, &len);

		blank = strspn(text, " ");
		if (blank < len && text[blank] == '\t') {
			size_t at = c->source.lines[i] + blank;

			conf_report(c, (struct conf_place){ .start = at, .end = at + 1 },
			    "a tab in the indentation; expected spaces");
			return true;
		}
	}
	return false;
}

static void
report_syntax(struct conf *c, struct fy_diag *diag)
{
	void *iter = NULL;
	const struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iter);
	size_t at = 0;

	if (e) {
		size_t line = e->line > 0 ? (size_t)e->line - 1 : 0;

		if (report_tab(c, line))
			return;
		at = conf_source_offset(&c->source, line, e->column > 0 ? (size_t)e->column - 1 : 0);
	}
	/* what is missing at the end is shown at the last line that has something */
	for (bool at_end = at >= c->source.len; at_end && at > 0 && strchr(" \r\n", c->source.text[at - 1]);)
		at--;
	conf_report(c, (struct conf_place){ .start = at, .end = at + 1 }, "this is not YAML: %s",
	    e ? e->msg : "the parser gave up");
}

static bool
run_parser(struct builder *b, struct fy_parser *parser)
{
	bool ended = false, ok = true;

	while (!ended && ok) {
		struct fy_event *e = fy_parser_parse(parser);

		if (e == NULL)
			break;
		ended = e->type == FYET_STREAM_END;
		ok = take_event(b, e);
		fy_parser_event_free(parser, e);
	}
	return ended && ok;
}

struct conf_node *
conf_tree_parse(struct conf *c)
{
	struct fy_diag_cfg diag_cfg;
	struct builder b = { .c = c };
	bool ok = false;

	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.level = FYET_ERROR;
	diag_cfg.colorize = false;

	struct fy_diag *diag = fy_diag_create(&diag_cfg);

	if (diag == NULL)
		abort();
	fy_diag_set_collect_errors(diag, true);

	const struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag };
	struct fy_parser *parser = fy_parser_create(&cfg);

	if (parser == NULL)
		abort();
	if (fy_parser_set_string(parser, c->source.text, c->source.len) == 0)
		ok = run_parser(&b, parser);
	if (!ok && c->error_count == 0)
		report_syntax(c, diag);
	fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	if (ok && b.root == NULL) {
		conf_report(c, (struct conf_place){ 0 }, "the file is empty");
		ok = false;
	}
	return ok ? b.root : NULL;
}
