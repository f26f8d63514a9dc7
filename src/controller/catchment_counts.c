#include "controller/catchment_counts.h"

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

static const char *const names[] = { "sent", "not_sent", "excluded", "own", "duplicate", "late",
	"other_address", "forged", "foreign", "dropped" };

json_t *
catchment_counts_new(void)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		(void)json_object_set_new(counts, names[i], json_integer(0));
	return counts;
}

static void
add(json_t *sum, const json_t *counts)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		json_int_t more = json_integer_value(json_object_get(counts, names[i]));

		/* whatever a host says: a sum stays one */
		if (more > 0 && more < INT64_C(1) << 40)
			(void)json_object_set_new(sum, names[i],
			    json_integer(
				json_integer_value(json_object_get(sum, names[i])) + more));
	}
}

void
catchment_counts_add(json_t *sum, const json_t *kept)
{
	add(sum, kept);
	add(sum, json_object_get(kept, "before"));
}

json_int_t
catchment_counts_of(const char *kept, const char *name)
{
	json_auto_t *counts = json_loads(kept, 0, NULL), *sum = catchment_counts_new();

	catchment_counts_add(sum, counts);
	return json_integer_value(json_object_get(sum, name));
}

char *
catchment_counts_say(const char *kept, const json_t *said)
{
	json_auto_t *was = json_loads(kept, 0, NULL), *counts = catchment_counts_new();
	json_t *before = json_object_get(was, "before");

	add(counts, said);
	if (before != NULL)
		(void)json_object_set(counts, "before", before);
	return json_dumps(counts, JSON_COMPACT);
}

char *
catchment_counts_restart(const char *kept)
{
	json_auto_t *was = json_loads(kept, 0, NULL), *counts = catchment_counts_new();
	json_t *before = catchment_counts_new();

	catchment_counts_add(before, was);
	(void)json_object_set_new(counts, "before", before);
	return json_dumps(counts, JSON_COMPACT);
}
