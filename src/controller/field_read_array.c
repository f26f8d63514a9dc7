#include "base/without_const.h"
#include "controller/field_read.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* Whether it is an array of so many; complains if not. */
static bool
is_array(const struct field_place *p, const char *expected)
{
	int64_t n = (int64_t)json_array_size(p->value);

	if (!json_is_array(p->value)) {
		field_refuse_kind(p, expected);
		return false;
	}
	if (n < p->field->min || n > p->field->max) {
		field_error(p->errors, p->pointer,
		    "expected %" PRId64 " to %" PRId64 " of them, found %" PRId64, p->field->min,
		    p->field->max, n);
		return false;
	}
	return true;
}

void
field_read_array(const struct field_place *p)
{
	json_t *array = without_const(p->value), **at = p->at;

	if (is_array(p, "an array of objects"))
		*at = array;
}

void
field_read_ips(const struct field_place *p)
{
	json_t *array = without_const(p->value), **at = p->at;
	struct ip ip;

	if (!is_array(p, "an array of addresses"))
		return;
	for (size_t i = 0; i < json_array_size(array); i++) {
		_cleanup_(freep) char *pointer = xasprintf("%s/%zu", p->pointer, i);
		const char *text = json_string_value(json_array_get(array, i));

		if (text == NULL || ip_parse(text, &ip) < 0)
			field_error(p->errors, pointer,
			    "expected an address such as 203.0.113.1 or 2001:db8::1");
	}
	*at = array;
}

/* Many are usual: what may stand in each is its user's to say. */
void
field_read_lines(const struct field_place *p)
{
	json_t *array = without_const(p->value), **at = p->at;
	bool are_long = p->field->type == FIELD_LONG_LINES;
	size_t max = are_long ? LONG_LINE_MAX : TAG_MAX;

	if (!is_array(p, "an array of strings"))
		return;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));
		_cleanup_(freep) char *pointer = NULL;

		if (text != NULL && *text != '\0' && strlen(text) <= max &&
		    (are_long ? field_line_is_valid(text) : field_text_is_valid(text)))
			continue;
		pointer = xasprintf("%s/%zu", p->pointer, i);
		field_error(p->errors, pointer,
		    "expected 1 to %zu bytes of text without control characters", max);
	}
	*at = array;
}

static bool
stands_before(const json_t *array, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (json_equal(json_array_get(array, j), json_array_get(array, i)))
			return true;
	}
	return false;
}

/* An array of distinct strings, each of which passes. */
void
field_read_strings(const struct field_place *p, size_t min, size_t max)
{
	bool names = p->field->type == FIELD_NAMES;
	size_t errors = json_array_size(p->errors);
	json_t *array = without_const(p->value), **at = p->at;

	if (!json_is_array(p->value)) {
		field_refuse_kind(p, names ? "an array of names" : "an array of strings");
		return;
	}
	if (json_array_size(array) < min || json_array_size(array) > max) {
		field_error(p->errors, p->pointer, "expected %zu to %zu of them, found %zu", min,
		    max, json_array_size(array));
		return;
	}
	for (size_t i = 0; i < json_array_size(array); i++) {
		_cleanup_(freep) char *pointer = xasprintf("%s/%zu", p->pointer, i);
		const char *text = json_string_value(json_array_get(array, i));

		if (names && (text == NULL || !field_name_is_valid(text, NAME_MAX_BYTES)))
			field_refuse_name(p->errors, pointer, NAME_MAX_BYTES);
		else if (text == NULL || *text == '\0' || strlen(text) > TAG_MAX ||
			 !field_text_is_valid(text))
			field_error(p->errors, pointer,
			    "expected 1 to %d bytes of text without control characters", TAG_MAX);
		else if (field_text_refusal(text) != NULL)
			field_error(p->errors, pointer, "%s", field_text_refusal(text));
		else if (stands_before(array, i))
			field_error(p->errors, pointer, "stands there twice");
	}
	if (json_array_size(p->errors) == errors)
		*at = array;
}
