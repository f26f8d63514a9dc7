#include "controller/field_read.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/without_const.h"
#include "controller/columns.h"

#define TEXT_MAX 255

const char *
field_kind_of(const json_t *value)
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

void
field_refuse_kind(const struct field_place *p, const char *expected)
{
	field_error(
	    p->errors, p->pointer, "expected %s, found %s", expected, field_kind_of(p->value));
}

/* The string, or NULL when that was refused. */
static const char *
string_of(const struct field_place *p, const char *expected)
{
	if (!json_is_string(p->value)) {
		field_refuse_kind(p, expected);
		return NULL;
	}
	return json_string_value(p->value);
}

/* NULL: the text is fine. */
static const char *
refusal_of(const struct field *field, const char *text)
{
	if (!(field->flags & FIELD_PASSED_ON))
		return field_text_refusal(text);
	return field_text_is_valid(text) ? NULL : "expected text without control characters";
}

static void
read_text(const struct field_place *p)
{
	const char *text = string_of(p, "a string");
	int64_t max = p->field->max > 0 ? p->field->max : TEXT_MAX;

	if (text == NULL)
		return;
	if ((int64_t)strlen(text) < p->field->min || (int64_t)strlen(text) > max)
		field_error(p->errors, p->pointer,
		    "expected %" PRId64 " to %" PRId64 " bytes, found %zu", p->field->min, max,
		    strlen(text));
	else if (refusal_of(p->field, text) != NULL)
		field_error(p->errors, p->pointer, "%s", refusal_of(p->field, text));
	else
		memcpy(p->at, &text, sizeof(text));
}

void
field_refuse_name(json_t *errors, const char *pointer, size_t max)
{
	field_error(errors, pointer,
	    "expected a name of 1 to %zu letters, digits, \"-\", \"_\" and \".\", a letter or "
	    "digit "
	    "first",
	    max);
}

static void
read_name(const struct field_place *p)
{
	const char *text = string_of(p, "a name");
	size_t max = p->field->max > 0 ? (size_t)p->field->max : NAME_MAX_BYTES;

	if (text == NULL)
		return;
	if (!field_name_is_valid(text, max))
		field_refuse_name(p->errors, p->pointer, max);
	else
		memcpy(p->at, &text, sizeof(text));
}

/* JSON has one kind of number: 1.0 is as whole as 1. */
static bool
is_whole(const json_t *value, int64_t *ret)
{
	double n = json_real_value(value);

	if (json_is_integer(value)) {
		*ret = json_integer_value(value);
		return true;
	}
	/* beyond 2^53 a double skips some; a NaN is not within either */
	if (!json_is_real(value) || !(n >= -0x1p53 && n <= 0x1p53))
		return false;
	*ret = (int64_t)n;
	return (double)*ret == n;
}

static void
read_u32(const struct field_place *p)
{
	int64_t max = p->field->max > 0 ? p->field->max : UINT32_MAX, n;
	uint32_t value;

	if (json_is_real(p->value) && !is_whole(p->value, &n)) {
		field_error(p->errors, p->pointer, "expected a whole number");
		return;
	}
	if (!is_whole(p->value, &n)) {
		field_refuse_kind(p, "a whole number");
		return;
	}
	if (n < p->field->min || n > max) {
		field_error(
		    p->errors, p->pointer, "expected %" PRId64 " to %" PRId64, p->field->min, max);
		return;
	}
	value = (uint32_t)n;
	memcpy(p->at, &value, sizeof(value));
}

static void
read_micro(const struct field_place *p)
{
	double n = json_number_value(p->value) * 1e6;
	int64_t value;

	if (!json_is_number(p->value)) {
		field_refuse_kind(p, "a number");
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
read_bool(const struct field_place *p)
{
	bool value = json_is_true(p->value);

	if (json_is_boolean(p->value))
		memcpy(p->at, &value, sizeof(value));
	else
		field_refuse_kind(p, "true or false");
}

static void
read_enum(const struct field_place *p)
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
read_prefix(const struct field_place *p)
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
read_ip(const struct field_place *p)
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

static void
read_time(const struct field_place *p)
{
	const char *text = string_of(p, "a time");
	int64_t ns;

	if (text == NULL)
		return;
	if (time_parse(text, &ns))
		memcpy(p->at, &ns, sizeof(ns));
	else
		field_error(
		    p->errors, p->pointer, "expected a time such as 2026-11-29T16:42:57.123Z");
}

static void
read_object(const struct field_place *p)
{
	json_t **at = p->at;

	if (json_is_object(p->value))
		*at = without_const(p->value);
	else
		field_refuse_kind(p, "an object");
}

void
field_read(const struct field_place *p)
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
	case FIELD_TIME:
		read_time(p);
		break;
	case FIELD_TAGS:
		field_read_strings(p, 0, TAGS_MAX);
		break;
	case FIELD_NAMES:
		field_read_strings(p, (size_t)p->field->min, (size_t)p->field->max);
		break;
	case FIELD_IPS:
		field_read_ips(p);
		break;
	case FIELD_LINES:
	case FIELD_LONG_LINES:
		field_read_lines(p);
		break;
	case FIELD_OBJECT:
		read_object(p);
		break;
	case FIELD_ARRAY:
		field_read_array(p);
		break;
	}
}
