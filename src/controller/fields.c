#include "controller/fields.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/without_const.h"
#include "controller/field_read.h"

static size_t
find_field(const struct field_table *t, const char *key)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->fields[i].key, key) != 0)
		i++;
	return i;
}

static void
refuse_unknown(const struct field_table *t, const char *key, const char *pointer, json_t *errors)
{
	const char *keys[65] = { 0 };
	const char *nearest;

	if (t->made != NULL && find_field(t->made, key) < t->made->count) {
		field_error(errors, pointer, "cannot be changed");
		return;
	}
	for (size_t i = 0; i < t->count; i++)
		keys[i] = t->fields[i].key;
	nearest = str_nearest(key, keys);
	if (nearest != NULL)
		field_error(
		    errors, pointer, "unknown field of %s; did you mean \"%s\"?", t->what, nearest);
	else
		field_error(errors, pointer, "unknown field of %s", t->what);
}

bool
fields_read(const struct field_table *t, const json_t *body, void *object, json_t *errors)
{
	return fields_read_at(t, body, object, errors, "");
}

bool
fields_read_at(
    const struct field_table *t, const json_t *body, void *object, json_t *errors, const char *at)
{
	size_t before = json_array_size(errors);
	uint64_t given = 0;
	const char *key;
	json_t *value;

	if (!json_is_object(body)) {
		field_error(errors, at, "expected an object, found %s", field_kind_of(body));
		return false;
	}
	json_object_foreach (without_const(body), key, value) {
		_cleanup_(freep) char *pointer = field_pointer(at, key);
		size_t i = find_field(t, key);

		if (i == t->count) {
			refuse_unknown(t, key, pointer, errors);
			continue;
		}
		given |= UINT64_C(1) << i;
		field_read(&(struct field_place){
		    &t->fields[i], value, (char *)object + t->fields[i].offset, pointer, errors });
	}
	for (size_t i = 0; i < t->count; i++) {
		_cleanup_(freep) char *pointer = xasprintf("%s/%s", at, t->fields[i].key);

		if ((t->fields[i].flags & FIELD_REQUIRED) && !(given >> i & 1))
			field_error(errors, pointer, "is missing");
	}
	memcpy((char *)object + t->given, &given, sizeof(given));
	return json_array_size(errors) == before;
}

bool
fields_given(const struct field_table *t, const void *object, const char *key)
{
	size_t i = find_field(t, key);
	uint64_t given;

	memcpy(&given, (const char *)object + t->given, sizeof(given));
	return i < t->count && (given >> i & 1);
}
