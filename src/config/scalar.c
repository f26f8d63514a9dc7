/*
 * One scalar: text to a value of its type, within the limits of its field. Defaults come through
 * here as well, so a default that the file could not have is found by the first test that loads the
 * schema.
 */
#include "config/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_BYTES_MAX 32

bool
conf_type_is_scalar(enum conf_type type)
{
	return type != CONF_STRUCT && type != CONF_LIST && type != CONF_MAP;
}

size_t
conf_type_size(const struct conf_schema *schema, enum conf_type type)
{
	switch (type) {
	case CONF_BOOL:
		return sizeof(bool);
	case CONF_U32:
		return sizeof(uint32_t);
	case CONF_OPT_U32:
		return sizeof(struct conf_u32);
	case CONF_DOUBLE:
		return sizeof(double);
	case CONF_DURATION:
		return sizeof(struct duration);
	case CONF_STRING:
	case CONF_NAME:
	case CONF_SECRET:
		return sizeof(const char *);
	case CONF_ENUM:
		return sizeof(int);
	case CONF_IP:
		return sizeof(struct ip);
	case CONF_PREFIX:
		return sizeof(struct prefix);
	case CONF_ENDPOINT:
		return sizeof(struct endpoint);
	case CONF_STRUCT:
		return schema->size;
	case CONF_LIST:
	case CONF_MAP:
		break;
	}
	return sizeof(struct conf_list);
}

struct conf_field
conf_item_field(const struct conf_field *list)
{
	struct conf_field item = *list;

	item.type = list->item;
	item.min = item.max = 0;
	item.flags = 0;
	return item;
}

bool
conf_text_is_null(const char *text, bool plain)
{
	return plain && (*text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
			    strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0);
}

bool
conf_has_max(const struct conf_field *f)
{
	return f->max != 0 || f->min < 0;
}

bool
conf_limit_allows(const struct conf_field *f, int64_t value)
{
	if ((f->min == 0 && f->max == 0) || ((f->flags & CONF_OR_ZERO) && value == 0))
		return true;
	return value >= f->min && (!conf_has_max(f) || value <= f->max);
}

/* "X is not allowed; expected ..." */
static bool
refuse(struct strbuf *why, const struct conf_field *f, enum conf_type type, const char *text,
    bool plain)
{
	if (type == CONF_SECRET)
		strbuf_add(why, "this");
	else
		conf_show_value(why, text, plain);
	strbuf_add(why, " is not allowed; expected ");
	conf_expect(why, f, type);
	return false;
}

static bool
refuse_quoted(struct strbuf *why, const struct conf_field *f, enum conf_type type, const char *text)
{
	conf_show_value(why, text, false);
	strbuf_add(why, " is a quoted text; expected ");
	conf_expect(why, f, type);
	return false;
}

static bool
parse_bool(const struct conf_field *f, const char *text, bool *out, struct strbuf *why)
{
	bool yes = strcmp(text, "true") == 0;

	if (!yes && strcmp(text, "false") != 0)
		return refuse(why, f, CONF_BOOL, text, true);
	*out = yes;
	return true;
}

static bool
parse_number(const struct conf_field *f, const char *text, uint32_t *out, struct strbuf *why)
{
	uint32_t value;

	if (parse_u32(text, UINT32_MAX, &value) < 0 || !conf_limit_allows(f, value))
		return refuse(why, f, CONF_U32, text, true);
	*out = value;
	return true;
}

static bool
parse_opt_number(
    const struct conf_field *f, const char *text, struct conf_u32 *out, struct strbuf *why)
{
	struct conf_u32 value = { .given = true };

	if (!parse_number(f, text, &value.value, why))
		return false;
	*out = value;
	return true;
}

/* -12.5: what strtod() reads in every locale of ours, and nothing else of what it could. */
static bool
is_decimal(const char *text)
{
	size_t len = strlen(text);

	if (*text == '-')
		text++;
	if (len > NUMBER_BYTES_MAX || !ascii_is_digit(*text))
		return false;
	while (ascii_is_digit(*text))
		text++;
	if (*text == '\0')
		return true;
	if (*text++ != '.' || !ascii_is_digit(*text))
		return false;
	while (ascii_is_digit(*text))
		text++;
	return *text == '\0';
}

static bool
parse_double(const struct conf_field *f, const char *text, double *out, struct strbuf *why)
{
	double value;

	if (!is_decimal(text))
		return refuse(why, f, CONF_DOUBLE, text, true);
	value = strtod(text, NULL);
	if (value == 0)
		value = 0; /* not -0 */
	if ((f->min != 0 || f->max != 0) && !((f->flags & CONF_OR_ZERO) && value == 0) &&
	    (value < (double)f->min || (conf_has_max(f) && value > (double)f->max)))
		return refuse(why, f, CONF_DOUBLE, text, true);
	*out = value;
	return true;
}

