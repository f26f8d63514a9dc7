#include "controller/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#define TEXT_MAX 255

void
field_error(json_t *errors, const char *pointer, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	utf8_vformat(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)json_array_append_new(
	    errors, json_pack("{s:s, s:s}", "field", pointer, "detail", text));
}

bool
field_name_is_valid(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len == 0 || len > max || !(ascii_is_alpha(text[0]) || ascii_is_digit(text[0])))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!ascii_is_alpha(text[i]) && !ascii_is_digit(text[i]) &&
		    strchr("-_.", text[i]) == NULL)
			return false;
	}
	return true;
}

bool
field_text_is_valid(const char *text)
{
	while (*text != '\0') {
		size_t n = utf8_char_len(text);
		unsigned char c = (unsigned char)*text;

		/* control characters: C0, DEL, and C1, which are two bytes of 0xc2 */
		if (n == 0 || c < ' ' || c == 0x7f || (c == 0xc2 && (unsigned char)text[1] < 0xa0))
			return false;
		text += n;
	}
	return true;
}

char *
field_pointer(const char *at, const char *key)
{
	struct strbuf pointer = { 0 };

	strbuf_addf(&pointer, "%s/", at);
	for (size_t i = 0; key[i] != '\0' && i < 64; i++) {
		if (key[i] == '~')
			strbuf_add(&pointer, "~0");
		else if (key[i] == '/')
			strbuf_add(&pointer, "~1");
		else
			strbuf_add_char(&pointer, key[i]);
	}
	return strbuf_take(&pointer);
}

static const char *
kind_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		break;
	}
	return "null";
}

struct place {
	const struct field *field;
	const json_t *value;
	void *at;
	const char *pointer;
	json_t *errors;
};

static void
refuse_kind(const struct place *p, const char *expected)
{
	field_error(p->errors, p->pointer, "expected %s, found %s", expected, kind_of(p->value));
}

/* The string, or NULL when that was refused. */
static const char *
string_of(const struct place *p, const char *expected)
{
	if (!json_is_string(p->value)) {
		refuse_kind(p, expected);
		return NULL;
	}
	return json_string_value(p->value);
}

static void
read_text(const struct place *p)
{
	const char *text = string_of(p, "a string");
	int64_t max = p->field->max > 0 ? p->field->max : TEXT_MAX;

	if (text == NULL)
		return;
	if ((int64_t)strlen(text) < p->field->min || (int64_t)strlen(text) > max)
		field_error(p->errors, p->pointer,
		    "expected %" PRId64 " to %" PRId64 " bytes, found %zu", p->field->min, max,
		    strlen(text));
	else if (!field_text_is_valid(text))
		field_error(p->errors, p->pointer, "expected text without control characters");
	else
		memcpy(p->at, &text, sizeof(text));
}

static void
refuse_name(json_t *errors, const char *pointer, size_t max)
{
	field_error(errors, pointer,
	    "expected a name of 1 to %zu letters, digits, \"-\", \"_\" and \".\", a letter or "
	    "digit "
	    "first",
	    max);
}

static void
read_name(const struct place *p)
{
	const char *text = string_of(p, "a name");
	size_t max = p->field->max > 0 ? (size_t)p->field->max : NAME_MAX_BYTES;

	if (text == NULL)
		return;
	if (!field_name_is_valid(text, max))
		refuse_name(p->errors, p->pointer, max);
	else
		memcpy(p->at, &text, sizeof(text));
}

static void
read_u32(const struct place *p)
{
	int64_t max = p->field->max > 0 ? p->field->max : UINT32_MAX, n;
	uint32_t value;

	if (!json_is_integer(p->value)) {
		refuse_kind(p, "a whole number");
		return;
	}
	n = json_integer_value(p->value);
	if (n < p->field->min || n > max) {
		field_error(
		    p->errors, p->pointer, "expected %" PRId64 " to %" PRId64, p->field->min, max);
		return;
	}
	value = (uint32_t)n;
	memcpy(p->at, &value, sizeof(value));
}

static void
read_micro(const struct place *p)
{
	double n = json_number_value(p->value) * 1e6;
	int64_t value;

	if (!json_is_number(p->value)) {
		refuse_kind(p, "a number");
		return;
	}
	/* written so that nothing that is no number passes */
	if (!(n >= (double)p->field->min && n <= (double)p->field->max)) {
		field_error(p->errors, p->pointer, "expected %g to %g", (double)p->field->min / 1e6,
		    (double)p->field->max / 1e6);
		return;
	}
	value = (int64_t)(n < 0 ? n - 0.5 : n + 0.5);
	memcpy(p->at, &value, sizeof(value));
}

static void
read_bool(const struct place *p)
{
	bool value = json_is_true(p->value);

	if (json_is_boolean(p->value))
		memcpy(p->at, &value, sizeof(value));
	else
		refuse_kind(p, "true or false");
}

