/* Tags of an object: some more, or some less, and the others stay. */
#include <stdlib.h>
#include <string.h>

#include "cli/object.h"

/* Those of the list that are not in the words, and then the words themselves, unless they are
 * taken away. NULL: a word is not UTF-8. */
static json_t *
tags_with(const json_t *tags, char **words, bool remove)
{
	json_auto_t *result = json_array();
	json_t *tag;
	size_t i;

	json_array_foreach (tags, i, tag) {
		char **word = words;

		while (*word != NULL && strcmp(*word, json_string_value(tag)) != 0)
			word++;
		if (*word == NULL)
			(void)json_array_append(result, tag);
	}
	for (; *words != NULL && !remove; words++) {
		if (json_array_append_new(result, json_string(*words)) < 0)
			return NULL;
	}
	return TAKE(result);
}

int
object_tag(const struct object_options *o, const struct object_found *f, char **words, bool remove)
{
	json_t *tags = tags_with(json_object_get(f->was.body, "tags"), words, remove);

	if (tags == NULL)
		return cli_usage_error("a tag is not UTF-8 text");
	return object_patch(o, f, json_pack("{s:o}", "tags", tags));
}
