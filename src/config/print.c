/*
 * A struct back to YAML, with every default. What is printed loads again to the same struct
 * (secrets aside), so a field that is absent and could not be written is left out.
 */
#include "config/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct printer {
	struct strbuf *out;
	size_t indent;
	bool item; /* the next line begins with "- " */
	bool bare; /* nothing was printed yet of this object */
};

static void print_object(struct printer *p, const struct conf_schema *schema, const void *object);

/* Text that no reader of YAML, of whatever version, takes for something else. */
static bool
is_plain(const char *text)
{
	static const char *const words[] = { "null", "true", "false", "yes", "no", "on", "off", "y",
		"n" };
	bool number = true;
	int dots = 0;

	if (!ascii_is_alpha(*text) && !ascii_is_digit(*text) && *text != '/')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasecmp(text, words[i]) == 0)
			return false;
	}
	for (const char *p = text; *p; p++) {
		bool colon = *p == ':' && p[1] == '/';

		if (!ascii_is_alpha(*p) && !ascii_is_digit(*p) && !strchr("-_./+@%", *p) && !colon)
			return false;
		dots += *p == '.';
		number = number && (ascii_is_digit(*p) || strchr("-_.+eExoabcdfABCDF", *p));
	}
	return !number || dots > 1 || !ascii_is_digit(*text);
}

static void
print_text(struct strbuf *out, const char *text)
{
	size_t len = strlen(text);
	uint32_t code = 0;

	if (is_plain(text)) {
		strbuf_add(out, text);
		return;
	}
	strbuf_add_char(out, '"');
	for (size_t at = 0, n; at < len; at += n) {
		n = MAX(conf_utf8_take(text + at, len - at, &code), (size_t)1);
		if (code == '"' || code == '\\')
			strbuf_addf(out, "\\%c", (char)code);
		else if (code == '\n')
			strbuf_add(out, "\\n");
		else if (!conf_utf8_is_printable(code))
			strbuf_addf(out, code > 0xffff ? "\\U%08" PRIx32 : "\\u%04" PRIx32, code);
		else
			strbuf_add_mem(out, text + at, n);
	}
	strbuf_add_char(out, '"');
}

static void
print_secret(struct strbuf *out, const struct conf_field *f, const char *text)
{
	_cleanup_(strbuf_done) struct strbuf shown = { 0 };

	if (f->show == NULL) {
		strbuf_add(out, "(secret)");
		return;
	}
	f->show(text, &shown);
	print_text(out, strbuf_get(&shown));
}

/* The fewest digits that read back the same. */
static void
print_double(struct strbuf *out, double value)
{
	char buf[512];

	for (int digits = 0; digits <= 32; digits++) {
		(void)snprintf(buf, sizeof(buf), "%.*f", digits, value);
		if (strtod(buf, NULL) == value)
			break;
	}
	strbuf_add(out, buf);
}

void
conf_print_scalar(
    struct strbuf *out, const struct conf_field *f, enum conf_type type, const void *value)
{
	char buf[DURATION_STR_MAX + PREFIX_STR_MAX + ENDPOINT_STR_MAX];

	switch (type) {
	case CONF_BOOL:
		strbuf_add(out, *(const bool *)value ? "true" : "false");
		break;
	case CONF_U32:
		strbuf_addf(out, "%" PRIu32, *(const uint32_t *)value);
		break;
	case CONF_OPT_U32:
		strbuf_addf(out, "%" PRIu32, ((const struct conf_u32 *)value)->value);
		break;
	case CONF_DOUBLE:
		print_double(out, *(const double *)value);
		break;
	case CONF_DURATION:
		strbuf_add(out, duration_format(*(const struct duration *)value, buf));
		break;
	case CONF_STRING:
	case CONF_NAME:
		print_text(out, *(const char *const *)value);
		break;
	case CONF_SECRET:
		print_secret(out, f, *(const char *const *)value);
		break;
	case CONF_ENUM:
		print_text(out, f->names[*(const int *)value]);
		break;
	case CONF_IP:
		print_text(out, ip_format(*(const struct ip *)value, buf));
		break;
	case CONF_PREFIX:
		print_text(out, prefix_format(*(const struct prefix *)value, buf));
		break;
	case CONF_ENDPOINT:
		print_text(out, endpoint_format(*(const struct endpoint *)value, buf));
		break;
	case CONF_STRUCT:
	case CONF_LIST:
	case CONF_MAP:
		break;
	}
}

static bool
is_zero(const void *mem, size_t size)
{
	const unsigned char *p = mem;

	for (size_t i = 0; i < size; i++) {
		if (p[i])
			return false;
	}
	return true;
}

