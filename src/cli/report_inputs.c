#include "cli/report_inputs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/style.h"
#include "measure/json_file.h"

#define NAMES_FILE "/etc/nearcast/names.json"

void
report_sources_done(struct report_sources *s)
{
	report_builder_done(&s->builder);
	catch_merge_done(&s->catchment);
	names_free(s->names);
	origins_free(s->origins);
	places_free(s->places);
	relations_free(s->relations);
}

static int
fail(const struct err *e)
{
	cli_say_error("%s", e->message);
	return EXIT_FAILURE;
}

/* ---- what is known of addresses ---- */

static int
read_known(const struct report_inputs *in, struct report_sources *s, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	int r = names_load_file(in->names ? in->names : NAMES_FILE, &s->names, e);

	/* one that was asked for must be there; the default one need not */
	if (r == -ENOENT && in->names == NULL)
		r = 0;
	if (r >= 0 && in->asn)
		r = origins_load_file(in->asn, &s->origins, &report, e);
	if (r >= 0 && in->places)
		r = places_load_file(in->places, &s->places, &report, e);
	if (r >= 0 && in->relations)
		r = relations_load_file(in->relations, &s->relations, &report, e);
	(void)fputs(strbuf_get(&report), stderr);
	return r;
}

/* ---- catchments ---- */

static void
note_file(struct report *r, const struct catch_merged_file *f)
{
	if (f->why)
		report_add_note(r, f->why);
	if (f->bad > 0)
		report_add_note(r, report_printf(r, "%s: %" PRIu64 " bad line%s left out", f->path,
				       f->bad, f->bad == 1 ? " was" : "s were"));
}

static void
add_word(struct strbuf *to, const char *word)
{
	if (to->len > 0)
		strbuf_add(to, ", ");
	strbuf_add(to, word);
}

/* How it was measured, as far as the files tell. */
static void
add_conditions(struct report *r, const struct catch_merge *m, const char *label)
{
	_cleanup_(strbuf_done) struct strbuf replies = { 0 }, rtts = { 0 };

	for (size_t i = 0; i < m->file_count; i++) {
		const struct catch_merged_file *f = &m->files[i];
		const json_t *sent = json_object_get(f->end, "sent");
		const char *at = json_string_value(json_object_get(f->end, "at"));

		add_word(f->rtt ? &rtts : &replies,
		    report_printf(r, "%s (%" PRIu64 " rows)", f->path, f->rows));
		if (!f->rtt && json_is_integer(sent))
			report_add_condition(r, report_printf(r, "requests %s", label),
			    report_printf(r, "%" JSON_INTEGER_FORMAT " sent from %s, until %s",
				json_integer_value(sent), f->site ? f->site : "a site",
				at ? report_time(r, at) : "an unknown time"));
	}
	if (replies.len > 0)
		report_add_condition(
		    r, report_printf(r, "catchment %s", label), strbuf_get(&replies));
	if (rtts.len > 0)
		report_add_condition(r, report_printf(r, "RTTs %s", label), strbuf_get(&rtts));
}

/* What the files have, and what is wrong with them. */
static int
take_catchment(const struct report_inputs *in, struct report_sources *s, struct report *r,
    enum report_when when, struct catch_merge *m, struct err *e)
{
	int status = in->weights ? catch_merge_weigh(m, in->weights, e) : 0;

	(void)fputs(strbuf_get(&m->report), stderr);
	if (status >= 0 && m->address == NULL)
		status = err_set(e, -ENODATA, "there is no file of replies, and none of a merge");
	if (status < 0)
		return status;
	for (size_t i = 0; i < m->file_count; i++)
		note_file(r, &m->files[i]);
	if (r->global_ip == NULL && m->address && *m->address)
		r->global_ip = report_text(r, m->address);
	report_builder_of(&s->builder, m->files[0].path, m->address);
	add_conditions(r, m, when == REPORT_BEFORE ? r->before.label : r->after.label);
	report_build_catchment(&s->builder, m, when);
	if (when == REPORT_BEFORE)
		return 0;
	r->asked = catch_merge_asked(m);
	if (m->bad_weights > 0)
		report_add_note(
		    r, report_printf(r, "%s: %" PRIu64 " bad line%s left out", in->weights,
			   m->bad_weights, m->bad_weights == 1 ? " was" : "s were"));
	return 0;
}

static int
read_catchment(const struct report_inputs *in, struct report_sources *s, struct report *r,
    enum report_when when, struct err *e)
{
	const struct cli_strings *files = when == REPORT_BEFORE ? &in->before : &in->catchments;
	_cleanup_(catch_merge_done) struct catch_merge before = { 0 };
	struct catch_merge *m = when == REPORT_BEFORE ? &before : &s->catchment;
	char **paths;

