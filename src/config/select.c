/* Keys that only some kinds of an object have: an http check has a url, a tcp check a port. */
#include "config/internal.h"

#include <string.h>

const struct conf_field *
conf_selector(const struct conf_schema *schema)
{
	return schema->selector ? conf_find_field(schema, schema->selector, NULL) : NULL;
}

static int
kind_of(const struct conf_field *selector, const void *object)
{
	return *(const int *)(const void *)((const char *)object + selector->offset);
}

bool
conf_field_applies(const struct conf_schema *schema, const struct conf_field *f, const void *object)
{
	return f->only == 0 ||
	       (f->only & (UINT32_C(1) << kind_of(conf_selector(schema), object))) != 0;
}

void
conf_expect_kinds(struct strbuf *out, const struct conf_field *selector, uint32_t only)
{
	const char *names[33] = { NULL };
	size_t n = 0;

	for (size_t i = 0; selector->names[i]; i++) {
		if (only & (UINT32_C(1) << i))
			names[n++] = selector->names[i];
	}
	conf_expect_names(out, names);
}

/* "port does not go with type http, only with tcp or udp" */
static void
complain_foreign(struct conf *c, const struct conf_field *f, const struct conf_field *selector,
    int kind, struct conf_place place)
{
	struct strbuf kinds = { 0 };

	conf_expect_kinds(&kinds, selector, f->only);
	conf_report(c, place, "%s does not go with %s %s, only with %s", f->key, selector->key,
	    selector->names[kind], strbuf_get(&kinds));
	strbuf_done(&kinds);
}

void
conf_refuse_foreign(struct conf *c, const struct conf_schema *schema,
    const struct conf_node *const *given, const void *object)
{
	const struct conf_field *selector = conf_selector(schema);
	const struct conf_node *node;
	int kind;

	if (selector == NULL)
		return;
	node = given[selector - schema->fields];
	kind = kind_of(selector, object);
	/* missing or misspelt: that is said, and nothing can be said of the others */
	if (node == NULL || node->text == NULL || strcmp(node->text, selector->names[kind]) != 0)
		return;
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct conf_field *f = &schema->fields[i];

		if (given[i] && !conf_field_applies(schema, f, object))
			complain_foreign(c, f, selector, kind,
			    given[i]->key ? given[i]->key->place : given[i]->place);
	}
}