static bool
parse_duration(const struct conf_field *f, const char *text, bool plain, struct duration *out,
    struct strbuf *why)
{
	struct duration value;
	int r = duration_parse(text, &value);
	uint64_t number;

	if (r == 0 && conf_limit_allows(f, value.ns)) {
		*out = value;
		return true;
	}
	conf_show_value(why, text, plain);
	if (r == 0) {
		strbuf_add(why, " is not allowed; expected ");
		conf_expect_range(why, f, CONF_DURATION);
		return false;
	}
	if (parse_u64(text, UINT64_MAX, &number) == 0)
		strbuf_add(why, " has no unit; expected ");
	else
		strbuf_add(why, r == -ERANGE ? " is too long or too exact; expected "
					     : " is not a duration; expected ");
	conf_expect(why, f, CONF_DURATION);
	return false;
}

static bool
is_name(const char *text)
{
	if (!ascii_is_alpha(*text) && !ascii_is_digit(*text))
		return false;
	for (; *text; text++) {
		if (!ascii_is_alpha(*text) && !ascii_is_digit(*text) && !strchr("-_.", *text))
			return false;
	}
	return true;
}

static bool
parse_text(const struct conf_field *f, enum conf_type type, const char *text, bool plain,
    struct arena *arena, const char **out, struct strbuf *why)
{
	if (type == CONF_NAME && !is_name(text))
		return refuse(why, f, type, text, plain);
	if (!conf_limit_allows(f, (int64_t)strlen(text))) {
		if (type != CONF_SECRET) {
			conf_show_value(why, text, plain);
			strbuf_add_char(why, ' ');
		}
		strbuf_addf(why, "has %zu bytes; expected ", strlen(text));
		conf_expect_count(why, f, "bytes");
		return false;
	}
	*out = arena_strdup(arena, text);
	return true;
}

static bool
parse_enum(const struct conf_field *f, const char *text, bool plain, int *out, struct strbuf *why)
{
	const char *nearest;

	for (int i = 0; f->names[i]; i++) {
		if (strcmp(f->names[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	(void)refuse(why, f, CONF_ENUM, text, plain);
	nearest = str_nearest(text, f->names);
	if (nearest)
		strbuf_addf(why, "; did you mean %s?", nearest);
	return false;
}

static bool
parse_ip(
    const struct conf_field *f, const char *text, bool plain, struct ip *out, struct strbuf *why)
{
	struct ip value;

	if (ip_parse(text, &value) < 0)
		return refuse(why, f, CONF_IP, text, plain);
	*out = value;
	return true;
}

static bool
parse_prefix(const struct conf_field *f, const char *text, bool plain, struct prefix *out,
    struct strbuf *why)
{
	char buf[PREFIX_STR_MAX];
	struct prefix value;
	int r = prefix_parse(text, &value);

	if (r == -EDOM && prefix_parse_host(text, &value) == 0) {
		conf_show_value(why, text, plain);
		strbuf_addf(why, " has bits set beyond its length; expected %s",
		    prefix_format(prefix_mask(value), buf));
		return false;
	}
	if (r < 0)
		return refuse(why, f, CONF_PREFIX, text, plain);
	*out = value;
	return true;
}

static bool
parse_endpoint(const struct conf_field *f, const char *text, bool plain, struct endpoint *out,
    struct strbuf *why)
{
	struct endpoint value;

	if (endpoint_parse(text, &value) < 0)
		return refuse(why, f, CONF_ENDPOINT, text, plain);
	*out = value;
	return true;
}

bool
conf_scalar_parse(const struct conf_field *f, enum conf_type type, const char *text, bool plain,
    struct arena *arena, void *out, struct strbuf *why)
{
	if (!plain &&
	    (type == CONF_BOOL || type == CONF_U32 || type == CONF_OPT_U32 || type == CONF_DOUBLE))
		return refuse_quoted(why, f, type, text);
	switch (type) {
	case CONF_BOOL:
		return parse_bool(f, text, out, why);
	case CONF_U32:
		return parse_number(f, text, out, why);
	case CONF_OPT_U32:
		return parse_opt_number(f, text, out, why);
	case CONF_DOUBLE:
		return parse_double(f, text, out, why);
	case CONF_DURATION:
		return parse_duration(f, text, plain, out, why);
	case CONF_STRING:
	case CONF_NAME:
	case CONF_SECRET:
		return parse_text(f, type, text, plain, arena, out, why);
	case CONF_ENUM:
		return parse_enum(f, text, plain, out, why);
	case CONF_IP:
		return parse_ip(f, text, plain, out, why);
	case CONF_PREFIX:
		return parse_prefix(f, text, plain, out, why);
	case CONF_ENDPOINT:
		return parse_endpoint(f, text, plain, out, why);
	case CONF_STRUCT:
	case CONF_LIST:
	case CONF_MAP:
		break;
	}
	abort(); /* not a scalar: its callers look first */
}