	if (files->count == 0)
		return 0;
	paths = xcalloc(files->count + 1, sizeof(*paths));
	for (size_t i = 0; i < files->count; i++)
		paths[i] = xstrdup(files->items[i]);
	m->takes_merged = true;
	m->keeps_rtts = when == REPORT_AFTER;
	catch_merge_read(m, paths);

	int status = take_catchment(in, s, r, when, m, e);

	for (size_t i = 0; i < m->file_count; i++)
		m->files[i].path = NULL; /* was borrowed, and is not needed any more */
	for (size_t i = 0; i < files->count; i++)
		free(paths[i]);
	free(paths);
	return status;
}

/* ---- probes and traces ---- */

/* "tokyo=way.json" and "ways/tokyo.json" are both of the client tokyo. */
static void
split_client(struct report *r, const char *text, const char **client, const char **path)
{
	const char *equals = strchr(text, '='), *slash, *dot;

	if (equals && equals > text) {
		*client = report_printf(r, "%.*s", (int)(equals - text), text);
		*path = equals + 1;
		return;
	}
	slash = strrchr(text, '/');
	*path = text;
	text = slash ? slash + 1 : text;
	dot = strrchr(text, '.');
	*client = dot && dot > text ? report_printf(r, "%.*s", (int)(dot - text), text)
				    : report_text(r, text);
}

enum document { PROBE, BEFORE_PROBE, TRACE };

/* It did not land anywhere that was measured: its trace would change the shares of those who did.
 */
static bool
leave_out_trace(struct report_sources *s, const char *client, const char *path)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	const char *note;

	if (report_builder_find(&s->builder, client) != REPORT_NONE)
		return false;
	note = report_printf(s->builder.report,
	    "%s: its client \"%s\" is in no catchment and no probe: the trace was left out", path,
	    client);
	report_add_note(s->builder.report, note);
	strbuf_add_printable(&line, note);
	(void)fprintf(stderr, "%s\n", strbuf_get(&line));
	return true;
}

static int
read_document(struct report_sources *s, const char *text, enum document kind, struct err *e)
{
	const char *client, *path;
	json_t *doc = NULL;
	int status;

	split_client(s->builder.report, text, &client, &path);
	status = json_file_load(path, &doc, e);
	if (status >= 0 && kind == TRACE && !leave_out_trace(s, client, path))
		status = report_build_trace(&s->builder, client, doc, path, e);
	else if (status >= 0 && kind != TRACE)
		status = report_build_probe(&s->builder, client,
		    kind == PROBE ? REPORT_AFTER : REPORT_BEFORE, doc, path, e);
	json_decref(doc);
	return status;
}

static int
read_documents(struct report_sources *s, const struct cli_strings *files, enum document kind,
    const char *what, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < files->count && status >= 0; i++)
		status = read_document(s, files->items[i], kind, e);
	if (files->count > 0 && status >= 0)
		report_add_condition(s->builder.report, what,
		    report_printf(s->builder.report, "%zu file%s", files->count,
			files->count == 1 ? "" : "s"));
	return status;
}

static void
add_file(struct report *r, const char *what, const char *path)
{
	if (path)
		report_add_condition(r, what, path);
}

int
report_inputs_read(const struct report_inputs *in, struct report_sources *s, struct report *r)
{
	struct err e = { 0 };
	int status = read_known(in, s, &e);

	s->builder = (struct report_builder){
		.report = r, .names = s->names, .origins = s->origins, .places = s->places
	};
	report_builder_of(&s->builder, "the Global IP", r->global_ip);
	if (status >= 0)
		status = read_catchment(in, s, r, REPORT_AFTER, &e);
	if (status >= 0)
		status = read_catchment(in, s, r, REPORT_BEFORE, &e);
	if (status >= 0)
		status = read_documents(s, &in->probes, PROBE, "probes", &e);
	if (status >= 0)
		status = read_documents(s, &in->before_probes, BEFORE_PROBE, "probes before", &e);
	if (status >= 0)
		status = read_documents(s, &in->traces, TRACE, "traces", &e);
	if (status < 0)
		return fail(&e);
	add_file(r, "weights", in->weights);
	add_file(r, "names", in->names);
	add_file(r, "AS numbers", in->asn);
	add_file(r, "places", in->places);
	add_file(r, "relations", in->relations);
	return EXIT_SUCCESS;
}

/* ---- how far the better sites are ---- */

void
report_inputs_know_rtts(const struct report_sources *s, struct report *r)
{
	report_builder_know_rtts(&s->builder);
	for (size_t i = 0; i < r->finding_count; i++) {
		const struct report_finding *f = &r->findings[i];
		struct ip address;
		uint32_t us;

		if (f->better_site == REPORT_NONE ||
		    ip_parse(r->clients[f->client].name, &address) < 0)
			continue;
		us = catch_rtts_get(&s->catchment.rtts, &s->catchment.table, address,
		    r->sites[f->better_site].name);
		if (us != CATCH_US_NONE)
			report_know_rtt(r, f->client, f->better_site, us / 1000.0);
	}
}