static void
read_enum(const struct place *p)
{
	const char *text = string_of(p, "a string");
	_cleanup_(strbuf_done) struct strbuf expected = { 0 };

	if (text == NULL)
		return;
	for (int i = 0; p->field->names[i] != NULL; i++) {
		if (strcmp(p->field->names[i], text) == 0) {
			memcpy(p->at, &i, sizeof(i));
			return;
		}
		strbuf_addf(&expected, "%s%s", i > 0 ? ", " : "", p->field->names[i]);
	}
	field_error(p->errors, p->pointer, "expected one of %s", strbuf_get(&expected));
}

static void
read_prefix(const struct place *p)
{
	const char *text = string_of(p, "a prefix");
	struct prefix prefix;
	int r;

	if (text == NULL)
		return;
	r = prefix_parse(text, &prefix);
	if (r < 0)
		field_error(p->errors, p->pointer, "%s",
		    r == -EDOM ? "expected a prefix without host bits"
			       : "expected a prefix such as 203.0.113.0/24 or 2001:db8::/48");
	else
		memcpy(p->at, &prefix, sizeof(prefix));
}

static void
read_ip(const struct place *p)
{
	const char *text = string_of(p, "an address");
	struct ip ip;

	if (text == NULL)
		return;
	if (ip_parse(text, &ip) < 0)
		field_error(p->errors, p->pointer,
		    "expected an address such as 203.0.113.1 or 2001:db8::1");
	else
		memcpy(p->at, &ip, sizeof(ip));
}

/* Whether it is an array of so many; complains if not. */
static bool
is_array(const struct place *p, const char *expected)
{
	int64_t n = (int64_t)json_array_size(p->value);

	if (!json_is_array(p->value)) {
		refuse_kind(p, expected);
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

static void
read_array(const struct place *p)
{
	json_t *array = (json_t *)(uintptr_t)p->value;

	if (is_array(p, "an array of objects"))
		memcpy(p->at, &array, sizeof(array));
}

static void
read_ips(const struct place *p)
{
	json_t *array = (json_t *)(uintptr_t)p->value;
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
	memcpy(p->at, &array, sizeof(array));
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
static void
read_strings(const struct place *p, size_t min, size_t max)
{
	bool names = p->field->type == FIELD_NAMES;
	json_t *array = (json_t *)(uintptr_t)p->value;

	if (!json_is_array(p->value)) {
		refuse_kind(p, names ? "an array of names" : "an array of strings");
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
			refuse_name(p->errors, pointer, NAME_MAX_BYTES);
		else if (text == NULL || *text == '\0' || strlen(text) > TAG_MAX ||
			 !field_text_is_valid(text))
			field_error(p->errors, pointer,
			    "expected 1 to %d bytes of text without control characters", TAG_MAX);
		else if (stands_before(array, i))
			field_error(p->errors, pointer, "stands there twice");
	}
	memcpy(p->at, &array, sizeof(array));
}

static void
read_object(const struct place *p)
{
	json_t *value = (json_t *)(uintptr_t)p->value;

	if (json_is_object(p->value))
		memcpy(p->at, &value, sizeof(value));
	else
		refuse_kind(p, "an object");
}

static void
read_field(const struct place *p)
{
	if (json_is_null(p->value) && (p->field->flags & FIELD_NULLABLE))
		return;
	switch (p->field->type) {
	case FIELD_TEXT:
		read_text(p);
		break;
	case FIELD_NAME:
		read_name(p);
		break;
	case FIELD_U32:
		read_u32(p);
		break;
	case FIELD_MICRO:
		read_micro(p);
		break;
	case FIELD_BOOL:
		read_bool(p);
		break;
	case FIELD_ENUM:
		read_enum(p);
		break;
	case FIELD_PREFIX:
		read_prefix(p);
		break;
	case FIELD_IP:
		read_ip(p);
		break;
	case FIELD_TAGS:
		read_strings(p, 0, TAGS_MAX);
		break;
	case FIELD_NAMES:
		read_strings(p, (size_t)p->field->min, (size_t)p->field->max);
		break;
	case FIELD_IPS:
		read_ips(p);
		break;
	case FIELD_OBJECT:
		read_object(p);
		break;
	case FIELD_ARRAY:
		read_array(p);
		break;
	}
}

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
		field_error(errors, at, "expected an object, found %s", kind_of(body));
		return false;
	}
	json_object_foreach ((json_t *)(uintptr_t)body, key, value) {
		_cleanup_(freep) char *pointer = field_pointer(at, key);
		size_t i = find_field(t, key);

		if (i == t->count) {
			refuse_unknown(t, key, pointer, errors);
			continue;
		}
		given |= UINT64_C(1) << i;
		read_field(&(struct place){
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
