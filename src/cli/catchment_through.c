#include "cli/catchment_through.h"

#include <stdlib.h>
#include <string.h>

#include "cli/catchment_lists.h"
#include "cli/catchment_places.h"
#include "cli/catchments.h"
#include "cli/fields.h"
#include "cli/signals.h"
#include "io/atomic_file.h"

#define REQUEST_MAX (256u << 10)   /* what a controller reads of one */
#define REQUEST_BYTES (160u << 10) /* of the lists and places in one */

/* What is asked, and what is not, as it goes to the controller. */
struct whom {
	json_t *targets, *exclude; /* owned: arrays */
};

static void
whom_done(struct whom *w)
{
	json_decref(w->targets);
	json_decref(w->exclude);
}

static void
take(void *userdata, struct prefix p, bool is_excluded)
{
	const struct whom *w = userdata;
	char text[PREFIX_STR_MAX];

	if (p.len == ip_bits(p.addr.family))
		(void)ip_format(p.addr, text);
	else
		(void)prefix_format(p, text);
	(void)json_array_append_new(is_excluded ? w->exclude : w->targets, json_string(text));
}

/* Here, where the files are: the controller could name no line of them. */
static int
read_lists(const struct catchment_through *q, struct whom *w)
{
	struct catchment_lists lists = { .hitlists = q->hitlists,
		.excludes = q->excludes,
		.prefixes = q->prefixes,
		.block = q->block,
		.lab = q->lab,
		.skip_bad_lines = q->skip_bad_lines };
	struct hitlist *read = NULL;
	uint64_t bad;
	struct ip ip;
	int status;

	if (ip_parse(q->address, &ip) < 0)
		return cli_usage_error("--global-ip: \"%s\" is not an IP address", q->address);
	lists.family = ip.family;
	status = catchment_lists_read(&lists, take, w, &bad, &read);
	hitlist_free(read);
	if (status == EXIT_SUCCESS && json_array_size(w->targets) == 0) {
		cli_say_error("there is no target to ask");
		return EXIT_FAILURE;
	}
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

/* Before it is sent: the controller would only say how many bytes it takes. */
static int
check_size(const json_t *body, const struct whom *w)
{
	size_t lines = json_array_size(w->targets) + json_array_size(w->exclude);
	size_t bytes = json_dumpb(body, NULL, 0, JSON_COMPACT);

	if (bytes <= REQUEST_MAX)
		return EXIT_SUCCESS;
	cli_say_error("a list of %zu lines (%zu KiB) is too long for a controller, which reads %u "
		      "KiB of a request: give prefixes, which stand for an address in each of "
		      "their blocks, or ask with files (--alone)",
	    lines, bytes >> 10, REQUEST_MAX >> 10);
	return EXIT_FAILURE;
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

	if (q->known.places == NULL && q->known.asn == NULL && q->known.weights == NULL)
		return EXIT_SUCCESS;
	json_array_foreach (targets, i, target)
		catchment_places_target(&s, json_string_value(target));
	status = catchment_places_read(&q->known, &s, ret);
	selection_done(&s);
	return status;
}

/* It is written at the end: who learns only then that it cannot be has measured for nothing. */
static int
try_out(const char *path)
{
	struct atomic_file f;
	struct err e = { 0 };

	if (path == NULL || strcmp(path, "-") == 0)
		return EXIT_SUCCESS;
	if (atomic_file_begin(&f, path, 0644, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	atomic_file_drop(&f);
	return EXIT_SUCCESS;
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
	_cleanup_(whom_done) struct whom whom = { json_array(), json_array() };
	json_t *body;
	int status = check_given(q);

	if (status == EXIT_SUCCESS)
		status = read_lists(q, &whom);
	if (status == EXIT_SUCCESS)
		status = read_places(q, whom.targets, &known);
	if (status == EXIT_SUCCESS)
		status = try_out(q->out);
	if (status != EXIT_SUCCESS)
		return status;
	body = body_of(q, whom.targets, whom.exclude);
	if (body == NULL)
		return cli_usage_error("an argument is not UTF-8 text");
	status = check_size(body, &whom);
	if (status != EXIT_SUCCESS) {
		json_decref(body);
		return status;
	}
	add_places(&known, body, whom.targets, whom.exclude);
	/* the answer may come later than an interrupt, which is to stop what has begun */
	(void)cli_hold_interrupts();
	status = object_make(&catchment_kind, q->o, body, &made);
	return status == EXIT_SUCCESS ? go_on(q, &known, field_text(made.body, "id")) : status;
}
