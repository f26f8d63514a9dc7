#include "controller/sightings.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

void
sightings_done(struct sightings *s)
{
	free(s->items);
	*s = (struct sightings){ 0 };
}

void
sightings_add(struct sightings *s, const char *host, struct instant at)
{
	struct sighting *last;

	s->items = grow_array(s->items, s->count, &s->cap, sizeof(*s->items));
	last = &s->items[s->count++];
	*last = (struct sighting){ .at = at };
	utf8_format(last->host, sizeof(last->host), "%s", host);
}

/* By id; of one host, the last time first. */
static int
compare(const void *one, const void *other)
{
	const struct sighting *a = one, *b = other;
	int r = strcmp(a->host, b->host);

	return r != 0 ? r : instant_cmp(b->at, a->at);
}

void
sightings_unite(struct sightings *s)
{
	size_t n = 0;

	if (s->count == 0)
		return;
	qsort(s->items, s->count, sizeof(*s->items), compare);
	for (size_t i = 1; i < s->count; i++) {
		if (strcmp(s->items[n].host, s->items[i].host) != 0)
			s->items[++n] = s->items[i];
	}
	s->count = n + 1;
}

void
sightings_shift(struct sightings *s, int64_t ns)
{
	for (size_t i = 0; i < s->count; i++)
		s->items[i].at.ns += ns;
}
