#include "cli/object.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/style.h"
#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/print_json.h"

/* Adds the project that is meant: the one given, else the token's own, else none where one may do
 * without. */
static int
add_project(
    const struct object_options *o, const struct controller *c, bool needed, struct strbuf *path)
{
	_cleanup_(controller_answer_done) struct controller_answer caller = { 0 };
	const char *project = o->project;
	int status;

	if (project == NULL) {
		status = controller_ask(c, "GET", "/api/v1/caller", NULL, NULL, &caller);
		if (status != EXIT_SUCCESS)
			return status;
		project = field_text(caller.body, "project");
	}
	if (*project == '\0' && needed)
		return cli_usage_error("--project is needed: the token is for all of them");
	if (*project == '\0')
		return EXIT_SUCCESS;
	strbuf_add(path, "/projects");
	controller_url_add(path, project);
	return EXIT_SUCCESS;
}

int
object_path(const struct object_kind *kind, const struct object_options *o,
    const struct controller *c, const char *name, struct strbuf *path)
{
	bool needed = kind->place == OBJECT_OF_PROJECT || name != NULL;
	int status = EXIT_SUCCESS;

	strbuf_add(path, "/api/v1");
	if (kind->place != OBJECT_OF_ALL)
		status = add_project(o, c, needed, path);
	controller_url_add(path, kind->path);
	if (name != NULL)
		controller_url_add(path, name);
	return status;
}

int
object_print(const struct object_options *o, json_t *object)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	if (o->json)
		return cli_print_json(json_incref(object), JSON_INDENT(2));
	object_text(object, &out);
	return cli_print(strbuf_get(&out));
}

int
object_show(const struct object_kind *kind, const struct object_options *o, const char *name)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = controller_open(&o->controller, &c);

	if (status == EXIT_SUCCESS)
		status = object_path(kind, o, &c, name, &path);
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "GET", strbuf_get(&path), NULL, NULL, &answer);
	return status == EXIT_SUCCESS ? object_print(o, answer.body) : status;
}

/* The kind's fields that were given, beside `fixed` (NULL: a text in it is none); NULL: one is
 * wrong, which was said. */
static json_t *
body_of(const struct object_kind *kind, const struct object_options *o, json_t *fixed)
{
	struct err e = { 0 };

	if (fixed == NULL)
		(void)err_set(&e, -EINVAL, "an argument is not UTF-8 text");
	else if (kind->fields == NULL || object_add_fields(fixed, kind->fields, o, &e) == 0)
		return fixed;
	(void)cli_usage_error("%s", e.message);
	json_decref(fixed);
	return NULL;
}

int
object_make(const struct object_kind *kind, const struct object_options *o, json_t *fixed,
    struct controller_answer *ret)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	json_auto_t *body = body_of(kind, o, fixed);
	int status = body != NULL ? controller_open(&o->controller, &c) : EXIT_USAGE;

	if (status == EXIT_SUCCESS)
		status = object_path(kind, o, &c, NULL, &path);
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "POST", strbuf_get(&path), TAKE(body), NULL, ret);
	return status;
}

int
object_create(const struct object_kind *kind, const struct object_options *o, json_t *fixed)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	int status = object_make(kind, o, fixed, &answer);

	return status == EXIT_SUCCESS ? object_print(o, answer.body) : status;
}

int
object_change(const struct object_kind *kind, const struct object_options *o, const char *name)
{
	_cleanup_(controller_answer_done) struct controller_answer was = { 0 }, is = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	json_auto_t *body = body_of(kind, o, json_object());
	int status;

	if (body == NULL)
		return EXIT_USAGE;
	if (json_object_size(body) == 0)
		return cli_usage_error("what is to be changed? An option says it");
	status = controller_open(&o->controller, &c);
	if (status == EXIT_SUCCESS)
		status = object_path(kind, o, &c, name, &path);
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "GET", strbuf_get(&path), NULL, NULL, &was);
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "PATCH", strbuf_get(&path), TAKE(body), was.etag, &is);
	return status == EXIT_SUCCESS ? object_print(o, is.body) : status;
}

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

int
object_remove_with(const struct object_kind *kind, const struct object_options *o, const char *name,
    const char *query)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 }, line = { 0 }, question = { 0 };
	int status = controller_open(&o->controller, &c);

	strbuf_addf(&question, "%s ", kind->what);
	strbuf_add_printable(&question, name);
	strbuf_addf(&question, ": %s", kind->confirm != NULL ? kind->confirm : "");
	if (status == EXIT_SUCCESS && kind->confirm != NULL)
		status = object_confirm(o, strbuf_get(&question));
	if (status == EXIT_SUCCESS)
		status = object_path(kind, o, &c, name, &path);
	strbuf_add(&path, query);
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "DELETE", strbuf_get(&path), NULL, NULL, &answer);
	if (status != EXIT_SUCCESS)
		return status;
	if (o->json)
		return answer.body != NULL ? object_print(o, answer.body) : EXIT_SUCCESS;
	strbuf_addf(&line, "%s ", kind->what);
	strbuf_add_printable(&line, name);
	strbuf_addf(&line, ": %s\n", kind->removed != NULL ? kind->removed : "removed");
	return cli_print(strbuf_get(&line));
}
