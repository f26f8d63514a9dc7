/* nearcast report: where clients land, what it costs them and why, as a page, JSON and CSV. */
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/report_files.h"
#include "cli/report_inputs.h"
#include "io/loop.h"
#include "io/tty.h"
#include "measure/report_reason.h"
#include "measure/report_write.h"

#define FINDINGS 20

struct report_options {
	struct report_inputs in;
	struct report_files files;
	const char *title, *global_ip;
	uint32_t limit, more_ms, more_km;
};

static int
write_report(const struct report_options *o, const struct report *r)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	int status = report_files_write(&o->files, r);

	if (status != EXIT_SUCCESS || report_files_on_stdout(&o->files) > 0)
		return status;
	report_to_text(r, o->limit, tty_columns(STDOUT_FILENO, 0), &text);
	return cli_print(strbuf_get(&text));
}

/* ---- the command ---- */

static int
check_use(const struct report_options *o)
{
	if (o->in.catchments.count == 0 && o->in.probes.count == 0)
		return cli_usage_error(
		    "where clients land is missing: --catchment FILE, or --probe FILE");
	if (report_files_on_stdout(&o->files) > 1)
		return cli_usage_error("only one of the files can be standard output");
	return EXIT_SUCCESS;
}

static void
name_it(const struct report_options *o, struct report *r)
{
	if (o->global_ip)
		r->global_ip = report_text(r, o->global_ip);
	r->title = o->title ? report_text(r, o->title)
			    : report_printf(r, "Where clients of %s land",
				  r->global_ip ? r->global_ip : "the Global IP");
}

static int
run_report(const void *options, _unused_ int argc, _unused_ char **args)
{
	const struct report_options *o = options;
	_cleanup_(report_done) struct report r = { 0 };
	_cleanup_(report_sources_done) struct report_sources sources = { 0 };
	int status = check_use(o);

	if (status != EXIT_SUCCESS)
		return status;
	report_init(&r);
	r.made_wall_ns = clock_wall_ns();
	r.limits = (struct report_limits){ .ms = o->more_ms, .km = o->more_km };
	if (o->global_ip)
		r.global_ip = o->global_ip;
	status = report_inputs_read(&o->in, &sources, &r);
	if (status != EXIT_SUCCESS)
		return status;
	name_it(o, &r);
	report_compute(&r);
	report_inputs_know_rtts(&sources, &r);
	report_explain(&r, sources.relations);
	status = write_report(o, &r);
	return r.note_count > 0 ? EXIT_FAILURE : status;
}

/* clang-format off */
#define AT(field) offsetof(struct report_options, field)
static const struct cli_option options[] = {
	{ "catchment", 'c', CLI_STRINGS, AT(in.catchments), "FILE", 0, 0, NULL,
	    "where clients land: of a merge, or of all sites, with their RTTs; may be repeated" },
	{ "before", 'b', CLI_STRINGS, AT(in.before), "FILE", 0, 0, NULL,
	    "likewise, before something was changed" },
	{ "probe", 'p', CLI_STRINGS, AT(in.probes), "[CLIENT=]FILE", 0, 0, NULL,
	    "where a client lands, of nearcast probe --json; may be repeated" },
	{ "before-probe", 0, CLI_STRINGS, AT(in.before_probes), "[CLIENT=]FILE", 0, 0, NULL,
	    "likewise, before something was changed" },
	{ "trace", 't', CLI_STRINGS, AT(in.traces), "[CLIENT=]FILE", 0, 0, NULL,
	    "a client's way, of nearcast trace --json; may be repeated" },
	{ "global-ip", 'g', CLI_STRING, AT(global_ip), "ADDRESS", 0, 0, NULL,
	    "the Global IP, where no catchment says it" },
	{ "weights", 'w', CLI_STRING, AT(in.weights), "FILE", 0, 0, NULL,
	    "how much prefixes weigh: a prefix and a number in each line" },
	{ "names", 0, CLI_STRING, AT(in.names), "FILE", 0, 0, NULL,
	    "names, networks and places of addresses, and of sites, as JSON" },
	{ "asn", 0, CLI_STRING, AT(in.asn), "FILE", 0, 0, NULL,
	    "AS numbers of prefixes, as CAIDA's pfx2as" },
	{ "places", 0, CLI_STRING, AT(in.places), "FILE", 0, 0, NULL,
	    "country, degrees and city of prefixes" },
	{ "relations", 0, CLI_STRING, AT(in.relations), "FILE", 0, 0, NULL,
	    "who is whose customer, as CAIDA's AS relationships" },
	{ "title", 0, CLI_STRING, AT(title), "TEXT", 0, 0, NULL, "of the report" },
	{ "more-ms", 0, CLI_U32, AT(more_ms), "MS", 0, 60000, NULL,
	    "a better site could serve whom it saves more than this" },
	{ "more-km", 0, CLI_U32, AT(more_km), "KM", 0, 20038, NULL,
	    "or this, and a third of the way" },
	{ "limit", 0, CLI_U32, AT(limit), "COUNT", 0, 100000, NULL,
	    "how many of them are shown here" },
	{ "out", 'o', CLI_STRING, AT(files.page), "FILE", 0, 0, NULL, "write it as one page of HTML" },
	{ "json", 0, CLI_STRING, AT(files.json), "FILE", 0, 0, NULL, "write all of it as JSON" },
	{ "csv", 0, CLI_STRING, AT(files.csv), "FILE", 0, 0, NULL,
	    "write a row for each that a better site could serve" },
};
/* clang-format on */

static const struct report_options defaults = {
	.limit = FINDINGS,
	.more_ms = 5,
	.more_km = 1000,
};

const struct cli_command cli_report_command = {
	.name = "report",
	.args = "",
	.summary = "Show where clients land, whom a better site could serve, and why.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct report_options),
	.defaults = &defaults,
	.run = run_report,
	.notes =
	    "Exit status: 1 also when something of a measurement is missing; what there is was "
	    "shown\nand written then, and says so.",
};
