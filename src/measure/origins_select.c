/* The lines of a file of AS numbers that some targets need. */
#include <inttypes.h>
#include <stdlib.h>

#include "measure/origins_internal.h"

static struct prefix
prefix_of(const void *file, size_t item)
{
	const struct origins *o = file;

	return o->items[item].prefix;
}

static void
add_line(const struct origin *origin, struct strbuf *line)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(line, "%s ", prefix_format(origin->prefix, text));
	for (size_t i = 0; i < origin->count; i++)
		strbuf_addf(line, "%s%" PRIu32, i > 0 ? "_" : "", origin->asns[i]);
	if (origin->name)
		strbuf_addf(line, " %s", origin->name);
}

void
origins_select(const struct origins *o, const struct selection *s,
    void (*take)(void *userdata, const char *line), void *userdata)
{
	const struct selectable file = { &o->by_prefix, &o->lengths, o->count, prefix_of, o };
	_cleanup_(freep) bool *needed = selection_of(s, &file);

	for (size_t i = 0; i < o->count; i++) {
		_cleanup_(strbuf_done) struct strbuf line = { 0 };

		if (!needed[i])
			continue;
		add_line(&o->items[i], &line);
		take(userdata, strbuf_get(&line));
	}
}
