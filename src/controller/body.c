#include "controller/body.h"

#include <stdbool.h>
#include <string.h>

#include "controller/fields.h"

/* The most brackets that are open at a time; strings and their escapes are stepped over. */
static size_t
depth_of(const char *text, size_t len)
{
	size_t depth = 0, most = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
			continue;
		}
		if (text[i] == '"')
			in_string = true;
		else if (text[i] == '{' || text[i] == '[')
			depth++;
		else if ((text[i] == '}' || text[i] == ']') && depth > 0)
			depth--;
		most = MAX(most, depth);
	}
	return most;
}

json_t *
body_read(const char *text, size_t len, json_t *errors)
{
	json_error_t e;
	json_t *value;

	if (len == 0) {
		field_error(errors, "", "the body is empty; expected JSON");
		return NULL;
	}
	if (len > BODY_BYTES_MAX) {
		field_error(errors, "", "expected at most %u bytes", BODY_BYTES_MAX);
		return NULL;
	}
	if (depth_of(text, len) > BODY_DEPTH_MAX) {
		field_error(
		    errors, "", "expected at most %d levels of objects and arrays", BODY_DEPTH_MAX);
		return NULL;
	}
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (value == NULL && json_error_code(&e) == json_error_null_character)
		field_error(errors, "",
		    "line %d, column %d: \\u0000 is not allowed in a string or a key", e.line,
		    e.column);
	else if (value == NULL)
		field_error(
		    errors, "", "not JSON: line %d, column %d: %s", e.line, e.column, e.text);
	return value;
}
