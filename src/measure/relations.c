#include "measure/relations.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/lines.h"

struct relations {
	struct relation_neighbor *items; /* owned; each pair twice, sorted by both numbers */
	size_t count, cap;
};

void
relations_free(struct relations *r)
{
	if (r == NULL)
		return;
	free(r->items);
	free(r);
}

static void
relations_freep(struct relations **r)
{
	relations_free(*r);
}

static int
compare(const void *a, const void *b)
{
	const struct relation_neighbor *x = a, *y = b;

	if (x->of != y->of)
		return x->of < y->of ? -1 : 1;
	return (x->asn > y->asn) - (x->asn < y->asn);
}

/* ---- looking up ---- */

/* The first item that does not come before the key. */
static size_t
lower(const struct relations *r, uint32_t of, uint32_t asn)
{
	const struct relation_neighbor key = { .of = of, .asn = asn };
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&r->items[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum relation
relations_between(const struct relations *r, uint32_t asn, uint32_t neighbor)
{
	size_t at = r ? lower(r, asn, neighbor) : 0;

	if (r == NULL || at == r->count || r->items[at].of != asn || r->items[at].asn != neighbor)
		return RELATION_NONE;
	return r->items[at].relation;
}

const struct relation_neighbor *
relations_of(const struct relations *r, uint32_t asn, size_t *ret_count)
{
	size_t from = r ? lower(r, asn, 0) : 0, to = from;

	while (r && to < r->count && r->items[to].of == asn)
		to++;
	*ret_count = to - from;
	return to > from ? &r->items[from] : NULL;
}

const struct relation_neighbor *
relations_all(const struct relations *r, size_t *ret_count)
{
	*ret_count = r ? r->count : 0;
	return r ? r->items : NULL;
}

const char *
relation_name(enum relation relation)
{
	static const char *const names[] = {
		[RELATION_NONE] = "neighbor",
		[RELATION_PROVIDER] = "provider",
		[RELATION_PEER] = "peer",
		[RELATION_CUSTOMER] = "customer",
	};

	return names[relation];
}

/* ---- a line ---- */

/* The next field, up to a "|" or the end; the place behind it. */
static struct line_word
next_field(const struct lines *l, size_t end, size_t *at)
{
	struct line_word word = { .from = *at };

	word.to = word.from;
	while (word.to < end && l->text[word.to] != '|')
		word.to++;
	*at = word.to < end ? word.to + 1 : end;
	return word;
}

static bool
read_asn(struct lines *l, struct line_word word, uint32_t *ret)
{
	char text[12] = "";

	if (lines_word(l, word, text, sizeof(text)) && parse_u32(text, UINT32_MAX, ret) == 0 &&
	    *ret > 0)
		return true;
	lines_bad(l, word.from, word.to, "expected the number of an AS");
	return false;
}

/* What the second is to the first. */
static bool
read_kind(struct lines *l, struct line_word word, enum relation *ret)
{
	char text[4] = "";
	bool fits = lines_word(l, word, text, sizeof(text));

	*ret = strcmp(text, "-1") == 0 ? RELATION_CUSTOMER : RELATION_PEER;
	if (fits && (*ret == RELATION_CUSTOMER || strcmp(text, "0") == 0))
		return true;
	lines_bad(l, word.from, word.to,
	    "expected -1 (the first is the provider of the second) or 0 (they are peers)");
	return false;
}

static void
add(struct relations *r, uint32_t of, uint32_t asn, enum relation relation)
{
	r->items = grow_array(r->items, r->count, &r->cap, sizeof(*r->items));
	r->items[r->count++] = (struct relation_neighbor){ of, asn, relation };
}

static void
read_line(struct relations *r, struct lines *l)
{
	size_t end = strcspn(l->text, "#"), at = 0;
	struct line_word first, second, third;
	uint32_t a, b;
	enum relation kind;

	while (end > 0 && (l->text[end - 1] == ' ' || l->text[end - 1] == '\t'))
		end--;
	if (end == 0)
		return;
	first = next_field(l, end, &at);
	second = next_field(l, end, &at);
	third = next_field(l, end, &at);
	if (!read_asn(l, first, &a) || !read_asn(l, second, &b) || !read_kind(l, third, &kind))
		return;
	if (a == b) {
		lines_bad(l, second.from, second.to, "this is the same network");
		return;
	}
	add(r, a, b, kind);
	add(r, b, a, kind == RELATION_CUSTOMER ? RELATION_PROVIDER : RELATION_PEER);
}

/* ---- the file ---- */

static int
refuse_twice(const struct relations *r, const char *name, struct err *e)
{
	for (size_t i = 1; i < r->count; i++) {
		if (compare(&r->items[i - 1], &r->items[i]) == 0)
			return err_set(e, -EEXIST,
			    "%s: AS%" PRIu32 " and AS%" PRIu32 " are there twice", name,
			    r->items[i].of, r->items[i].asn);
	}
	return 0;
}

static bool
read_next(void *userdata, struct lines *l)
{
	struct relations *r = userdata;

	if (r->count / 2 == RELATIONS_MAX)
		return false;
	read_line(r, l);
	return true;
}

static int
load(struct lines *l, struct relations **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(relations_freep) struct relations *r = xcalloc(1, sizeof(*r));
	int got;

	got = lines_read_whole(l, read_next, r, RELATIONS_MAX, "pairs", report, e);
	if (got < 0)
		return got;
	if (r->count > 0)
		qsort(r->items, r->count, sizeof(*r->items), compare);
	got = refuse_twice(r, l->name, e);
	if (got == 0)
		*ret = TAKE(r);
	return got;
}

int
relations_load_file(const char *path, struct relations **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(lines_done) struct lines l;
	int r = lines_open(&l, path, e);

	return r < 0 ? r : load(&l, ret, report, e);
}

int
relations_load_text(const char *name, const char *text, struct relations **ret,
    struct strbuf *report, struct err *e)
{
	_cleanup_(lines_done) struct lines l;

	lines_open_text(&l, name, text);
	return load(&l, ret, report, e);
}
