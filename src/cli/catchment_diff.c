/* nearcast catchment diff: who moved between two merged catchments. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/catchment.h"
#include "cli/print_json.h"
#include "measure/catch_diff.h"
#include "measure/json.h"

struct diff_options {
	const char *weights, *out;
	bool json;
};

static int
run_diff(const void *options, int argc, char **args)
{
	const struct diff_options *o = options;
	_cleanup_(catch_diff_done) struct catch_diff d = { 0 };
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct err e = { 0 };
	int r, status;

	(void)argc;
	r = catch_diff_read(&d, args[0], args[1], o->weights, &e);
	if (r >= 0 && o->out != NULL)
		r = catch_diff_write(&d, o->out, &e);
	(void)fputs(strbuf_get(&d.report), stderr);
	if (r < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	catch_diff_to_text(&d, &text);
	status = o->json
		     ? cli_print_json(catch_diff_to_json(&d), JSON_INDENT(2) | MEASURE_JSON_FLAGS)
		     : cli_print(strbuf_get(&text));
	return d.incomplete || d.other_address || d.bad > 0 ? EXIT_FAILURE : status;
}

static const struct cli_option options[] = {
	{ "weights", 'w', CLI_STRING, offsetof(struct diff_options, weights), "FILE", 0, 0, NULL,
	    "how much prefixes weigh: a prefix and a number in each line" },
	{ "out", 'o', CLI_STRING, offsetof(struct diff_options, out), "FILE", 0, 0, NULL,
	    "write a row for each target that moved" },
	{ "json", 0, CLI_FLAG, offsetof(struct diff_options, json), NULL, 0, 0, NULL,
	    "one JSON document" },
};

const struct cli_command cli_catchment_diff_command = {
	.name = "diff",
	.args = "FILE FILE",
	.summary = "Show who moved from one merged catchment to another, and where to.",
	.args_min = 2,
	.args_max = 2,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct diff_options),
	.run = run_diff,
	.notes =
	    "Exit status: 1 also when one of the two is not complete, or they are of different "
	    "addresses; what there is was shown then.",
};
