#include "measure/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/prefix_map.h"
#include "measure/lines.h"

struct places {
	struct arena *arena; /* owned; holds the texts */
	struct place *items; /* owned */
	size_t count, cap;
	struct prefix_map by_prefix; /* the index of an item */
	struct prefix_lengths lengths;
};

void
places_free(struct places *p)
{
	if (p == NULL)
		return;
	prefix_map_done(&p->by_prefix);
	arena_free(p->arena);
	free(p->items);
	free(p);
}

size_t
places_count(const struct places *p)
{
	return p->count;
}

static void
places_freep(struct places **p)
{
	places_free(*p);
}

const struct place *
places_find(const struct places *p, struct ip address)
{
	uint32_t index;

	if (p == NULL || !prefix_map_longest(&p->by_prefix, &p->lengths, address, &index))
		return NULL;
	return &p->items[index];
}

/* ---- a line ---- */

enum { PREFIX, COUNTRY, LATITUDE, LONGITUDE, CITY, WORDS };

static bool
is_unknown(const struct lines *l, struct line_word word)
{
	return word.to == word.from + 1 && l->text[word.from] == '-';
}

static bool
read_prefix(struct lines *l, struct line_word word, struct prefix *ret)
{
	char text[PREFIX_STR_MAX] = "";
	int r = lines_word(l, word, text, sizeof(text)) ? prefix_parse(text, ret) : -EINVAL;

	if (r == -EDOM)
		lines_bad(l, word.from, word.to, "bits are set behind the length of the prefix");
	else if (r < 0)
		lines_bad(l, word.from, word.to, "expected a prefix such as 192.0.2.0/24");
	return r >= 0;
}

static bool
read_point(struct lines *l, const struct line_word *words, struct place *place)
{
	char latitude[32] = "", longitude[32] = "";
	_cleanup_(freep) char *both = NULL;
	int r;

	if (is_unknown(l, words[LATITUDE]) && is_unknown(l, words[LONGITUDE]))
		return true;
	r = lines_word(l, words[LATITUDE], latitude, sizeof(latitude)) &&
		    lines_word(l, words[LONGITUDE], longitude, sizeof(longitude))
		? 0
		: -EINVAL;
	both = xasprintf("%s,%s", latitude, longitude);
	if (r == 0)
		r = geo_parse(both, &place->point);
	if (r < 0)
		lines_bad(l, words[LATITUDE].from, words[LONGITUDE].to,
		    r == -ERANGE ? "there is no such place on the earth"
				 : "expected degrees north and east, such as 52.37 4.90");
	place->has_point = r == 0;
	return r == 0;
}

/* From a word to the end of the line: a city's name may have several. false: it is too long. */
static bool
read_text(struct lines *l, struct arena *arena, size_t from, size_t to, const char **ret)
{
	while (to > from && strchr(" \t,", l->text[to - 1]))
		to--;
	if (to - from > PLACE_NAME_MAX) {
		lines_bad(l, from, to, "the name is longer than %d bytes", PLACE_NAME_MAX);
		return false;
	}
	*ret = arena_printf(arena, "%.*s", (int)(to - from), l->text + from);
	return true;
}

static bool
read_place(struct places *p, struct lines *l, struct place *place)
{
	struct line_word words[WORDS];
	size_t count = lines_split(l, words, WORDS);

	if (count == 0)
		return false;
	if (!read_prefix(l, words[PREFIX], &place->prefix))
		return false;
	if (count <= LONGITUDE) {
		lines_bad(l, words[PREFIX].from, l->len,
		    "expected a prefix, a country, and degrees north and east");
		return false;
	}
	if (!is_unknown(l, words[COUNTRY]) &&
	    !read_text(l, p->arena, words[COUNTRY].from, words[COUNTRY].to, &place->country))
		return false;
	return read_point(l, words, place) &&
	       (count == CITY ||
		   read_text(l, p->arena, words[CITY].from, strcspn(l->text, "#"), &place->city));
}

static void
read_line(struct places *p, struct lines *l)
{
	struct place place = { 0 };
	uint32_t index;

	if (!read_place(p, l, &place))
		return;
	if (prefix_map_get(&p->by_prefix, place.prefix, &index)) {
		lines_bad(l, 0, l->len, "this prefix is there twice");
		return;
	}
	prefix_map_put(&p->by_prefix, place.prefix, (uint32_t)p->count);
	prefix_lengths_add(&p->lengths, place.prefix);
	p->items = grow_array(p->items, p->count, &p->cap, sizeof(*p->items));
	p->items[p->count++] = place;
}

/* ---- the file ---- */

static bool
read_next(void *userdata, struct lines *l)
{
	struct places *p = userdata;

	if (p->count == PLACES_MAX)
		return false;
	read_line(p, l);
	return true;
}

static int
load(struct lines *l, struct places **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(places_freep) struct places *p = xcalloc(1, sizeof(*p));
	int r;

	p->arena = arena_new();
	r = lines_read_whole(l, read_next, p, PLACES_MAX, "prefixes", report, e);
	if (r == 0)
		*ret = TAKE(p);
	return r;
}

int
places_load_file(const char *path, struct places **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(lines_done) struct lines l;
	int r = lines_open(&l, path, e);

	return r < 0 ? r : load(&l, ret, report, e);
}

int
places_load_text(
    const char *name, const char *text, struct places **ret, struct strbuf *report, struct err *e)
{
	_cleanup_(lines_done) struct lines l;

	lines_open_text(&l, name, text);
	return load(&l, ret, report, e);
}

/* ---- a part of it ---- */

static struct prefix
prefix_of(const void *file, size_t item)
{
	const struct places *p = file;

	return p->items[item].prefix;
}

static void
add_line(const struct place *place, struct strbuf *line)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(line, "%s %s", prefix_format(place->prefix, text),
	    place->country ? place->country : "-");
	if (place->has_point)
		strbuf_addf(line, " %.9g %.9g", place->point.latitude, place->point.longitude);
	else
		strbuf_add(line, " - -");
	if (place->city)
		strbuf_addf(line, " %s", place->city);
}

void
places_select(const struct places *p, const struct selection *s,
    void (*take)(void *userdata, const char *line), void *userdata)
{
	const struct selectable file = { &p->by_prefix, &p->lengths, p->count, prefix_of, p };
	_cleanup_(freep) bool *needed = selection_of(s, &file);

	for (size_t i = 0; i < p->count; i++) {
		_cleanup_(strbuf_done) struct strbuf line = { 0 };

		if (!needed[i])
			continue;
		add_line(&p->items[i], &line);
		take(userdata, strbuf_get(&line));
	}
}
