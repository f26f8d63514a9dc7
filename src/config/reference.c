/* The reference of a schema: one line a key, nested keys below theirs. */
#include "config/internal.h"

static const char *
type_name(enum conf_type type)
{
	switch (type) {
	case CONF_BOOL:
		return "true or false";
	case CONF_U32:
	case CONF_OPT_U32:
	case CONF_DOUBLE:
		return "number";
	case CONF_DURATION:
		return "duration";
	case CONF_STRING:
		return "text";
	case CONF_SECRET:
		return "secret text";
	case CONF_NAME:
		return "name";
	case CONF_ENUM:
		return "word";
	case CONF_IP:
		return "IP address";
	case CONF_PREFIX:
		return "prefix";
	case CONF_ENDPOINT:
		return "address with port";
	case CONF_STRUCT:
		return "map";
	case CONF_LIST:
		return "list";
	case CONF_MAP:
		return "map by name";
	}
	return "";
}

static void
print_type(const struct conf_field *f, struct strbuf *out)
{
	enum conf_type type = f->type == CONF_LIST ? f->item : f->type;

	if (f->type == CONF_LIST)
		strbuf_add(out, "list of ");
	if (type == CONF_ENUM)
		conf_expect_names(out, f->names);
	else
		strbuf_add(out, type_name(type));
	if ((f->min == 0 && f->max == 0) || f->type == CONF_LIST ||
	    (type != CONF_U32 && type != CONF_OPT_U32 && type != CONF_DOUBLE &&
		type != CONF_DURATION))
		return;
	strbuf_add_char(out, ' ');
	conf_expect_range(out, f, type);
}

/* ", with type http or grpc" */
static void
print_kinds(const struct conf_schema *schema, const struct conf_field *f, struct strbuf *out)
{
	const struct conf_field *selector = f->only ? conf_selector(schema) : NULL;

	if (selector == NULL)
		return;
	strbuf_addf(out, ", with %s ", selector->key);
	conf_expect_kinds(out, selector, f->only);
}

static void
print_schema(const struct conf_schema *schema, size_t indent, struct strbuf *out)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct conf_field *f = &schema->fields[i];

		if (f->flags & CONF_KEY)
			continue;
		strbuf_pad(out, ' ', indent);
		strbuf_addf(out, "%s (", f->key);
		print_type(f, out);
		print_kinds(schema, f, out);
		if (f->flags & CONF_REQUIRED)
			strbuf_add(out, ", required");
		if (f->def)
			strbuf_addf(out, ", default %s", f->def);
		strbuf_addf(out, "): %s\n", f->doc ? f->doc : "");
		if (f->schema)
			print_schema(f->schema, indent + 2, out);
	}
}

void
conf_print_reference(const struct conf_schema *schema, struct strbuf *out)
{
	print_schema(schema, 0, out);
}
