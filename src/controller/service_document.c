#include "controller/service_document.h"

#include <stdlib.h>
#include <string.h>

#include "agent/agent_conf.h"
#include "agent/foreign.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/without_const.h"
#include "controller/fields.h"

/* The document as lines of YAML, each of one value, and the JSON pointer of each line. */
struct lines {
	struct strbuf text;
	char **pointers; /* owned, as each of them */
	size_t count, cap;
};

static void
lines_done(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->pointers[i]);
	free(l->pointers);
	strbuf_done(&l->text);
}

static void
add_line(struct lines *l, const char *pointer, const char *text)
{
	l->pointers = grow_array(l->pointers, l->count, &l->cap, sizeof(*l->pointers));
	l->pointers[l->count++] = xstrdup(pointer);
	strbuf_add(&l->text, text);
	strbuf_add_char(&l->text, '\n');
}

static void add_value(
    struct lines *l, const char *pointer, const char *before, const json_t *value);

/* before: what stands on the value's first line, "\"key\": ". */
static void
add_children(struct lines *l, const char *pointer, const char *before, const json_t *value)
{
	bool is_object = json_is_object(value);
	_cleanup_(freep) char *first = xasprintf("%s%s", before, is_object ? "{" : "[");
	const json_t *child;
	const char *key;
	size_t i;

	add_line(l, pointer, first);
	if (is_object) {
		json_object_foreach (without_const(value), key, child) {
			json_auto_t *name = json_string(key);
			_cleanup_(freep) char *quoted = json_dumps(name, JSON_ENCODE_ANY);
			_cleanup_(freep) char *start = xasprintf("%s: ", quoted);
			_cleanup_(freep) char *at = field_pointer(pointer, key);

			add_value(l, at, start, child);
		}
	} else {
		json_array_foreach (value, i, child) {
			_cleanup_(freep) char *at = xasprintf("%s/%zu", pointer, i);

			add_value(l, at, "", child);
		}
	}
	add_line(l, pointer, is_object ? "}," : "],");
}

static void
add_value(struct lines *l, const char *pointer, const char *before, const json_t *value)
{
	_cleanup_(freep) char *scalar = NULL, *line = NULL;

	if (json_is_object(value) || json_is_array(value)) {
		add_children(l, pointer, before, value);
		return;
	}
	scalar = json_dumps(value, JSON_ENCODE_ANY);
	line = xasprintf("%s%s,", before, scalar);
	add_line(l, pointer, line);
}

/* The services: of a nearcast.yaml. */
struct root {
	struct conf_list services; /* struct agent_service */
};

static const struct conf_field root_fields[] = {
	{ .key = "services",
	    .type = CONF_MAP,
	    .offset = offsetof(struct root, services),
	    .schema = &agent_service_schema,
	    .doc = "the service" },
};
static const struct conf_schema root_schema = CONF_SCHEMA("a service", struct root, root_fields);

struct told {
	const struct lines *lines;
	json_t *errors;
	const char *at;
};

/* The sentence without the key that the pointer ends with: a file's line has no other name of it.
 */
static const char *
without_key(const char *pointer, const char *sentence)
{
	const char *slash = strrchr(pointer, '/');
	size_t len = slash != NULL ? strlen(slash + 1) : 0;

	if (len > 0 && str_starts_with(sentence, slash + 1) &&
	    str_starts_with(sentence + len, ": "))
		return sentence + len + 2;
	return sentence;
}

static void
tell(void *userdata, size_t line, const char *sentence)
{
	const struct told *t = userdata;
	const char *pointer = line <= t->lines->count ? t->lines->pointers[line - 1] : t->at;

	field_error(t->errors, pointer, "%s", without_key(pointer, sentence));
}

static void
refuse_key(void *userdata, const char *check, const char *key, const char *sentence)
{
	const struct told *t = userdata;
	_cleanup_(freep) char *checks = field_pointer(t->at, "checks");
	_cleanup_(freep) char *around =
	    check != NULL ? field_pointer(checks, check) : xstrdup(t->at);
	_cleanup_(freep) char *pointer = field_pointer(around, key);

	field_error(t->errors, pointer, "%s", sentence);
}

static void
add_global_ips(struct lines *l, const struct prefix *prefixes, size_t count, const char *at)
{
	char text[PREFIX_STR_MAX];

	add_line(l, at, "\"global-ips\": [");
	for (size_t i = 0; i < count; i++) {
		_cleanup_(freep) char *line =
		    xasprintf("\"%s\",", prefix_format(prefixes[i], text));

		add_line(l, at, line);
	}
	if (count == 0)
		add_line(l, at, "\"192.0.2.1/32\",");
	add_line(l, at, "],");
}

bool
service_document_check(const char *name, const json_t *document, const struct prefix *prefixes,
    size_t count, json_t *errors, const char *at)
{
	_cleanup_(lines_done) struct lines lines = { 0 };
	_cleanup_(conf_freep) struct conf *conf = NULL;
	_cleanup_(freep) char *first = xasprintf("{\"services\": {\"%s\": {", name);
	struct told told = { &lines, errors, at };
	const json_t *value;
	const char *key;

	if (json_object_get(document, "global-ips") != NULL) {
		_cleanup_(freep) char *pointer = xasprintf("%s/global-ips", at);

		field_error(errors, pointer, "stand beside the document, in global_ips");
	}
	(void)foreign_service_look(document, refuse_key, &told);
	add_line(&lines, at, first);
	add_global_ips(&lines, prefixes, count, at);
	json_object_foreach (without_const(document), key, value) {
		json_auto_t *quoted = json_string(key);
		_cleanup_(freep) char *text = json_dumps(quoted, JSON_ENCODE_ANY);
		_cleanup_(freep) char *start = xasprintf("%s: ", text);
		_cleanup_(freep) char *pointer = field_pointer(at, key);

		/* said already; in the lines the right ones stand */
		if (strcmp(key, "global-ips") != 0)
			add_value(&lines, pointer, start, value);
	}
	add_line(&lines, at, "}}}");
	return conf_load_text_told("service", strbuf_get(&lines.text), lines.text.len, &root_schema,
		   &conf, tell, &told) == 0 &&
	       json_array_size(errors) == 0;
}
