/* Which catchments of the controller there are, by its document (caught.h). */
#include <string.h>

#include "agent/caught.h"

void
follower_forget_catchments(struct follower *f)
{
	list_for_each_safe (k, &f->catchments, struct caught, node)
		caught_free(k);
}

static struct caught *
find(struct follower *f, const char *id)
{
	list_for_each (k, &f->catchments, struct caught, node) {
		if (strcmp(k->id, id) == 0)
			return k;
	}
	return NULL;
}

/* An id that may stand in a path. */
static bool
is_id(const char *id)
{
	return id != NULL && *id != '\0' && strlen(id) < sizeof(((struct caught *)NULL)->id) &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(id);
}

static const char *
state_in(const json_t *list, const char *id)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *its = json_string_value(json_object_get(one, "id"));

		if (its != NULL && strcmp(its, id) == 0)
			return json_string_value(json_object_get(one, "state"));
	}
	return NULL;
}

/* Gone from the list is over: what it has is offered all the same. */
static void
look(struct caught *k, const char *state)
{
	if (state == NULL && k->part.is_done)
		caught_free(k);
	else
		caught_look(k, state == NULL || strcmp(state, "collecting") == 0);
}

void
follower_take_catchments(struct follower *f, const json_t *list)
{
	const json_t *one;
	size_t i;

	list_for_each_safe (k, &f->catchments, struct caught, node)
		look(k, state_in(list, k->id));
	json_array_foreach (list, i, one) {
		const char *id = json_string_value(json_object_get(one, "id"));
		const char *state = json_string_value(json_object_get(one, "state"));

		if (is_id(id) && state != NULL && strcmp(state, "collecting") != 0 &&
		    find(f, id) == NULL)
			(void)caught_new(f, id);
	}
}
