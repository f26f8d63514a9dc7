#include "agent/generation.h"

#include <stdlib.h>

struct generation *
generation_new(struct conf *loaded)
{
	struct generation *g = xcalloc(1, sizeof(*g));

	*g = (struct generation){ .loaded = loaded, .conf = conf_root(loaded), .refs = 1 };
	return g;
}

struct generation *
generation_ref(struct generation *g)
{
	g->refs++;
	return g;
}

void
generation_unref(struct generation *g)
{
	if (g == NULL || --g->refs > 0)
		return;
	conf_free(g->loaded);
	free(g);
}
