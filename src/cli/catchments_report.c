/* nearcast catchments report and locate: where the clients of a controller's catchment are. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/catchment_places.h"
#include "cli/catchment_report_text.h"
#include "cli/catchments.h"
#include "cli/controller_url.h"
#include "cli/fields.h"
#include "io/tty.h"

#define AT(member) offsetof(struct catchments_options, member)
#define ROWS 20

/* ---- report ---- */

static int
print(const struct catchments_options *o, json_t *report)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct table_look look = { .colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0) };
	bool is_whole = json_is_true(json_object_get(report, "complete"));
	int status;

	if (o->base.json) {
		status = object_print(&o->base, report);
	} else {
		catchment_report_text(report, o->limit, look, &out);
		status = cli_print(strbuf_get(&out));
	}
	return is_whole ? status : EXIT_FAILURE;
}

static int
run_report(const void *options, int argc, char **args)
{
	const struct catchments_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	_cleanup_(strbuf_done) struct strbuf part = { 0 };
	int status;

	(void)argc;
	strbuf_add(&part, "/report");
	if (o->before != NULL)
		controller_url_add_query(&part, "before", o->before);
	status = object_find(&catchment_kind, &o->base, args[0], strbuf_get(&part), &f);
	return status == EXIT_SUCCESS ? print(o, f.was.body) : status;
}

/* ---- locate ---- */

/* The targets are those that were heard: the first word of each line of its file, which begins and
 * ends with JSON. */
static int
read_targets(const struct catchments_options *o, const char *id, struct selection *s)
{
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	int status = catchments_fetch(&o->base, id, &reply);
	char word[IP_STR_MAX];

	if (status != EXIT_SUCCESS)
		return status;
	for (const char *line = strbuf_get(&reply.body); *line != '\0'; line += *line == '\n') {
		size_t len = strcspn(line, " \n");

		if (len < sizeof(word)) {
			memcpy(word, line, len);
			word[len] = '\0';
			catchment_places_target(s, word);
		}
		line += strcspn(line, "\n");
	}
	return EXIT_SUCCESS;
}

static int
show_known(const struct catchments_options *o, const char *id)
{
	_cleanup_(object_found_done) struct object_found f = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	int status = object_find(&catchment_kind, &o->base, id, "", &f);

	if (status != EXIT_SUCCESS)
		return status;
	if (o->base.json)
		return object_print(&o->base, f.was.body);
	strbuf_addf(&out,
	    "%s knows the places of %lld prefixes, the AS numbers of %lld, and the weights of "
	    "%lld\n",
	    id, field_int(f.was.body, "place_count"), field_int(f.was.body, "asn_count"),
	    field_int(f.was.body, "weight_count"));
	return cli_print(strbuf_get(&out));
}

static int
run_locate(const void *options, int argc, char **args)
{
	const struct catchments_options *o = options;
	_cleanup_(catchment_places_done) struct catchment_places known = { 0 };
	struct selection s = { 0 };
	int status;

	(void)argc;
	if (o->places == NULL && o->asn == NULL && o->weights == NULL)
		return cli_usage_error("what is known is missing: --places FILE, --asn FILE, "
				       "--weights FILE, or some of them");
	status = read_targets(o, args[0], &s);
	if (status == EXIT_SUCCESS)
		status = catchment_places_read(
		    &(struct catchment_places_files){ o->places, o->asn, o->weights }, &s, &known);
	selection_done(&s);
	if (status == EXIT_SUCCESS)
		status = catchment_places_send(&known, &o->base, args[0]);
	return status == EXIT_SUCCESS ? show_known(o, args[0]) : status;
}

/* clang-format off */
static const struct cli_option report_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT,
	{ "before", 'b', CLI_STRING, AT(before), "ID", 0, 0, NULL, "an earlier one of the same address, to compare it with" },
	{ "limit", 'n', CLI_U32, AT(limit), "COUNT", 0, 100000, NULL, "of rows that are shown" },
};
static const struct cli_option locate_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT,
	{ "places", 0, CLI_STRING, AT(places), "FILE", 0, 0, NULL, "country, degrees and city of prefixes" },
	{ "asn", 0, CLI_STRING, AT(asn), "FILE", 0, 0, NULL, "AS numbers of prefixes, as CAIDA's pfx2as" },
	{ "weights", 0, CLI_STRING, AT(weights), "FILE", 0, 0, NULL, "how many queries, bytes or users prefixes have" },
};
/* clang-format on */

static const struct catchments_options report_defaults = { .limit = ROWS };

const struct cli_command cli_catchments_report_command = OBJECT_COMMAND("report", "ID", 1,
    "Show where its clients land, and whom a better site could serve; so far, while it goes on.",
    report_options, struct catchments_options, &report_defaults, run_report);
const struct cli_command cli_catchments_locate_command = OBJECT_COMMAND("locate", "ID", 1,
    "Tell one that is over where its targets are, for its report and its map.", locate_options,
    struct catchments_options, NULL, run_locate);
