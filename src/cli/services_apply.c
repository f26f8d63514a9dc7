/*
 * nearcast services apply: a service as a file describes it.
 *
 * The file is compared with what is there, and only what differs is sent, with the revision that
 * was compared: a file that is applied again changes nothing, and what somebody else has changed
 * meanwhile is not overwritten. --diff sends the same, to be tried and not to be done: what would
 * be refused is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/style.h"
#include "base/without_const.h"
#include "cli/controller_problem.h"
#include "cli/controller_url.h"
#include "cli/document_file.h"
#include "cli/fields.h"
#include "cli/global_ip.h"
#include "cli/json_diff.h"
#include "cli/print_json.h"
#include "cli/rollout.h"
#include "cli/services.h"

/* A file being applied. */
struct apply {
	const struct services_options *o;
	const struct controller *c;
	const char *name;       /* of the service; borrowed from file */
	json_t *file;           /* as it is sent: with ids; owned */
	json_t *prefixes;       /* of its Global IPs; owned; NULL: it names none */
	struct strbuf all, one; /* paths of the services, and of this one */
	struct controller_answer was;
};

static void
apply_done(struct apply *a)
{
	json_decref(a->file);
	json_decref(a->prefixes);
	strbuf_done(&a->all);
	strbuf_done(&a->one);
	controller_answer_done(&a->was);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(
	    json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* Sorted, and each once; what is no list of texts as it is: the controller says what is wrong. */
static json_t *
as_set(const json_t *list)
{
	size_t n = json_array_size(list), i;
	_cleanup_(freep) json_t **items = xcalloc(n + 1, sizeof(void *));
	json_t *item, *set = json_array();

	json_array_foreach (list, i, item) {
		if (!json_is_string(item)) {
			json_decref(set);
			return json_deep_copy(list);
		}
		items[i] = item;
	}
	qsort(items, n, sizeof(void *), compare_texts);
	for (i = 0; i < n; i++) {
		if (i == 0 || !json_equal(items[i], items[i - 1]))
			(void)json_array_append(set, items[i]);
	}
	return set;
}

/* What is wrong with one of them that only we know: the controller gets ids. */
static void
add_error(json_t *errors, size_t i, const char *detail)
{
	_cleanup_(freep) char *field = xasprintf("/global_ips/%zu", i);

	(void)json_array_append_new(
	    errors, json_pack("{s:s, s:s%}", "field", field, "detail", detail, strlen(detail)));
}

/* One of them. What can be no address is left as it is: the controller says what is wrong. */
static int
find_ip(
    struct apply *a, size_t i, const json_t *which, json_t *ids, json_t *prefixes, json_t *errors)
{
	_cleanup_(controller_answer_done) struct controller_answer ip = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	const char *text = json_string_value(which);
	struct err e = { 0 };
	int status = EXIT_SUCCESS;

	if (text != NULL)
		status = global_ip_look(&a->o->base, a->c, text, &path, &ip, &e);
	if (status != EXIT_SUCCESS)
		return status;
	if (ip.body == NULL && text != NULL && strpbrk(text, ".:/") != NULL) {
		add_error(errors, i, e.message);
	} else if (ip.body == NULL) {
		(void)json_array_append(ids, without_const(which));
		(void)json_array_append(prefixes, without_const(which));
	} else {
		(void)json_array_append(ids, json_object_get(ip.body, "id"));
		(void)json_array_append(prefixes, json_object_get(ip.body, "prefix"));
	}
	return EXIT_SUCCESS;
}

/* Its Global IPs, by whatever they are called, as ids, and as prefixes to show. */
static int
find_ips(struct apply *a)
{
	json_t *named = json_object_get(a->file, "global_ips"), *which;
	json_auto_t *ids = json_array(), *prefixes = json_array(), *errors = json_array();
	size_t i;

	if (!json_is_array(named))
		return EXIT_SUCCESS; /* there are none; or the controller says what is wrong */
	json_array_foreach (named, i, which) {
		int status = find_ip(a, i, which, ids, prefixes, errors);

		if (status != EXIT_SUCCESS)
			return status;
	}
	if (json_array_size(errors) > 0) {
		controller_say_errors("The file's fields are not right", errors, NULL);
		return EXIT_FAILURE;
	}
	(void)json_object_set(a->file, "global_ips", ids);
	a->prefixes = as_set(prefixes);
	return EXIT_SUCCESS;
}

/* What `services show --json` says beside what can be said: the controller's, and not to be
 * changed. */
static void
leave_out_what_is_told(json_t *file)
{
	static const char *const told[] = { "id", "host_name", "project", "prefixes", "revision",
		"created_at", "warnings" };

	for (size_t i = 0; i < ARRAY_SIZE(told); i++)
		(void)json_object_del(file, told[i]);
}

static int
read_both(struct apply *a)
{
	static const char *const sets[] = { "global_ips", "sites", "hosts" };
	int status = find_ips(a);

	for (size_t i = 0; i < ARRAY_SIZE(sets) && status == EXIT_SUCCESS; i++) {
		const json_t *list = json_object_get(a->file, sets[i]);

		if (json_is_array(list))
			(void)json_object_set_new(a->file, sets[i], as_set(list));
	}
	if (status == EXIT_SUCCESS)
		status = object_path(&services_kind, &a->o->base, a->c, NULL, &a->all);
	if (status != EXIT_SUCCESS)
		return status;
	strbuf_add(&a->one, strbuf_get(&a->all));
	controller_url_add(&a->one, a->name);
	return controller_look(a->c, strbuf_get(&a->one), &a->was);
}

/* Those members of the file that are not so yet. */
static json_t *
change_of(const struct apply *a)
{
	json_t *change = json_object(), *value;
	const char *key;

	json_object_foreach (a->file, key, value) {
		if (!json_equal(value, json_object_get(a->was.body, key)))
			(void)json_object_set(change, key, value);
	}
	return change;
}

/* The lines that say what differs, with prefixes for ids. */
static void
add_difference(const struct apply *a, const json_t *change, struct strbuf *out)
{
	json_auto_t *before = json_object(), *after = json_copy(without_const(change));
	const char *key;
	json_t *value;

	json_object_foreach (without_const(change), key, value)
		if (json_object_get(a->was.body, key) != NULL)
			(void)json_object_set(before, key, json_object_get(a->was.body, key));
	if (json_object_get(after, "global_ips") != NULL && a->prefixes != NULL) {
		(void)json_object_set(after, "global_ips", a->prefixes);
		if (a->was.body != NULL)
			(void)json_object_set_new(
			    before, "global_ips", as_set(json_object_get(a->was.body, "prefixes")));
	}
	json_diff(before, after, out);
}

/* What differs, with an empty line behind it. */
static int
show_difference(const struct apply *a, const json_t *change)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	add_difference(a, change, &out);
	if (out.len == 0)
		return EXIT_SUCCESS;
	strbuf_add(&out, "\n");
	return cli_print(strbuf_get(&out));
}

void
services_add_warnings(const json_t *answer, struct strbuf *out)
{
	const json_t *warning;
	size_t i;

	json_array_foreach (json_object_get(answer, "warnings"), i, warning) {
		const char *text = json_string_value(warning);

		strbuf_add(out, "Warning: ");
		strbuf_add_printable(out, text != NULL ? text : "");
		strbuf_add_char(out, '\n');
	}
}

/* is: the service, as it was answered; NULL: nothing is known. */
static int
say(const struct apply *a, const char *outcome, const json_t *is)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	strbuf_add(&out, "service ");
	strbuf_add_printable(&out, a->name);
	strbuf_addf(&out, ": %s\n", outcome);
	services_add_warnings(is, &out);
	return cli_print(strbuf_get(&out));
}

