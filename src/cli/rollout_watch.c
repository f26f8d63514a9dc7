/* A rollout for people: its sites as a table, or each step as it comes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/fields.h"
#include "cli/rollout.h"
#include "io/tty.h"

void
rollout_add_state(const json_t *rollout, struct strbuf *out)
{
	strbuf_addf(out, "%s of ", field_text(rollout, "kind"));
	strbuf_add_printable(out, field_text(rollout, "service"));
	strbuf_addf(out, ": %s", field_text(rollout, "state"));
	if (*field_text(rollout, "why") != '\0') {
		strbuf_add(out, ", ");
		strbuf_add_printable(out, field_text(rollout, "why"));
	}
	strbuf_add(out, "\n");
}

static void
add_steps(const json_t *rollout, struct strbuf *out)
{
	static const char *const heads[] = { "site", "state", "since", "until", "why", NULL };
	struct table *t = fields_table(heads);
	json_t *step;
	size_t i;

	json_array_foreach (json_object_get(rollout, "steps"), i, step) {
		table_add_row(t);
		table_add_cell(t, field_text(step, "site"));
		table_add_cell(t, field_text(step, "state"));
		table_add_cell(t, field_text(step, "started_at"));
		table_add_cell(t, field_text(step, "ended_at"));
		table_add_cell(t, field_text(step, "why"));
	}
	fields_table_end(t, i > 0,
	    (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0) },
	    out);
}

int
rollout_print(const struct rollout_options *o, json_t *rollout)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	if (o->base.json)
		return object_print(&o->base, rollout);
	strbuf_addf(&out, "%s  ", field_text(rollout, "id"));
	rollout_add_state(rollout, &out);
	add_steps(rollout, &out);
	if (strcmp(field_text(rollout, "state"), "stopped") == 0)
		strbuf_add_char(&out, '\n');
	rollout_add_next(rollout, o->base.project, &out);
	return cli_print(strbuf_get(&out));
}

/* What is otherwise than it was, a line each. */
static int
tell_changes(const json_t *was, const json_t *is)
{
	const json_t *old = json_object_get(was, "steps");
	bool differs = strcmp(field_text(was, "state"), field_text(is, "state")) != 0 ||
		       strcmp(field_text(was, "why"), field_text(is, "why")) != 0;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_t *step;
	size_t i;

	if (was == NULL)
		rollout_add_state(
		    is, &out); /* what its sites are about; later what has come of them */
	json_array_foreach (json_object_get(is, "steps"), i, step) {
		const char *before = field_text(json_array_get(old, i), "state");
		const char *why = field_text(step, "why");

		if (strcmp(before, field_text(step, "state")) == 0 ||
		    (was == NULL && strcmp(field_text(step, "state"), "waiting") == 0))
			continue;
		strbuf_add_printable(&out, field_text(step, "site"));
		strbuf_addf(&out, ": %s%s", field_text(step, "state"), *why != '\0' ? ", " : "");
		strbuf_add_printable(&out, why);
		strbuf_add(&out, "\n");
	}
	if (was != NULL && differs)
		rollout_add_state(is, &out);
	return cli_print(strbuf_get(&out));
}

static bool
is_over(const json_t *rollout)
{
	const char *state = field_text(rollout, "state");

	return strcmp(state, "running") != 0 && strcmp(state, "paused") != 0;
}

/* How it ended, as a status; and the way on, when it is not done. */
static int
say_end(const json_t *rollout, const char *project)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	if (strcmp(field_text(rollout, "state"), "done") == 0)
		return EXIT_SUCCESS;
	rollout_add_next(rollout, project, &out);
	(void)cli_print(strbuf_get(&out));
	return EXIT_FAILURE;
}

/* It cannot be watched any more; that says nothing of the rollout. */
static void
say_goes_on(const char *id, const char *project)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	strbuf_add(&out, "The rollout was started, and its controller goes on with it, watched or "
			 "not: `nearcast rollout show ");
	strbuf_add_printable(&out, id);
	if (project != NULL) {
		strbuf_add(&out, " --project ");
		strbuf_add_printable(&out, project);
	}
	(void)fprintf(stderr, "%s` tells how it stands.\n", strbuf_get(&out));
}

static int
watch(const struct controller *c, const char *path, const char *id, const char *project,
    bool is_started)
{
	const struct timespec pause = { .tv_sec = 1 };
	json_auto_t *was = NULL;

	for (;;) {
		_cleanup_(controller_answer_done) struct controller_answer is = { 0 };
		int status = controller_ask(c, "GET", path, NULL, NULL, &is);

		if (status != EXIT_SUCCESS && is_started && (is.status == 0 || is.status >= 500))
			say_goes_on(id, project);
		if (status == EXIT_SUCCESS)
			status = tell_changes(was, is.body);
		if (status != EXIT_SUCCESS)
			return status;
		json_decref(was);
		was = json_incref(is.body);
		is_started = true;
		if (is_over(was))
			return say_end(was, project);
		(void)nanosleep(&pause, NULL);
	}
}

int
rollout_watch(const struct rollout_options *o, const char *id, bool is_started)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = controller_open(&o->base.controller, &c);

	if (status == EXIT_SUCCESS)
		status = object_path(&rollout_kind, &o->base, &c, id, &path);
	return status == EXIT_SUCCESS
		   ? watch(&c, strbuf_get(&path), id, o->base.project, is_started)
		   : status;
}
