/* nearcast drain --wait through a controller: until each host that it concerns says that it is
 * drained. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/drain_rows.h"
#include "cli/fields.h"
#include "cli/order.h"
#include "cli/services.h"
#include "io/loop.h"

#define LOOK_EVERY_NS (250 * NS_PER_MS)

/* What is otherwise than it was: a line each. */
static void
say(FILE *to, const json_t *was, const json_t *is)
{
	const json_t *row;
	size_t i;

	json_array_foreach (is, i, row) {
		_cleanup_(strbuf_done) struct strbuf line = { 0 };
		const json_t *before = json_array_get(was, i);

		if (strcmp(field_text(before, "what"), field_text(row, "what")) == 0 &&
		    strcmp(field_text(before, "state"), field_text(row, "state")) == 0)
			continue;
		strbuf_add_printable(&line, field_text(row, "what"));
		strbuf_add(&line, ": ");
		strbuf_add_printable(&line, field_text(row, "text"));
		(void)fprintf(to, "%s\n", strbuf_get(&line));
	}
}

static int
print_end(const struct order_options *o, const json_t *rows, json_t *status)
{
	if (o->base.json)
		return object_print(&o->base, status);
	say(stdout, NULL, rows);
	return cli_print("");
}

/* Where the order stands in the API, and what hosts say. */
struct paths {
	struct strbuf order, status; /* owned */
};

static void
paths_done(struct paths *p)
{
	strbuf_done(&p->order);
	strbuf_done(&p->status);
}

static int
find_paths(const struct order_options *o, const struct controller *c, const char *service,
    const char *id, struct paths *ret)
{
	int status = object_path(
	    service != NULL ? &order_of_project : &order_of_all, &o->base, c, id, &ret->order);

	if (status == EXIT_SUCCESS && service != NULL)
		status = object_path(&services_kind, &o->base, c, service, &ret->status);
	strbuf_add(&ret->status, service != NULL ? "/status" : "/api/v1/status");
	return status;
}

/* Rows of how far it is, and the answer that says so: EXIT_SUCCESS, or it was said why not. */
static int
look(const struct controller *c, const struct paths *paths, const struct drain_scope *scope,
    struct controller_answer *ret, json_t **ret_rows)
{
	_cleanup_(controller_answer_done) struct controller_answer order = { 0 };
	int status = controller_look(c, strbuf_get(&paths->order), &order);

	if (status == EXIT_SUCCESS && order.body == NULL) {
		cli_say_error("the drain was ended by somebody else, or its time is over");
		return EXIT_FAILURE;
	}
	if (status == EXIT_SUCCESS)
		status = controller_ask(c, "GET", strbuf_get(&paths->status), NULL, NULL, ret);
	if (status == EXIT_SUCCESS)
		*ret_rows = drain_rows(json_object_get(ret->body, "sites"), scope);
	return status;
}

static int
wait_for(const struct order_options *o, const struct controller *c, const struct paths *paths,
    const struct drain_scope *scope, struct duration within)
{
	const struct timespec pause = { .tv_nsec = LOOK_EVERY_NS };
	struct instant end = instant_add(clock_now(), within);
	char text[DURATION_STR_MAX];
	json_auto_t *was = NULL;

	for (;;) {
		_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
		json_auto_t *is = NULL;
		int status = look(c, paths, scope, &answer, &is);

		if (status != EXIT_SUCCESS)
			return status;
		if (drain_rows_are_done(is))
			return print_end(o, is, answer.body);
		say(stderr, was, is);
		if (instant_reached(end, clock_now())) {
			cli_say_error("not drained within %s; the drain goes on",
			    duration_format(within, text));
			return EXIT_FAILURE;
		}
		json_decref(was);
		was = TAKE(is);
		(void)nanosleep(&pause, NULL);
	}
}

int
order_wait_drained(
    const struct order_options *o, const char *service, const char *id, struct duration within)
{
	const struct drain_scope scope = { .service = service, .site = o->site, .host = o->host };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(paths_done) struct paths paths = { 0 };
	int status = controller_open(&o->base.controller, &c);

	if (status == EXIT_SUCCESS)
		status = find_paths(o, &c, service, id, &paths);
	return status == EXIT_SUCCESS ? wait_for(o, &c, &paths, &scope, within) : status;
}