bool
conf_is_absent(const struct conf_field *f, const void *value)
{
	if (f->type == CONF_STRUCT) {
		for (size_t i = 0; !(f->flags & CONF_REQUIRED) && i < f->schema->field_count; i++) {
			const struct conf_field *inner = &f->schema->fields[i];

			if ((inner->flags & CONF_REQUIRED) && !(inner->flags & CONF_KEY) &&
			    conf_is_absent(inner, (const char *)value + inner->offset))
				return true;
		}
		return false;
	}
	if (f->type == CONF_LIST || f->type == CONF_MAP)
		return ((const struct conf_list *)value)->count == 0 && !conf_limit_allows(f, 0);
	if (!is_zero(value, conf_type_size(f->schema, f->type)))
		return false;
	switch (f->type) {
	case CONF_BOOL:
	case CONF_ENUM:
		return false;
	case CONF_U32:
	case CONF_DOUBLE:
	case CONF_DURATION:
		return !conf_limit_allows(f, 0);
	case CONF_OPT_U32: /* given, it is not all zero */
	case CONF_STRING:
	case CONF_NAME:
	case CONF_SECRET:
	case CONF_IP:
	case CONF_PREFIX:
	case CONF_ENDPOINT:
	case CONF_STRUCT:
	case CONF_LIST:
	case CONF_MAP:
		break;
	}
	return true;
}

static void
begin_line(struct printer *p)
{
	strbuf_pad(p->out, ' ', p->item ? p->indent - 2 : p->indent);
	if (p->item)
		strbuf_add(p->out, "- ");
	p->item = false;
	p->bare = false;
}

/* The inside of a value, below its key; "{}" beside the key when there is nothing inside. */
static void
print_inside(struct printer *p, const struct conf_schema *schema, const void *object)
{
	struct printer inner = { .out = p->out, .indent = p->indent + 2, .bare = true };
	size_t before = p->out->len;

	strbuf_add_char(p->out, '\n');
	print_object(&inner, schema, object);
	if (!inner.bare)
		return;
	p->out->len = before;
	strbuf_add(p->out, " {}\n");
}

static void
print_list(struct printer *p, const struct conf_field *f, const struct conf_list *list)
{
	size_t size = conf_type_size(f->schema, f->item);
	const struct conf_field one = conf_item_field(f);
	const char *item = list->items;

	strbuf_add(p->out, list->count == 0 ? " []\n" : "\n");
	for (size_t i = 0; i < list->count; i++, item += size) {
		struct printer inner = {
			.out = p->out, .indent = p->indent + 4, .item = true, .bare = true
		};

		if (!conf_type_is_scalar(f->item)) {
			print_object(&inner, f->schema, item);
			if (!inner.bare)
				continue;
		}
		begin_line(&inner);
		if (conf_type_is_scalar(f->item))
			conf_print_scalar(p->out, &one, one.type, item);
		else
			strbuf_add(p->out, "{}");
		strbuf_add_char(p->out, '\n');
	}
}

static void
print_map(struct printer *p, const struct conf_field *f, const struct conf_list *map)
{
	const struct conf_field *key = conf_key_field(f->schema);
	const char *item = map->items;

	strbuf_add(p->out, map->count == 0 ? " {}\n" : "\n");
	for (size_t i = 0; i < map->count; i++, item += f->schema->size) {
		struct printer inner = { .out = p->out, .indent = p->indent + 2 };

		begin_line(&inner);
		conf_print_scalar(p->out, key, key->type, item + key->offset);
		strbuf_add_char(p->out, ':');
		print_inside(&inner, f->schema, item);
	}
}

static void
print_field(struct printer *p, const struct conf_field *f, const void *value)
{
	begin_line(p);
	strbuf_addf(p->out, "%s:", f->key);
	if (f->type == CONF_STRUCT) {
		print_inside(p, f->schema, value);
	} else if (f->type == CONF_LIST) {
		print_list(p, f, value);
	} else if (f->type == CONF_MAP) {
		print_map(p, f, value);
	} else {
		strbuf_add_char(p->out, ' ');
		conf_print_scalar(p->out, f, f->type, value);
		strbuf_add_char(p->out, '\n');
	}
}

static void
print_object(struct printer *p, const struct conf_schema *schema, const void *object)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct conf_field *f = &schema->fields[i];
		const void *value = (const char *)object + f->offset;

		if (!(f->flags & CONF_KEY) && conf_field_applies(schema, f, object) &&
		    !conf_is_absent(f, value))
			print_field(p, f, value);
	}
}

void
conf_print(const struct conf_schema *schema, const void *object, struct strbuf *out)
{
	struct printer p = { .out = out, .bare = true };

	print_object(&p, schema, object);
	if (p.bare)
		strbuf_add(out, "{}\n");
}
