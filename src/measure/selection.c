#include "measure/selection.h"

#include <stdlib.h>

#include "base/alloc.h"

void
selection_done(struct selection *s)
{
	prefix_map_done(&s->by_prefix);
	free(s->targets);
	*s = (struct selection){ 0 };
}

void
selection_add(struct selection *s, struct prefix target)
{
	s->targets = grow_array(s->targets, s->count, &s->cap, sizeof(*s->targets));
	s->targets[s->count++] = target;
	prefix_map_put(&s->by_prefix, target, 0);
	prefix_lengths_add(&s->lengths, target);
}

bool *
selection_of(const struct selection *s, const struct selectable *file)
{
	bool *needed = xcalloc(file->count + 1, sizeof(*needed));
	uint32_t at;

	for (size_t i = 0; i < s->count; i++) {
		if (prefix_map_holding(file->by_prefix, file->lengths, s->targets[i], &at))
			needed[at] = true;
	}
	for (size_t i = 0; i < file->count; i++)
		needed[i] = needed[i] || prefix_map_holding(&s->by_prefix, &s->lengths,
					     file->prefix_of(file->file, i), &at);
	return needed;
}
