/* A catchment of a controller for people: how it goes, what came of it, and its file. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/catchments.h"
#include "cli/fields.h"
#include "io/atomic_file.h"
#include "io/tty.h"

#define LOOK_EVERY_MS 500
#define FILE_MAX (64u << 20)
#define FILE_TIMEOUT DURATION_S(60)

/* ---- what came of it ---- */

static void
add_site(struct table *t, const char *name, const json_t *amount, const json_t *rtt)
{
	const json_t *median = json_object_get(rtt, "median_ms");

	table_add_row(t);
	table_add_cellf(t, "%.14s", name);
	table_add_cellf(t, "%lld", field_int(amount, "targets"));
	table_add_cellf(t, "%.1f %%", json_number_value(json_object_get(amount, "share")));
	if (json_is_number(median))
		table_add_cellf(t, "%.1f ms", json_number_value(median));
	else
		table_add_cell(t, "");
}

static void
add_sites(const json_t *result, struct strbuf *out)
{
	struct table *t = table_new();
	bool has_rtt = json_is_object(json_object_get(result, "inflation"));
	json_t *site;
	size_t i;

	table_add_column(t, "site", TABLE_LEFT);
	table_add_column(t, "targets", TABLE_RIGHT);
	table_add_column(t, "", TABLE_RIGHT);
	table_add_column(t, has_rtt ? "rtt" : "", TABLE_RIGHT);
	json_array_foreach (json_object_get(result, "sites"), i, site)
		add_site(t, field_text(site, "site"), site, json_object_get(site, "rtt"));
	add_site(t, "(flipping)", json_object_get(result, "flipping"), NULL);
	table_format(t,
	    (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0) },
	    out);
	table_free(t);
}

static void
add_inflation(const json_t *inflation, struct strbuf *out)
{
	const json_t *best = json_object_get(inflation, "at_best_site");

	if (!json_is_object(inflation))
		return;
	strbuf_addf(out, "at their best site: %lld of %lld targets\n", field_int(best, "targets"),
	    field_int(json_object_get(inflation, "compared"), "targets"));
}

/* What is missing of it, host by host. */
static void
add_missing(const json_t *catchment, struct strbuf *out)
{
	json_t *part;
	size_t i;

	json_array_foreach (json_object_get(catchment, "parts"), i, part) {
		const char *why = field_text(part, "why");

		if (*why == '\0' && json_is_true(json_object_get(part, "restarted")))
			why = "nearcastd was started anew, or upgraded, meanwhile";
		if (*why == '\0')
			continue;
		strbuf_add(out, "incomplete: ");
		strbuf_add_printable(out, field_text(part, "host"));
		strbuf_add(out, ": ");
		strbuf_add_printable(out, why);
		strbuf_add_char(out, '\n');
	}
}

/* "203.0.113.10 from fra1: done": in one line. */
static void
add_state(const json_t *catchment, struct strbuf *out)
{
	strbuf_add_printable(out, field_text(catchment, "address"));
	strbuf_addf(out, " from ");
	strbuf_add_printable(out, field_text(catchment, "site"));
	strbuf_addf(out, ": %s", field_text(catchment, "state"));
	if (*field_text(catchment, "why") != '\0') {
		strbuf_add(out, ", ");
		strbuf_add_printable(out, field_text(catchment, "why"));
	}
	strbuf_add_char(out, '\n');
}

int
catchments_print(const struct object_options *o, json_t *catchment)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	const json_t *result = json_object_get(catchment, "result");
	const json_t *progress = json_object_get(catchment, "progress");
	bool is_whole =
	    !json_is_object(result) || json_is_true(json_object_get(result, "complete"));
	int status;

	if (o->json) {
		status = object_print(o, catchment);
		return is_whole ? status : EXIT_FAILURE;
	}
	strbuf_addf(&out, "%s  ", field_text(catchment, "id"));
	add_state(catchment, &out);
	strbuf_addf(&out, "%lld targets, %lld requests sent, %lld replies landed\n",
	    field_int(catchment, "target_count"), field_int(progress, "sent"),
	    field_int(progress, "landed"));
	if (field_int(progress, "forged") > 0)
		strbuf_addf(
		    &out, "%lld forged replies did not count\n", field_int(progress, "forged"));
	if (json_is_object(result)) {
		add_sites(result, &out);
		add_inflation(json_object_get(result, "inflation"), &out);
	}
	add_missing(catchment, &out);
	status = cli_print(strbuf_get(&out));
	return is_whole ? status : EXIT_FAILURE;
}

/* ---- its file ---- */

