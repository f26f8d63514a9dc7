#include "agent/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/control_line.h"

/* "status, routes or dump" */
static void
add_words(struct strbuf *out, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		strbuf_addf(
		    out, "%s%s", i == 0 ? "" : words[i + 1] != NULL ? ", " : " or ", words[i]);
}

/* "...; expected a, b or c", or what was probably meant of them. */
static int
refuse_word(struct err *e, const char *what, const char *word, const char *const *words)
{
	_cleanup_(strbuf_done) struct strbuf list = { 0 };
	const char *nearest = str_nearest(word, words);

	add_words(&list, words);
	if (nearest != NULL)
		return err_set(e, -EINVAL, "unknown %s %s; did you mean %s?", what, word, nearest);
	return err_set(e, -EINVAL, "unknown %s %s; expected %s", what, word, strbuf_get(&list));
}

static const struct request_command *
find_command(const struct request_command *commands, size_t count, const char *name, struct err *e)
{
	_cleanup_(freep) const char **names = xcalloc(count + 1, sizeof(*names));

	for (size_t i = 0; i < count; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
		names[i] = commands[i].name;
	}
	(void)refuse_word(e, "command", name, names);
	return NULL;
}

static int
check_field(const struct request_field *f, const json_t *value, struct err *e)
{
	const char *text = json_string_value(value);

	switch (f->type) {
	case REQUEST_TEXT:
		if (text == NULL || *text == '\0')
			return err_set(e, -EINVAL, "%s: expected a text", f->name);
		for (size_t i = 0; f->words != NULL && f->words[i] != NULL; i++) {
			if (strcmp(f->words[i], text) == 0)
				return 0;
		}
		return f->words != NULL ? refuse_word(e, f->name, text, f->words) : 0;
	case REQUEST_NUMBER:
		if (!json_is_integer(value) || json_integer_value(value) < 0)
			return err_set(
			    e, -EINVAL, "%s: expected a whole number, 0 or more", f->name);
		return 0;
	case REQUEST_BOOL:
		if (!json_is_boolean(value))
			return err_set(e, -EINVAL, "%s: expected true or false", f->name);
		return 0;
	}
	return -EINVAL;
}

static const struct request_field *
find_field(const struct request_command *command, const char *name)
{
	for (const struct request_field *f = command->fields; f->name != NULL; f++) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

static int
refuse_field(const struct request_command *command, const char *name, struct err *e)
{
	const char *names[REQUEST_FIELDS_MAX + 1] = { 0 };
	char what[64];

	for (size_t i = 0; command->fields[i].name != NULL; i++)
		names[i] = command->fields[i].name;
	if (names[0] == NULL)
		return err_set(
		    e, -EINVAL, "%s takes no field %s, nor any other", command->name, name);
	(void)snprintf(what, sizeof(what), "field of %s:", command->name);
	return refuse_word(e, what, name, names);
}

static int
check_fields(const struct request_command *command, json_t *request, struct err *e)
{
	const char *name;
	json_t *value;

	json_object_foreach (request, name, value) {
		const struct request_field *f = find_field(command, name);
		int r;

		if (strcmp(name, "command") == 0)
			continue;
		r = f == NULL ? refuse_field(command, name, e) : check_field(f, value, e);
		if (r < 0)
			return r;
	}
	for (const struct request_field *f = command->fields; f->name != NULL; f++) {
		if (f->required && json_object_get(request, f->name) == NULL)
			return err_set(e, -EINVAL, "%s needs a field %s", command->name, f->name);
	}
	return 0;
}

static json_t *
answer(const struct request_command *commands, size_t count, void *userdata, const char *text,
    struct err *e)
{
	json_error_t bad;
	json_auto_t *request = json_loads(text, JSON_REJECT_DUPLICATES, &bad);
	const char *name = json_string_value(json_object_get(request, "command"));
	const struct request_command *command;

	if (request == NULL) {
		(void)err_set(e, -EINVAL, "not JSON: %s", bad.text);
		return NULL;
	}
	if (name == NULL) {
		(void)err_set(e, -EINVAL, "expected {\"command\": NAME}");
		return NULL;
	}
	command = find_command(commands, count, name, e);
	if (command == NULL || check_fields(command, request, e) < 0)
		return NULL;
	return command->answer(userdata, request, e);
}

void
request_answer(const struct request_command *commands, size_t count, void *userdata,
    const char *text, struct strbuf *reply)
{
	struct err e = { 0 };
	json_auto_t *document = answer(commands, count, userdata, text, &e);

	if (document == NULL && e.code == 0)
		return;
	if (document == NULL)
		document = json_pack("{s:s}", "error", e.message);
	(void)control_line(TAKE(document), reply);
}
