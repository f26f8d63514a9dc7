/* A catchment of a controller, waited for and printed. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/catchments.h"
#include "cli/catchments_text.h"
#include "cli/catchments_watch.h"
#include "cli/fields.h"
#include "cli/signals.h"
#include "io/loop.h"
#include "io/tty.h"

int
catchments_print(const struct object_options *o, json_t *catchment)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	bool is_whole = catchments_is_whole(catchment);
	int status;

	if (o->json) {
		status = object_print(o, catchment);
		return is_whole ? status : EXIT_FAILURE;
	}
	catchments_text(catchment,
	    (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0) },
	    &out);
	status = cli_print(strbuf_get(&out));
	return is_whole ? status : EXIT_FAILURE;
}

/* ---- how it goes ---- */

struct waiting {
	struct controller c; /* owned */
	struct strbuf path;
	struct controller_answer now; /* owned: as it was seen last */
	struct catchments_watch watch;
	sigset_t signals;
};

static void
tell(struct waiting *w)
{
	const char *line = catchments_watch_saw(&w->watch, w->now.body);

	if (line != NULL)
		(void)fprintf(stderr, w->watch.is_tty ? "\r%s\033[K" : "%s\n", line);
}

/* Whether somebody interrupts within a time. */
static bool
was_interrupted(const struct waiting *w, struct duration d)
{
	const struct timespec wait = { d.ns / NS_PER_S, d.ns % NS_PER_S };

	return sigtimedwait(&w->signals, NULL, &wait) > 0;
}

/* It may have ended meanwhile. */
static void
stop(const struct waiting *w)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };

	strbuf_addf(&path, "%s/stop", strbuf_get(&w->path));
	(void)controller_ask(&w->c, "POST", strbuf_get(&path), NULL, NULL, &answer);
}

/* Looks, until the controller answers or is not waited for any more: with what was wrong. */
static int
look(struct waiting *w, struct duration *next)
{
	struct controller_answer seen = { 0 };
	struct err e = { 0 };
	int r = controller_peek(&w->c, strbuf_get(&w->path), &seen, &e);

	*next = CATCHMENTS_LOOK_EVERY;
	if ((r < 0 || seen.status >= 500) && catchments_watch_lost(&w->watch, clock_now(), next)) {
		controller_answer_done(&seen);
		return EXIT_SUCCESS;
	}
	controller_answer_done(&w->now);
	w->now = seen;
	r = controller_judge(&w->c, r, &w->now, &e);
	if (r == EXIT_SUCCESS)
		tell(w);
	return r;
}

static int
wait_for_end(struct waiting *w)
{
	struct duration next;
	int status;

	w->signals = cli_hold_interrupts();
	while ((status = look(w, &next)) == EXIT_SUCCESS && !catchments_is_over(w->now.body)) {
		if (!was_interrupted(w, next))
			continue;
		if (!catchments_watch_interrupted(&w->watch))
			return EXIT_FAILURE;
		stop(w);
	}
	if (w->watch.is_tty)
		(void)fputs("\r\033[K", stderr);
	return status;
}

int
catchments_wait(const struct object_options *o, const char *id, const char *out)
{
	struct waiting w = { .watch = { .is_tty = isatty(STDERR_FILENO) == 1 } };
	int status = controller_open(&o->controller, &w.c), printed;

	if (status == EXIT_SUCCESS)
		status = object_path(&catchment_kind, o, &w.c, id, &w.path);
	if (status == EXIT_SUCCESS)
		status = wait_for_end(&w);
	if (status == EXIT_SUCCESS && out != NULL)
		status = catchments_save(o, id, out);
	if (catchments_is_over(w.now.body)) {
		bool is_done = strcmp(field_text(w.now.body, "state"), "done") == 0;

		printed = catchments_print(o, w.now.body);
		if (status == EXIT_SUCCESS)
			status = is_done ? printed : EXIT_FAILURE;
	}
	controller_answer_done(&w.now);
	controller_done(&w.c);
	strbuf_done(&w.path);
	return status;
}
