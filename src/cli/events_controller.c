/*
 * Events of a controller: those that there are, the oldest first, as a list has them; then what
 * happens, as a stream tells it.
 *
 * The number of the newest is asked first. The list shows what is not above it, and the stream goes
 * on behind it, also when it is another connection, to another controller: nothing is lost or
 * shown twice. What a controller does not keep any more, it says itself (a message "gap").
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/controller_stream.h"
#include "cli/controller_url.h"
#include "cli/events.h"
#include "cli/fields.h"
#include "cli/since.h"
#include "io/control_line.h"
#include "io/loop.h"

#define LIST_COUNT 50 /* without --last and --since */
#define PAGE 200
#define PAUSE DURATION_S(1)

const char *const events_severities[] = { "debug", "info", "notice", "warning", "error", NULL };

static const struct object_kind kind = {
	.what = "event", .path = "events", .place = OBJECT_LISTED_OVER_ALL
};

bool
events_are_remote(const struct events_options *o)
{
	return o->base.controller.url != NULL || o->base.project != NULL || o->site != NULL ||
	       o->host != NULL || o->severity >= 0;
}

static void
add_filters(const struct events_options *o, struct strbuf *path)
{
	controller_url_add_query(path, "kind", o->kind);
	if (o->severity >= 0)
		controller_url_add_query(path, "severity", events_severities[o->severity]);
	controller_url_add_query(path, "service", o->service);
	controller_url_add_query(path, "site", o->site);
	controller_url_add_query(path, "host", o->host);
}

static int
print_event(const struct events_options *o, const json_t *event)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	const char *host = field_text(event, "host");

	if (o->base.json) {
		(void)control_line(json_deep_copy(event), &line);
		return cli_print(strbuf_get(&line));
	}
	strbuf_addf(&line, "%s%s%s", host, *host != '\0' ? ": " : "", field_text(event, "message"));
	return events_print_line(
	    field_text(event, "at"), field_text(event, "kind"), strbuf_get(&line), "");
}

/* ---- those that there are ---- */

struct reading {
	const struct events_options *o;
	const struct controller *c;
	long long newest; /* of all, when the reading began */
	json_t *found;    /* the newest first */
	size_t wanted;    /* 0: all */
	bool is_over;
};

static int
ask_page(const struct reading *g, const char *path, size_t count, const char *cursor,
    struct controller_answer *ret)
{
	_cleanup_(strbuf_done) struct strbuf whole = { 0 };
	char limit[24];

	(void)snprintf(limit, sizeof(limit), "%zu", count);
	strbuf_add(&whole, path);
	controller_url_add_query(&whole, "limit", limit);
	controller_url_add_query(&whole, "cursor", cursor);
	return controller_ask(g->c, "GET", strbuf_get(&whole), NULL, NULL, ret);
}

static bool
is_before(const json_t *event, const char *key, int64_t ns)
{
	int64_t at;

	return since_parse(field_text(event, key), clock_wall_ns(), &at) == 0 && at < ns;
}

/* What came before the time is not shown, and where it came in before, there is nothing else. */
static void
take_event(struct reading *g, json_t *event)
{
	if (field_int(event, "number") > g->newest)
		return; /* it comes with the stream */
	g->is_over = (g->wanted > 0 && json_array_size(g->found) == g->wanted) ||
		     is_before(event, "received_at", g->o->since_ns);
	if (!g->is_over && !is_before(event, "at", g->o->since_ns))
		(void)json_array_append(g->found, event);
}

static int
read_list(struct reading *g, const char *path)
{
	char cursor[512] = "";
	size_t count = g->wanted > 0 ? MIN(g->wanted, (size_t)PAGE) : PAGE;

	while (!g->is_over) {
		_cleanup_(controller_answer_done) struct controller_answer page = { 0 };
		const char *next;
		json_t *event;
		size_t i;
		int status = ask_page(g, path, count, cursor[0] != '\0' ? cursor : NULL, &page);

		if (status != EXIT_SUCCESS)
			return status;
		json_array_foreach (json_object_get(page.body, "items"), i, event) {
			if (!g->is_over)
				take_event(g, event);
		}
		next = field_text(page.body, "next");
		g->is_over |= *next == '\0' || strlen(next) >= sizeof(cursor) ||
			      (g->wanted > 0 && json_array_size(g->found) >= g->wanted);
		(void)snprintf(cursor, sizeof(cursor), "%s", next);
	}
	return EXIT_SUCCESS;
}