static int
fetch(const struct controller *c, const char *path, struct http_reply *reply)
{
	_cleanup_(freep) char *url = controller_address(c, path);
	const char *headers[] = { c->authorization, NULL };
	struct http_call call = { .url = url,
		.headers = headers,
		.ca_file = c->ca_file,
		.timeout = FILE_TIMEOUT,
		.max = FILE_MAX };
	json_auto_t *problem = NULL;
	struct err e = { 0 };

	if (http_call(&call, reply, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	if (reply->status == 200)
		return EXIT_SUCCESS;
	problem = json_loadb(strbuf_get(&reply->body), reply->body.len, 0, NULL);
	cli_say_error("%s", problem != NULL ? field_text(problem, "detail")
					    : "the answer is not one of a controller");
	return EXIT_FAILURE;
}

int
catchments_save(const struct object_options *o, const char *id, const char *out)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	struct err e = { 0 };
	int status = controller_open(&o->controller, &c);

	if (status == EXIT_SUCCESS)
		status = object_path(&catchment_kind, o, &c, id, &path);
	strbuf_add(&path, "/file");
	if (status == EXIT_SUCCESS)
		status = fetch(&c, strbuf_get(&path), &reply);
	if (status != EXIT_SUCCESS)
		return status;
	if (strcmp(out, "-") == 0)
		return cli_print(strbuf_get(&reply.body));
	if (atomic_file_write(out, strbuf_get(&reply.body), reply.body.len, 0644, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* ---- how it goes ---- */

struct waiting {
	const struct object_options *o;
	struct controller c; /* owned */
	struct strbuf path;
	struct controller_answer now; /* owned: as it stands */
	char told[64];                /* the line that stands there */
	bool is_tty;
};

static void
tell(struct waiting *w)
{
	const json_t *progress = json_object_get(w->now.body, "progress");
	long long all = field_int(w->now.body, "target_count") * field_int(w->now.body, "rounds");
	const char *state = field_text(w->now.body, "state");
	char line[sizeof(w->told)];

	if (w->is_tty)
		(void)snprintf(line, sizeof(line), "%s: %lld of %lld sent, %lld landed", state,
		    field_int(progress, "sent"), all, field_int(progress, "landed"));
	else
		(void)snprintf(line, sizeof(line), "%s", state);
	if (strcmp(line, w->told) != 0)
		(void)fprintf(stderr, w->is_tty ? "\r%s\033[K" : "%s\n", line);
	memcpy(w->told, line, sizeof(w->told));
}

static int
look(struct waiting *w)
{
	controller_answer_done(&w->now);
	w->now = (struct controller_answer){ 0 };
	return controller_ask(&w->c, "GET", strbuf_get(&w->path), NULL, NULL, &w->now);
}

static bool
is_over(const struct waiting *w)
{
	return json_is_string(json_object_get(w->now.body, "ended_at"));
}

/* It may have ended meanwhile. */
static void
stop(struct waiting *w)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };

	strbuf_addf(&path, "%s/stop", strbuf_get(&w->path));
	(void)controller_ask(&w->c, "POST", strbuf_get(&path), NULL, NULL, &answer);
}

/* Whether somebody wants it to end, for as long as there is nothing to look at. */
static bool
was_interrupted(const sigset_t *signals)
{
	const struct timespec wait = { .tv_nsec = LOOK_EVERY_MS * NS_PER_MS };

	return sigtimedwait(signals, NULL, &wait) > 0;
}

static int
wait_for_end(struct waiting *w)
{
	unsigned interrupts = 0;
	sigset_t signals;
	int status;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	while ((status = look(w)) == EXIT_SUCCESS) {
		tell(w);
		if (is_over(w))
			break;
		if (!was_interrupted(&signals))
			continue;
		if (++interrupts > 1)
			return EXIT_FAILURE;
		stop(w);
	}
	if (w->is_tty)
		(void)fputs("\r\033[K", stderr);
	return status;
}

int
catchments_wait(const struct object_options *o, const char *id, const char *out)
{
	struct waiting w = { .o = o, .is_tty = isatty(STDERR_FILENO) == 1 };
	int status = controller_open(&o->controller, &w.c), printed;

	if (status == EXIT_SUCCESS)
		status = object_path(&catchment_kind, o, &w.c, id, &w.path);
	if (status == EXIT_SUCCESS)
		status = wait_for_end(&w);
	if (status == EXIT_SUCCESS && out != NULL)
		status = catchments_save(o, id, out);
	if (w.now.body != NULL && is_over(&w)) {
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
