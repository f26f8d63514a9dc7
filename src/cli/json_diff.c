#include "cli/json_diff.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/style.h"
#include "base/without_const.h"

static void diff(const char *path, const json_t *before, const json_t *after, struct strbuf *out);

static void
add_value(struct strbuf *out, const json_t *value)
{
	_cleanup_(freep) char *text =
	    json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));

	if (json_is_string(value) && json_string_length(value) > 0)
		strbuf_add_printable(out, json_string_value(value));
	else
		strbuf_add_printable(out, text != NULL ? text : "");
}

static void
add_line(struct strbuf *out, char sign, const char *path, const json_t *value)
{
	strbuf_addf(out, "%c ", sign);
	strbuf_add_printable(out, path);
	strbuf_add(out, *path != '\0' ? ": " : "");
	add_value(out, value);
}

static char *
below(const char *path, const char *key)
{
	return xasprintf("%s%s%s", path, *path != '\0' ? "." : "", key);
}

static void
diff_objects(const char *path, const json_t *before, const json_t *after, struct strbuf *out)
{
	const char *key;
	json_t *value;

	/* its macro takes no const */
	json_object_foreach (without_const(before), key, value) {
		_cleanup_(freep) char *at = below(path, key);

		diff(at, value, json_object_get(after, key), out);
	}
	json_object_foreach (without_const(after), key, value) {
		_cleanup_(freep) char *at = below(path, key);

		if (json_object_get(before, key) == NULL)
			diff(at, NULL, value, out);
	}
}

static bool
is_plain(const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		if (json_is_object(item) || json_is_array(item))
			return false;
	}
	return json_is_array(list);
}

static bool
has(const json_t *list, const json_t *wanted)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		if (json_equal(item, wanted))
			return true;
	}
	return false;
}

/* Those of the one that the other has not. */
static void
add_missing(
    const char *path, char sign, const json_t *list, const json_t *other, struct strbuf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		if (has(other, item))
			continue;
		add_line(out, sign, path, item);
		strbuf_add_char(out, '\n');
	}
}

static void
add_change(const char *path, const json_t *before, const json_t *after, struct strbuf *out)
{
	add_line(out, '~', path, before);
	strbuf_add(out, " becomes ");
	add_value(out, after);
	strbuf_add_char(out, '\n');
}

static void
diff_plain_lists(const char *path, const json_t *before, const json_t *after, struct strbuf *out)
{
	size_t start = out->len;

	add_missing(path, '-', before, after, out);
	add_missing(path, '+', after, before, out);
	if (out->len == start) /* the order differs, or how often something is there */
		add_change(path, before, after, out);
}

static void
diff_lists(const char *path, const json_t *before, const json_t *after, struct strbuf *out)
{
	size_t count = json_array_size(before);

	if (json_array_size(after) > count)
		count = json_array_size(after);
	for (size_t i = 0; i < count; i++) {
		_cleanup_(freep) char *at = xasprintf("%s[%zu]", path, i);

		diff(at, json_array_get(before, i), json_array_get(after, i), out);
	}
}

static void
diff(const char *path, const json_t *before, const json_t *after, struct strbuf *out)
{
	if ((before == NULL && after == NULL) || json_equal(before, after))
		return;
	if (json_is_object(before) && json_is_object(after)) {
		diff_objects(path, before, after, out);
	} else if (is_plain(before) && is_plain(after)) {
		diff_plain_lists(path, before, after, out);
	} else if (json_is_array(before) && json_is_array(after)) {
		diff_lists(path, before, after, out);
	} else if (before == NULL || after == NULL) {
		add_line(out, before == NULL ? '+' : '-', path, before == NULL ? after : before);
		strbuf_add_char(out, '\n');
	} else {
		add_change(path, before, after, out);
	}
}

void
json_diff(const json_t *before, const json_t *after, struct strbuf *out)
{
	diff("", before, after, out);
}
