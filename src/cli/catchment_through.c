#include "cli/catchment_through.h"

#include <stdlib.h>

#include "cli/catchment_places.h"
#include "cli/catchments.h"
#include "cli/fields.h"
#include "measure/lines.h"

#define REQUEST_BYTES (160u << 10) /* of the lists in one, which may have 256 KiB */

/* The first word of each line. What it is, is for the controller to say, who names its place. */
static int
add_file(json_t *list, const char *path)
{
	struct lines l;
	struct err e = { 0 };
	int r = lines_open(&l, path, &e);

	while (r >= 0 && (r = lines_next(&l, &e)) > 0) {
		struct line_word word;
		char text[LINES_TEXT_MAX + 1];

		if (lines_split(&l, &word, 1) > 0 && lines_word(&l, word, text, sizeof(text)))
			(void)json_array_append_new(list, json_string(text));
	}
	if (r < 0)
		cli_say_error("%s", e.message);
	if (l.fd >= 0 || l.piece != NULL)
		lines_done(&l);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
add_files(json_t *list, const struct cli_strings *paths)
{
	int status = EXIT_SUCCESS;

	for (size_t i = 0; i < paths->count && status == EXIT_SUCCESS; i++)
		status = add_file(list, paths->items[i]);
	return status;
}

static json_t *
body_of(const struct catchment_through *q, json_t *targets, json_t *exclude)
{
	json_t *body = json_pack(
	    "{s:s, s:s, s:O, s:O, s:s, s:s*, s:s*, s:I, s:I, s:I, s:I, s:b, s:b}", "global_ip",
	    q->address, "site", q->site, "targets", targets, "exclude", exclude, "method",
	    q->dns != NULL ? "dns" : "icmp", "dns_suffix", q->dns, "contact", q->contact, "pps",
	    (json_int_t)q->pps, "rounds", (json_int_t)q->rounds, "port", (json_int_t)q->port,
	    "wait_seconds", MAX((json_int_t)((q->wait.ns + NS_PER_S - 1) / NS_PER_S), 1), "best",
	    q->best, "lab", q->lab);

	if (q->block > 0)
		(void)json_object_set_new(body, "block_length", json_integer(q->block));
	if (q->seed != UINT32_MAX)
		(void)json_object_set_new(body, "seed", json_integer(q->seed));
	return body;
}

/* All of it at once, but the project: whether one is needed, the controller knows. */
static int
check_given(const struct catchment_through *q)
{
	const struct {
		bool given;
		const char *what;
	} needed[] = {
		{ q->address != NULL, "--global-ip (the address that asks)" },
		{ q->site != NULL, "--from (the site that sends)" },
		{ q->hitlists->count > 0 || q->prefixes[0] != NULL,
		    "whom to ask (--hitlist FILE, or prefixes)" },
		{ q->contact != NULL || q->dns != NULL || q->lab,
		    "--contact (a URL or a mail address, for those who are asked and wonder why; "
		    "or --lab)" },
	};
	_cleanup_(strbuf_done) struct strbuf missing = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (!needed[i].given)
			strbuf_addf(
			    &missing, "%s%s", missing.len > 0 ? ", " : "", needed[i].what);
	}
	if (missing.len == 0)
		return EXIT_SUCCESS;
	return cli_usage_error("missing: %s", strbuf_get(&missing));
}

static int
read_places(const struct catchment_through *q, const json_t *targets, struct catchment_places *ret)
{
	struct selection s = { 0 };
	json_t *target;
	int status;
	size_t i;

	if (q->places == NULL && q->asn == NULL)
		return EXIT_SUCCESS;
	json_array_foreach (targets, i, target)
		catchment_places_target(&s, json_string_value(target));
	status = catchment_places_read(q->places, q->asn, &s, ret);
	selection_done(&s);
	return status;
}

/* With the request what has room in it, so that the map has them from the first reply on. */
static void
add_places(
    struct catchment_places *known, json_t *body, const json_t *targets, const json_t *exclude)
{
	size_t lines = json_array_size(targets) + json_array_size(exclude);
	size_t used = lines * (PREFIX_STR_MAX + 3);

	if (known->places != NULL && used < REQUEST_BYTES)
		(void)catchment_places_add(known, body, REQUEST_BYTES - used);
}

/* It has begun, whatever becomes of the rest of its places. */
static int
go_on(const struct catchment_through *q, struct catchment_places *known, const char *id)
{
	int told = catchment_places_send(known, q->o, id), status;

	if (told != EXIT_SUCCESS)
		cli_say_error(
		    "it goes on without places; nearcast catchments locate %s tells them", id);
	status = catchments_wait(q->o, id, q->out);
	return status == EXIT_SUCCESS ? told : status;
}

int
catchment_run_through(const struct catchment_through *q)
{
	_cleanup_(controller_answer_done) struct controller_answer made = { 0 };
	_cleanup_(catchment_places_done) struct catchment_places known = { 0 };
	json_auto_t *targets = json_array(), *exclude = json_array();
	json_t *body;
	int status = check_given(q);

	if (status == EXIT_SUCCESS)
		status = add_files(targets, q->hitlists);
	if (status == EXIT_SUCCESS)
		status = add_files(exclude, q->excludes);
	for (size_t i = 0; q->prefixes[i] != NULL; i++)
		(void)json_array_append_new(targets, json_string(q->prefixes[i]));
	if (status != EXIT_SUCCESS)
		return status;
	if (json_array_size(targets) == 0)
		return cli_usage_error("whom to ask is missing: --hitlist FILE, or prefixes");
	status = read_places(q, targets, &known);
	if (status != EXIT_SUCCESS)
		return status;
	body = body_of(q, targets, exclude);
	if (body == NULL)
		return cli_usage_error("an argument is not UTF-8 text");
	add_places(&known, body, targets, exclude);
	(void)catchments_hold_interrupts();
	status = object_make(&catchment_kind, q->o, body, &made);
	return status == EXIT_SUCCESS ? go_on(q, &known, field_text(made.body, "id")) : status;
}
