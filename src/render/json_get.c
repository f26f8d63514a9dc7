#include "render/json_get.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"

int
json_complain(const struct json_place *place, const char *key, struct err *e, const char *fmt, ...)
{
	char said[ERR_MESSAGE_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	utf8_vformat(said, sizeof(said), fmt, ap);
	va_end(ap);
	if (key == NULL && place->path[0] == '\0')
		return err_set(e, -EINVAL, "%s: %s", place->document, said);
	return err_set(e, -EINVAL, "%s: %s%s%s: %s", place->document, place->path,
	    key != NULL && place->path[0] != '\0' ? "." : "", key != NULL ? key : "", said);
}

struct json_place
json_element(const struct json_place *place, const char *key, size_t index)
{
	struct json_place ret = {
		.document = place->document,
		.object = json_array_get(json_object_get(place->object, key), index),
	};

	utf8_format(ret.path, sizeof(ret.path), "%s%s%s[%zu]", place->path,
	    place->path[0] != '\0' ? "." : "", key, index);
	return ret;
}

const json_t *
json_value(const struct json_place *place, const char *key)
{
	const json_t *value = json_object_get(place->object, key);

	return json_is_null(value) ? NULL : value;
}

static int
need(const struct json_place *place, const char *key, const char *what, const json_t **ret,
    struct err *e)
{
	*ret = json_value(place, key);
	if (*ret == NULL)
		return json_complain(place, key, e, "missing; expected %s", what);
	return 0;
}

int
json_get_u32(const struct json_place *place, const char *key, uint32_t min, uint32_t max,
    uint32_t *ret, struct err *e)
{
	const json_t *value;

	if (need(place, key, "a number", &value, e) < 0)
		return -EINVAL;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > max)
		return json_complain(place, key, e, "expected a number from %u to %u", min, max);
	*ret = (uint32_t)json_integer_value(value);
	return 0;
}

int
json_get_bool(const struct json_place *place, const char *key, bool *ret, struct err *e)
{
	const json_t *value;

	if (need(place, key, "true or false", &value, e) < 0)
		return -EINVAL;
	if (!json_is_boolean(value))
		return json_complain(place, key, e, "expected true or false");
	*ret = json_is_true(value);
	return 0;
}

int
json_get_text(const struct json_place *place, const char *key, const char **ret, struct err *e)
{
	const json_t *value;

	if (need(place, key, "a string", &value, e) < 0)
		return -EINVAL;
	/* a string of jansson's may hold a NUL */
	if (!json_is_string(value) || json_string_length(value) == 0 ||
	    strlen(json_string_value(value)) != json_string_length(value)) {
		(void)json_complain(place, key, e, "expected a string that is not empty");
		return -EINVAL;
	}
	*ret = json_string_value(value);
	return 0;
}

int
json_get_ip(const struct json_place *place, const char *key, struct ip *ret, struct err *e)
{
	const char *text;

	if (json_get_text(place, key, &text, e) < 0)
		return -EINVAL;
	if (ip_parse(text, ret) < 0)
		return json_complain(place, key, e, "\"%s\" is not an IP address", text);
	return 0;
}

int
json_get_family(const struct json_place *place, const char *key, enum ip_family *ret, struct err *e)
{
	const json_t *value;
	const char *text;

	if (need(place, key, "4 or 6", &value, e) < 0)
		return -EINVAL;
	text = json_is_string(value) ? json_string_value(value) : "";
	if (json_integer_value(value) == 4 || strcmp(text, "ipv4") == 0)
		*ret = IP_V4;
	else if (json_integer_value(value) == 6 || strcmp(text, "ipv6") == 0)
		*ret = IP_V6;
	else
		return json_complain(place, key, e, "expected 4 or 6");
	return 0;
}

int
json_get_array(
    const struct json_place *place, const char *key, size_t max, const json_t **ret, struct err *e)
{
	if (need(place, key, "an array", ret, e) < 0)
		return -EINVAL;
	if (!json_is_array(*ret))
		return json_complain(place, key, e, "expected an array");
	if (json_array_size(*ret) > max)
		return json_complain(place, key, e, "%zu elements are too many, at most %zu",
		    json_array_size(*ret), max);
	return 0;
}