/* Sends it; or with --diff has it tried, so that what is shown as possible is not refused then. */
static int
send_it(const struct apply *a, const json_t *change, struct controller_answer *ret)
{
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	json_auto_t *body = json_copy(without_const(change));
	bool is_new = a->was.body == NULL;

	if (!is_new && a->o->override != NULL)
		(void)json_object_set_new(body, "override_reason", json_string(a->o->override));
	strbuf_add(&path, strbuf_get(is_new ? &a->all : &a->one));
	if (a->o->diff)
		controller_url_add_query(&path, "dry_run", "true");
	return controller_ask(a->c, is_new ? "POST" : "PATCH", strbuf_get(&path), TAKE(body),
	    is_new ? NULL : a->was.etag, ret);
}

/* What would become of it, whether or not it would be refused. */
static int
show(const struct apply *a, const json_t *change)
{
	_cleanup_(controller_answer_done) struct controller_answer would_be = { 0 };
	int status = a->o->base.json ? EXIT_SUCCESS : show_difference(a, change);

	if (status == EXIT_SUCCESS)
		status = send_it(a, change, &would_be);
	if (status != EXIT_SUCCESS)
		return status;
	if (a->o->base.json)
		return cli_print_json(json_deep_copy(change), JSON_INDENT(2));
	return say(a,
	    a->was.body == NULL ? "would be made; nothing was changed yet"
				: "would be changed; nothing was changed yet",
	    would_be.body);
}

