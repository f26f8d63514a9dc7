#include "measure/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void
weights_free(struct weights *w)
{
	if (w == NULL)
		return;
	prefix_map_done(&w->by_prefix);
	free(w->items);
	free(w);
}

bool
weight_read(struct lines *l, struct weight *ret)
{
	struct line_word words[3];
	size_t count = lines_split(l, words, ARRAY_SIZE(words));
	char text[PREFIX_STR_MAX] = "";
	struct ip ip = { 0 };

	if (count == 0)
		return false;
	if (count != 2) {
		lines_bad(l, 0, l->len, "expected a prefix and a number");
		return false;
	}
	if (!lines_word(l, words[0], text, sizeof(text)) ||
	    (prefix_parse(text, &ret->prefix) < 0 && ip_parse(text, &ip) < 0)) {
		lines_bad(l, words[0].from, words[0].to, "expected a prefix or an address");
		return false;
	}
	if (strchr(text, '/') == NULL)
		ret->prefix = prefix_host(ip);
	if (!lines_word(l, words[1], text, sizeof(text)) ||
	    parse_u64(text, INT64_MAX, &ret->count) < 0) {
		lines_bad(l, words[1].from, words[1].to, "expected a whole number");
		return false;
	}
	return true;
}

/* ---- all of them ---- */

struct loading {
	struct weights *w;
	bool once; /* a prefix may stand there */
};

static void
add_again(struct loading *loading, struct lines *l, struct weight *was, uint64_t more)
{
	struct line_word word;

	if (!loading->once) {
		was->count = was->count > INT64_MAX - more ? INT64_MAX : was->count + more;
		return;
	}
	(void)lines_split(l, &word, 1);
	lines_bad(l, word.from, word.to, "has its weight already");
}

static bool
take_line(void *userdata, struct lines *l)
{
	struct loading *loading = userdata;
	struct weights *w = loading->w;
	struct weight item;
	uint32_t at;

	if (!weight_read(l, &item))
		return true;
	if (prefix_map_get(&w->by_prefix, item.prefix, &at)) {
		add_again(loading, l, &w->items[at], item.count);
		return true;
	}
	if (w->count == WEIGHTS_MAX)
		return false;
	w->items = grow_array(w->items, w->count, &w->cap, sizeof(*w->items));
	prefix_map_put(&w->by_prefix, item.prefix, (uint32_t)w->count);
	w->items[w->count++] = item;
	return true;
}

static int
load(struct lines *l, bool once, struct weights **ret, struct strbuf *report, struct err *e)
{
	struct loading loading = { xcalloc(1, sizeof(*loading.w)), once };
	int r = lines_read_whole(l, take_line, &loading, WEIGHTS_MAX, "prefixes", report, e);

	if (r < 0)
		weights_free(loading.w);
	else
		*ret = loading.w;
	return r;
}

int
weights_load_file(const char *path, struct weights **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(lines_done) struct lines l;
	int r = lines_open(&l, path, e);

	return r < 0 ? r : load(&l, false, ret, report, e);
}

int
weights_load_text(
    const char *name, const char *text, struct weights **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(lines_done) struct lines l;

	lines_open_text(&l, name, text);
	return load(&l, true, ret, report, e);
}

/* ---- those that some targets need ---- */

static int
compare(const void *a, const void *b)
{
	return prefix_cmp(*(const struct prefix *)a, *(const struct prefix *)b);
}

/* Whether one of the targets, which are sorted, begins within the prefix. */
static bool
holds_any(struct prefix p, const struct prefix *targets, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (prefix_cmp(targets[middle], p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && prefix_contains(p, targets[low].addr);
}

void
weights_select(const struct weights *w, const struct selection *s,
    void (*take)(void *userdata, const char *line), void *userdata)
{
	_cleanup_(freep) struct prefix *targets = xcalloc(s->count + 1, sizeof(*targets));
	uint32_t at;

	if (s->count > 0)
		memcpy(targets, s->targets, s->count * sizeof(*targets));
	qsort(targets, s->count, sizeof(*targets), compare);
	for (size_t i = 0; i < w->count; i++) {
		const struct weight *item = &w->items[i];
		char text[PREFIX_STR_MAX], line[PREFIX_STR_MAX + 24];

		if (!holds_any(item->prefix, targets, s->count) &&
		    !prefix_map_holding(&s->by_prefix, &s->lengths, item->prefix, &at))
			continue;
		(void)snprintf(line, sizeof(line), "%s %" PRIu64, prefix_format(item->prefix, text),
		    item->count);
		take(userdata, line);
	}
}
