#include "lab/expect.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"

void
expect_list_done(struct expect_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->items[i].step);
		free(l->items[i].expected);
		free(l->items[i].seen);
	}
	free(l->items);
	*l = (struct expect_list){ 0 };
}

void
expect_add(
    struct expect_list *l, const char *step, bool held, const char *expected, const char *seen, ...)
{
	char *text;
	va_list ap;

	va_start(ap, seen);
	if (vasprintf(&text, seen, ap) < 0)
		abort();
	va_end(ap);
	l->items = grow_array(l->items, l->count, &l->cap, sizeof(*l->items));
	l->items[l->count++] = (struct expect){
		.step = xstrdup(step),
		.expected = xstrdup(expected),
		.seen = text,
		.held = held,
	};
}

size_t
expect_broken(const struct expect_list *l)
{
	size_t broken = 0;

	for (size_t i = 0; i < l->count; i++)
		broken += !l->items[i].held;
	return broken;
}

bool
expect_all_held(const struct expect_list *l)
{
	return l->count > 0 && expect_broken(l) == 0;
}

json_t *
expect_to_json(const struct expect_list *l)
{
	json_t *array = json_array();

	for (size_t i = 0; i < l->count; i++) {
		const struct expect *x = &l->items[i];

		json_array_append_new(
		    array, json_pack("{s:s, s:s, s:s, s:b}", "step", x->step, "expected",
			       x->expected, "seen", x->seen, "held", x->held));
	}
	return array;
}
