/* A rollout that is open, for whoever asks how its service stands: where its document is, and the way out. */
#include <stdlib.h>
#include <string.h>

#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/rollout.h"

static bool
is_in(const json_t *rollout, const char *state)
{
	return strcmp(field_text(rollout, "state"), state) == 0;
}

static bool
is_change(const json_t *rollout)
{
	return strcmp(field_text(rollout, "kind"), "change") == 0;
}

/* As the controller has it: of a change that has stopped, sites go on with its document. */
static bool
is_open(const json_t *rollout)
{
	return is_in(rollout, "running") || is_in(rollout, "paused") ||
	       (is_in(rollout, "stopped") && is_change(rollout));
}

static void
add_command(const json_t *rollout, const char *project, const char *word, struct strbuf *out)
{
	strbuf_addf(out, "`nearcast rollout %s ", word);
	strbuf_add_printable(out, field_text(rollout, "id"));
	if (project != NULL) {
		strbuf_add(out, " --project ");
		strbuf_add_printable(out, project);
	}
	strbuf_add_char(out, '`');
}

void
rollout_add_next(const json_t *rollout, const char *project, struct strbuf *out)
{
	if (!is_in(rollout, "stopped"))
		return;
	add_command(rollout, project, "resume", out);
	strbuf_add(out, " goes on");
	if (is_change(rollout)) {
		strbuf_add(out, ", ");
		add_command(rollout, project, "take-back", out);
		strbuf_add(out, " gives every site the former document");
	}
	strbuf_add(out, ".\n");
}

/* "Its document is at am6, la1; all other sites have that of the service." */
static void
add_sites(const json_t *rollout, struct strbuf *out)
{
	const json_t *steps = json_object_get(rollout, "steps"), *step;
	size_t i, count = 0;

	json_array_foreach (steps, i, step) {
		if (strcmp(field_text(step, "state"), "waiting") == 0)
			continue;
		strbuf_add(out, count++ == 0 ? "Its document is at " : ", ");
		strbuf_add_printable(out, field_text(step, "site"));
	}
	strbuf_add(out, count == 0 ? "Its document is at no site yet.\n"
			: count == json_array_size(steps)
			? ".\n"
			: "; all other sites have that of the service.\n");
}

int
rollout_add_open(const struct controller *c, const struct object_options *o, const char *service,
    struct strbuf *out)
{
	_cleanup_(controller_answer_done) struct controller_answer last = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	const json_t *rollout;
	int status = object_path(&rollout_kind, o, c, NULL, &path);

	/* while one is open no other is begun: it is the last */
	controller_url_add_query(&path, "service", service);
	controller_url_add_query(&path, "limit", "1");
	if (status == EXIT_SUCCESS)
		status = controller_ask(c, "GET", strbuf_get(&path), NULL, NULL, &last);
	rollout = json_array_get(json_object_get(last.body, "items"), 0);
	if (status != EXIT_SUCCESS || !is_open(rollout))
		return status;
	strbuf_add(out, "\nRollout ");
	strbuf_add_printable(out, field_text(rollout, "id"));
	strbuf_add(out, ", a ");
	rollout_add_state(rollout, out);
	if (is_change(rollout))
		add_sites(rollout, out);
	rollout_add_next(rollout, o->project, out);
	return status;
}