/* `change` is not empty, or the service is new. */
static int
send_and_say(const struct apply *a, const json_t *change)
{
	_cleanup_(controller_answer_done) struct controller_answer is = { 0 };
	int status = send_it(a, change, &is);

	if (status == EXIT_SUCCESS && a->o->base.json)
		return object_print(&a->o->base, is.body);
	if (status == EXIT_SUCCESS)
		status = show_difference(a, change);
	return status == EXIT_SUCCESS ? say(a, a->was.body == NULL ? "made" : "changed", is.body)
				       : status;
}

/* The service is as the file says; sites that a rollout has come to may not be. */
static int
say_nothing(const struct apply *a)
{
	_cleanup_(strbuf_done) struct strbuf open = { 0 };
	int status = rollout_add_open(a->c, &a->o->base, a->name, &open);

	if (status == EXIT_SUCCESS)
		status = say(a, "nothing differs from the file", a->was.body);
	return status == EXIT_SUCCESS ? cli_print(strbuf_get(&open)) : status;
}

static int
apply(struct apply *a)
{
	json_auto_t *change = NULL;
	int status = read_both(a);

	if (status != EXIT_SUCCESS)
		return status;
	if (a->was.body != NULL)
		(void)json_object_del(a->file, "name"); /* it is in the path, as a name or id */
	change = change_of(a);
	if (a->was.body == NULL || json_object_size(change) > 0)
		return a->o->diff ? show(a, change) : send_and_say(a, change);
	if (a->o->base.json)
		return a->o->diff ? cli_print_json(TAKE(change), JSON_INDENT(2))
				  : object_print(&a->o->base, a->was.body);
	return say_nothing(a);
}

int
services_run_apply(const void *options, int argc, char **args)
{
	const struct services_options *o = options;
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(apply_done) struct apply a = { .o = o, .c = &c };
	_cleanup_(freep) char *name = NULL;
	int status;

	(void)argc;
	a.file = document_file(args[0], "a service");
	if (a.file == NULL)
		return EXIT_FAILURE;
	if (*field_text(a.file, "name") == '\0') {
		cli_say_error("%s: expected a service, with its name", args[0]);
		return EXIT_FAILURE;
	}
	leave_out_what_is_told(a.file);
	name = xstrdup(field_text(a.file, "name"));
	a.name = name;
	status = controller_open(&o->base.controller, &c);
	return status == EXIT_SUCCESS ? apply(&a) : status;
}
