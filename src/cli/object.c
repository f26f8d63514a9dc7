#include "cli/object.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/style.h"
#include "cli/controller_url.h"
#include "cli/document_file.h"
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
object_find(const struct object_kind *kind, const struct object_options *o, const char *name,
    const char *part, struct object_found *ret)
{
	int status = controller_open(&o->controller, &ret->controller);

	if (status == EXIT_SUCCESS)
		status = object_path(kind, o, &ret->controller, name, &ret->path);
	strbuf_add(&ret->path, part);
	if (status == EXIT_SUCCESS)
		status = controller_ask(
		    &ret->controller, "GET", strbuf_get(&ret->path), NULL, NULL, &ret->was);
	return status;
}

void
object_found_done(struct object_found *f)
{
	controller_answer_done(&f->was);
	strbuf_done(&f->path);
	controller_done(&f->controller);
}

int
object_show(const struct object_kind *kind, const struct object_options *o, const char *name)
{
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status = object_find(kind, o, name, "", &f);

	return status == EXIT_SUCCESS ? object_print(o, f.was.body) : status;
}

/* Adds what stands in the files that were given: EXIT_SUCCESS, or it was said what is wrong. */
static int
add_files(json_t *object, const struct object_field *fields, const struct object_options *o)
{
	for (; fields != NULL && fields->name != NULL; fields++) {
		const char *const *file = (const void *)((const char *)o + fields->offset);
		json_t *document;

		if (fields->type != OBJECT_FILE || *file == NULL)
			continue;
		document = document_file(*file, "an object");
		if (document == NULL)
			return EXIT_FAILURE;
		(void)json_object_set_new(object, fields->name, document);
	}
	return EXIT_SUCCESS;
}

/* The kind's fields that were given, beside `fixed` (NULL: a text in it is none). */
static int
body_of(const struct object_kind *kind, const struct object_options *o, json_t *fixed, json_t **ret)
{
	json_auto_t *body = fixed;
	struct err e = { 0 };
	int status;

	if (body == NULL)
		return cli_usage_error("an argument is not UTF-8 text");
	if (kind->fields != NULL && object_add_fields(body, kind->fields, o, &e) < 0)
		return cli_usage_error("%s", e.message);
	status = add_files(body, kind->fields, o);
	if (status == EXIT_SUCCESS)
		*ret = TAKE(body);
	return status;
}

int
object_make(const struct object_kind *kind, const struct object_options *o, json_t *fixed,
    struct controller_answer *ret)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	json_auto_t *body = NULL;
	int status = body_of(kind, o, fixed, &body);

	if (status == EXIT_SUCCESS)
		status = controller_open(&o->controller, &c);
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
object_body(const struct object_kind *kind, const struct object_options *o, json_t **ret)
{
	int status = body_of(kind, o, json_object(), ret);

	return status == EXIT_SUCCESS && json_object_size(*ret) == 0
		   ? cli_usage_error("what is to be changed? An option says it")
		   : status;
}

int
object_patch(const struct object_options *o, const struct object_found *f, json_t *body)
{
	_cleanup_(controller_answer_done) struct controller_answer is = { 0 };
	int status =
	    controller_ask(&f->controller, "PATCH", strbuf_get(&f->path), body, f->was.etag, &is);

	return status == EXIT_SUCCESS ? object_print(o, is.body) : status;
}

int
object_change(const struct object_kind *kind, const struct object_options *o, const char *name)
{
	_cleanup_(object_found_done) struct object_found f = { 0 };
	json_auto_t *body = NULL;
	int status = object_body(kind, o, &body);

	if (status == EXIT_SUCCESS)
		status = object_find(kind, o, name, "", &f);
	return status == EXIT_SUCCESS ? object_patch(o, &f, TAKE(body)) : status;
}
