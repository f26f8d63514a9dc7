#include "cli/catchment_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/catchments.h"
#include "measure/origins.h"
#include "measure/places.h"
#include "measure/weights.h"

/* Of lines in a request of at most 256 KiB: what else is in it is small, and some bytes are
 * escaped. */
#define ROOM (160u << 10)

void
catchment_places_done(struct catchment_places *p)
{
	json_decref(p->places);
	json_decref(p->asns);
	json_decref(p->weights);
	*p = (struct catchment_places){ 0 };
}

void
catchment_places_target(struct selection *s, const char *text)
{
	struct prefix prefix;
	struct ip ip;

	if (ip_parse(text, &ip) == 0)
		selection_add(s, prefix_host(ip));
	else if (prefix_parse(text, &prefix) == 0)
		selection_add(s, prefix);
}

/* ---- from files ---- */

/* A name that is no UTF-8 is left out, and its line is not. */
static void
take(void *userdata, const char *line)
{
	json_t *text = json_string(line);
	size_t words = strcspn(line, " ");

	if (text == NULL) {
		words += strspn(line + words, " ");
		words += strcspn(line + words, " ");
		text = json_stringn(line, words);
	}
	if (text != NULL)
		(void)json_array_append_new(userdata, text);
}

static int
read_places(const char *path, const struct selection *s, json_t *lines, struct strbuf *report,
    struct err *e)
{
	struct places *p = NULL;
	int r = places_load_file(path, &p, report, e);

	if (r >= 0)
		places_select(p, s, take, lines);
	places_free(p);
	return r;
}

static int
read_origins(const char *path, const struct selection *s, json_t *lines, struct strbuf *report,
    struct err *e)
{
	struct origins *o = NULL;
	int r = origins_load_file(path, &o, report, e);

	if (r >= 0)
		origins_select(o, s, take, lines);
	origins_free(o);
	return r;
}

static int
read_weights(const char *path, const struct selection *s, json_t *lines, struct strbuf *report,
    struct err *e)
{
	struct weights *w = NULL;
	int r = weights_load_file(path, &w, report, e);

	if (r >= 0)
		weights_select(w, s, take, lines);
	weights_free(w);
	return r;
}

int
catchment_places_read(const struct catchment_places_files *files, const struct selection *s,
    struct catchment_places *ret)
{
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	struct err e = { 0 };
	int r = 0;

	ret->places = json_array();
	ret->asns = json_array();
	ret->weights = json_array();
	if (files->places != NULL)
		r = read_places(files->places, s, ret->places, &report, &e);
	if (r >= 0 && files->asn != NULL)
		r = read_origins(files->asn, s, ret->asns, &report, &e);
	if (r >= 0 && files->weights != NULL)
		r = read_weights(files->weights, s, ret->weights, &report, &e);
	(void)fputs(strbuf_get(&report), stderr);
	if (r < 0)
		cli_say_error("%s", e.message);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- to the controller ---- */

static json_t *
next_lines(const json_t *all, size_t *next, size_t *room)
{
	json_t *lines = json_array();

	for (; *next < json_array_size(all); (*next)++) {
		json_t *line = json_array_get(all, *next);
		size_t bytes = json_string_length(line) + 3;

		if (bytes > *room)
			break;
		*room -= bytes;
		(void)json_array_append(lines, line);
	}
	return lines;
}

static bool
set_lines(json_t *body, const char *key, json_t *lines)
{
	bool has_any = json_array_size(lines) > 0;

	if (has_any)
		(void)json_object_set(body, key, lines);
	json_decref(lines);
	return has_any;
}

bool
catchment_places_add(struct catchment_places *p, json_t *body, size_t room)
{
	bool has_places = set_lines(body, "places", next_lines(p->places, &p->next_place, &room));
	bool has_asns = set_lines(body, "asns", next_lines(p->asns, &p->next_asn, &room));
	bool has_weights =
	    set_lines(body, "weights", next_lines(p->weights, &p->next_weight, &room));

	return has_places || has_asns || has_weights;
}

static int
send_piece(const struct controller *c, const char *path, json_t *body)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };

	return controller_ask(c, "POST", path, body, NULL, &answer);
}

int
catchment_places_send(struct catchment_places *p, const struct object_options *o, const char *id)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	json_auto_t *body = json_object();
	int status;

	if (!catchment_places_add(p, body, ROOM))
		return EXIT_SUCCESS;
	status = controller_open(&o->controller, &c);
	if (status == EXIT_SUCCESS)
		status = object_path(&catchment_kind, o, &c, id, &path);
	strbuf_add(&path, "/places");
	do {
		if (status == EXIT_SUCCESS)
			status = send_piece(&c, strbuf_get(&path), json_deep_copy(body));
		(void)json_object_clear(body);
	} while (status == EXIT_SUCCESS && catchment_places_add(p, body, ROOM));
	return status;
}
