#include "measure/origins_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/lines.h"

void
origins_free(struct origins *o)
{
	if (o == NULL)
		return;
	prefix_map_done(&o->by_prefix);
	arena_free(o->arena);
	free(o->items);
	free(o);
}

size_t
origins_count(const struct origins *o)
{
	return o->count;
}

static void
origins_freep(struct origins **o)
{
	origins_free(*o);
}

const struct origin *
origins_find(const struct origins *o, struct ip address)
{
	uint32_t index;

	if (o == NULL || !prefix_map_longest(&o->by_prefix, &o->lengths, address, &index))
		return NULL;
	return &o->items[index];
}

/* ---- a line ---- */

struct cursor {
	struct lines *lines;
	size_t at, end; /* the rest of the line, without its comment */
};

/* False: there is none; then it is the place where it should be. */
static bool
next_word(struct cursor *c, struct line_word *ret)
{
	const char *text = c->lines->text;

	while (c->at < c->end && (text[c->at] == ' ' || text[c->at] == '\t'))
		c->at++;
	ret->from = c->at;
	while (c->at < c->end && text[c->at] != ' ' && text[c->at] != '\t')
		c->at++;
	ret->to = c->at;
	return ret->to > ret->from;
}

static int
bad_prefix(struct cursor *c, struct line_word word, int r)
{
	if (r == -EDOM)
		lines_bad(
		    c->lines, word.from, word.to, "bits are set behind the length of the prefix");
	else
		lines_bad(c->lines, word.from, word.to,
		    "expected a prefix such as 192.0.2.0/24, or its address and its length");
	return r;
}

/* The length of a prefix that stands in a word of its own. */
static int
read_length(struct cursor *c, struct line_word address, struct prefix *p)
{
	struct line_word word;
	char text[4] = "";
	uint32_t len;

	if (!next_word(c, &word) || !lines_word(c->lines, word, text, sizeof(text)) ||
	    parse_u32(text, ip_bits(p->addr.family), &len) < 0) {
		lines_bad(c->lines, word.from, word.to,
		    "expected the length of the prefix, 0 to %u", ip_bits(p->addr.family));
		return -EINVAL;
	}
	p->len = (uint8_t)len;
	if (!prefix_equal(prefix_mask(*p), *p))
		return bad_prefix(c, (struct line_word){ address.from, word.to }, -EDOM);
	return 0;
}

/* 1: filled; 0: the line is empty. */
static int
read_prefix(struct cursor *c, struct prefix *ret, struct line_word *ret_word)
{
	char text[PREFIX_STR_MAX] = "";
	struct line_word word;
	int r;

	if (!next_word(c, &word))
		return 0;
	*ret_word = word;
	if (!lines_word(c->lines, word, text, sizeof(text)))
		return bad_prefix(c, word, -EINVAL);
	if (strchr(text, '/') != NULL) {
		r = prefix_parse(text, ret);
		return r < 0 ? bad_prefix(c, word, r) : 1;
	}
	if (ip_parse(text, &ret->addr) < 0)
		return bad_prefix(c, word, -EINVAL);
	r = read_length(c, word, ret);
	return r < 0 ? r : 1;
}

static int
read_asn(struct lines *l, struct line_word word, uint32_t *ret)
{
	char text[16] = "";
	const char *digits = text;

	if (lines_word(l, word, text, sizeof(text)) && strncmp(text, "AS", 2) == 0)
		digits += 2;
	/* 0 is no AS's number: RFC 7607 */
	if (parse_u32(digits, UINT32_MAX, ret) < 0 || *ret == 0) {
		lines_bad(
		    l, word.from, word.to, "expected an AS number, 1 to %" PRIu32, UINT32_MAX);
		return -EINVAL;
	}
	return 0;
}

/* Gives how many there are. */
static int
read_asns(struct cursor *c, uint32_t asns[static ORIGIN_ASNS_MAX])
{
	struct line_word word;
	int count = 0;

	(void)next_word(c, &word);
	for (size_t from = word.from;; from++) {
		size_t len = strcspn(c->lines->text + from, "_,");
		struct line_word one = { from, MIN(from + len, word.to) };

		if (count == ORIGIN_ASNS_MAX) {
			lines_bad(c->lines, word.from, word.to, "more than %d AS numbers",
			    ORIGIN_ASNS_MAX);
			return -E2BIG;
		}
		if (read_asn(c->lines, one, &asns[count++]) < 0)
			return -EINVAL;
		from = one.to;
		if (from == word.to)
			return count;
	}
}

/* The rest of the line; NULL: nothing is there. */
static int
read_name(struct cursor *c, struct arena *arena, const char **ret)
{
	struct line_word word;
	size_t to;

	*ret = NULL;
	if (!next_word(c, &word))
		return 0;
	for (to = c->end; c->lines->text[to - 1] == ' ' || c->lines->text[to - 1] == '\t';)
		to--;
	if (to - word.from > ORIGIN_NAME_MAX) {
		lines_bad(
		    c->lines, word.from, to, "the name is longer than %d bytes", ORIGIN_NAME_MAX);
		return -E2BIG;
	}
	*ret = arena_printf(arena, "%.*s", (int)(to - word.from), c->lines->text + word.from);
	return 0;
}

/* ---- the file ---- */

/* Neighbours in a file are often of the same network: they share its numbers. */
static const uint32_t *
keep_asns(struct origins *o, const uint32_t *asns, size_t count)
{
	const struct origin *last = o->count > 0 ? &o->items[o->count - 1] : NULL;

	if (last && last->count == count && memcmp(last->asns, asns, count * sizeof(*asns)) == 0)
		return last->asns;
	return arena_memdup(o->arena, asns, count * sizeof(*asns));
}

static void
read_line(struct origins *o, struct lines *l)
{
	struct cursor c = { .lines = l, .end = strcspn(l->text, "#") };
	struct origin item = { 0 };
	struct line_word word;
	uint32_t asns[ORIGIN_ASNS_MAX], index;
	int count;

	if (read_prefix(&c, &item.prefix, &word) <= 0)
		return;
	if (prefix_map_get(&o->by_prefix, item.prefix, &index)) {
		lines_bad(l, word.from, word.to, "this prefix is there twice");
		return;
	}
	count = read_asns(&c, asns);
	if (count < 0 || read_name(&c, o->arena, &item.name) < 0)
		return;
	item.asns = keep_asns(o, asns, (size_t)count);
	item.count = (size_t)count;
	prefix_map_put(&o->by_prefix, item.prefix, (uint32_t)o->count);
	prefix_lengths_add(&o->lengths, item.prefix);
	o->items = grow_array(o->items, o->count, &o->cap, sizeof(*o->items));
	o->items[o->count++] = item;
}

static bool
read_next(void *userdata, struct lines *l)
{
	struct origins *o = userdata;

	if (o->count == ORIGINS_MAX)
		return false;
	read_line(o, l);
	return true;
}

static int
load(struct lines *l, struct origins **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(origins_freep) struct origins *o = xcalloc(1, sizeof(*o));
	int r;

	o->arena = arena_new();
	r = lines_read_whole(l, read_next, o, ORIGINS_MAX, "prefixes", report, e);
	if (r == 0)
		*ret = TAKE(o);
	return r;
}

int
origins_load_file(const char *path, struct origins **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(lines_done) struct lines l;
	int r = lines_open(&l, path, e);

	return r < 0 ? r : load(&l, ret, report, e);
}

int
origins_load_text(
    const char *name, const char *text, struct origins **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(lines_done) struct lines l;

	lines_open_text(&l, name, text);
	return load(&l, ret, report, e);
}
