/* Removing an object, after it was looked at and asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/style.h"
#include "cli/object.h"

int
object_confirm(const struct object_options *o, const char *consequences)
{
	char answer[16] = "";

	if (o->yes)
		return EXIT_SUCCESS;
	if (!isatty(STDIN_FILENO))
		return cli_usage_error("nobody can be asked here: --yes says that it is meant");
	(void)fprintf(stderr, "%s\nIs that meant? [y/N] ", consequences);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0))
		return EXIT_SUCCESS;
	cli_say_error("nothing was changed");
	return EXIT_FAILURE;
}

int
object_remove(const struct object_kind *kind, const struct object_options *o, const char *name)
{
	return object_remove_with(kind, o, name, "");
}

/* "service web, sites ams sin: every host withdraws it" */
static int
ask(const struct object_kind *kind, const struct object_options *o, const char *name,
    const json_t *object)
{
	_cleanup_(strbuf_done) struct strbuf question = { 0 };

	if (kind->confirm == NULL)
		return EXIT_SUCCESS;
	strbuf_addf(&question, "%s ", kind->what);
	strbuf_add_printable(&question, name);
	for (size_t i = 0; kind->telling != NULL && kind->telling[i] != NULL; i++) {
		_cleanup_(strbuf_done) struct strbuf value = { 0 };

		object_value_text(json_object_get(object, kind->telling[i]), &value);
		if (value.len > 0)
			strbuf_addf(&question, ", %s ", kind->telling[i]);
		strbuf_add_printable(&question, strbuf_get(&value));
	}
	strbuf_addf(&question, ": %s", kind->confirm);
	return object_confirm(o, strbuf_get(&question));
}

/* Reads it, asks, removes it. */
static int
remove_at(const struct object_kind *kind, const struct object_options *o,
    const struct controller *c, const char *name, const char *query, struct controller_answer *ret)
{
	_cleanup_(controller_answer_done) struct controller_answer was = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = object_path(kind, o, c, name, &path);

	if (status == EXIT_SUCCESS && !kind->unread)
		status = controller_ask(c, "GET", strbuf_get(&path), NULL, NULL, &was);
	if (status == EXIT_SUCCESS)
		status = ask(kind, o, name, was.body);
	strbuf_add(&path, query);
	if (status == EXIT_SUCCESS)
		status = controller_ask(c, "DELETE", strbuf_get(&path), NULL,
		    was.etag[0] != '\0' ? was.etag : NULL, ret);
	return status;
}

int
object_remove_with(const struct object_kind *kind, const struct object_options *o, const char *name,
    const char *query)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	int status = controller_open(&o->controller, &c);

	if (status == EXIT_SUCCESS)
		status = remove_at(kind, o, &c, name, query, &answer);
	if (status != EXIT_SUCCESS)
		return status;
	if (o->json)
		return answer.body != NULL ? object_print(o, answer.body) : EXIT_SUCCESS;
	strbuf_addf(&line, "%s ", kind->what);
	strbuf_add_printable(&line, name);
	strbuf_addf(&line, ": %s\n", kind->removed != NULL ? kind->removed : "removed");
	return cli_print(strbuf_get(&line));
}