static int
print_found(const struct reading *g)
{
	int status = EXIT_SUCCESS;

	if (json_array_size(g->found) == 0)
		events_say_none(g->o);
	for (size_t i = json_array_size(g->found); i > 0 && status == EXIT_SUCCESS; i--)
		status = print_event(g->o, json_array_get(g->found, i - 1));
	return status;
}

/* The number behind which a stream goes on: of all, whatever is asked for. */
static int
find_newest(struct reading *g, const char *path)
{
	_cleanup_(controller_answer_done) struct controller_answer page = { 0 };
	int status = ask_page(g, path, 1, NULL, &page);

	g->newest = field_int(json_array_get(json_object_get(page.body, "items"), 0), "number");
	return status;
}

/* ---- what happens ---- */

struct following {
	const struct events_options *o;
	int status;
	bool is_away; /* and it was said */
};

/* For programs as for people, who may have missed what they look for. */
static int
tell_gap(const struct events_options *o, json_t *gap)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	if (!o->base.json) {
		(void)fprintf(stderr,
		    "nearcast events: not all is shown: what followed event %lld up to %lld is "
		    "gone "
		    "(%s)\n",
		    field_int(gap, "after"), field_int(gap, "upto"), field_text(gap, "message"));
		return EXIT_SUCCESS;
	}
	(void)json_object_set_new(gap, "kind", json_string("gap"));
	(void)control_line(json_incref(gap), &line);
	return cli_print(strbuf_get(&line));
}

static bool
on_message(void *userdata, const struct event_stream_message *m)
{
	struct following *f = userdata;
	json_auto_t *event = json_loads(m->data, 0, NULL);

	f->is_away = false;
	if (strcmp(m->type, "gap") == 0)
		f->status = tell_gap(f->o, event);
	else if (strcmp(m->type, "message") == 0)
		f->status = print_event(f->o, event);
	return f->status == EXIT_SUCCESS;
}

/* Until it is interrupted, or may not any more. */
static int
follow(
    const struct events_options *o, const struct controller *c, const char *path, long long newest)
{
	const struct timespec pause = { PAUSE.ns / NS_PER_S, PAUSE.ns % NS_PER_S };
	struct event_stream_reader reader = { 0 };
	struct following f = { .o = o };

	if (newest > 0)
		(void)snprintf(reader.id, sizeof(reader.id), "%lld", newest);
	while (f.status == EXIT_SUCCESS) {
		switch (controller_stream(c, path, &reader, on_message, &f)) {
		case CONTROLLER_STREAM_REFUSED:
			f.status = EXIT_FAILURE;
			break;
		case CONTROLLER_STREAM_AWAY:
			if (!f.is_away)
				(void)fprintf(stderr,
				    "nearcast events: the controller is away; waiting for it\n");
			f.is_away = true;
			break;
		case CONTROLLER_STREAM_ENDED:
			break;
		}
		if (f.status == EXIT_SUCCESS)
			(void)nanosleep(&pause, NULL);
	}
	event_stream_reader_done(&reader);
	return f.status;
}

static size_t
wanted(const struct events_options *o)
{
	if (o->count > 0 || o->since_ns > 0)
		return o->count;
	return o->follow ? EVENTS_FOLLOW_FIRST : LIST_COUNT;
}

int
events_of_controller(const struct events_options *o)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 }, filtered = { 0 };
	json_auto_t *found = json_array();
	struct reading g = { .o = o, .c = &c, .found = found, .wanted = wanted(o) };
	int status = controller_open(&o->base.controller, &c);

	if (status == EXIT_SUCCESS)
		status = object_path(&kind, &o->base, &c, NULL, &path);
	if (status == EXIT_SUCCESS)
		status = find_newest(&g, strbuf_get(&path));
	if (status != EXIT_SUCCESS)
		return status;
	strbuf_add(&filtered, strbuf_get(&path));
	add_filters(o, &filtered);
	status = read_list(&g, strbuf_get(&filtered));
	if (status == EXIT_SUCCESS)
		status = print_found(&g);
	return status != EXIT_SUCCESS || !o->follow
		   ? status
		   : follow(o, &c, strbuf_get(&filtered), g.newest);
}
