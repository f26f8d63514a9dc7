/* nearcast catchment merge: what all sites heard, put together. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/catchment.h"
#include "cli/print_json.h"
#include "measure/catch_merge.h"
#include "measure/json.h"

struct merge_options {
	const char *weights, *out;
	uint32_t block;
	bool json;
};

static int
print_merge(const struct merge_options *o, const struct catch_merge *m)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	if (o->json)
		return cli_print_json(catch_merge_to_json(m), JSON_INDENT(2) | MEASURE_JSON_FLAGS);
	catch_merge_to_text(m, &text);
	return cli_print(strbuf_get(&text));
}

static int
run_merge(const void *options, int argc, char **args)
{
	const struct merge_options *o = options;
	_cleanup_(catch_merge_done) struct catch_merge m = { 0 };
	struct err e = { 0 };
	unsigned block = o->block;
	int r = 0, status;

	(void)argc;
	catch_merge_read(&m, args);
	if (block == 0)
		block = m.table.family == IP_V6 ? 48 : 24;
	if (block > ip_bits(m.table.family == IP_V6 ? IP_V6 : IP_V4))
		return cli_usage_error("--block: a block of IPv4 has a length of 1 to 32");
	if (o->weights != NULL && m.address != NULL)
		r = catch_merge_weigh(&m, o->weights, &e);
	if (r >= 0 && o->out != NULL && m.address != NULL)
		r = catch_merge_write(&m, o->out, (uint8_t)block, &e);
	(void)fputs(strbuf_get(&m.report), stderr);
	if (r >= 0 && m.address == NULL)
		r = err_set(&e, -ENODATA, "there is no file of replies");
	if (r < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	status = print_merge(o, &m);
	return catch_merge_is_complete(&m) ? status : EXIT_FAILURE;
}

static const struct cli_option options[] = {
	{ "weights", 'w', CLI_STRING, offsetof(struct merge_options, weights), "FILE", 0, 0, NULL,
	    "how much prefixes weigh: a prefix and a number in each line" },
	{ "block", 'b', CLI_U32, offsetof(struct merge_options, block), "LENGTH", 0, 128, NULL,
	    "of the prefix that a target stands for; 0: 24 for IPv4, 48 for IPv6" },
	{ "out", 'o', CLI_STRING, offsetof(struct merge_options, out), "FILE", 0, 0, NULL,
	    "write the row of each target" },
	{ "json", 0, CLI_FLAG, offsetof(struct merge_options, json), NULL, 0, 0, NULL,
	    "one JSON document" },
};

const struct cli_command cli_catchment_merge_command = {
	.name = "merge",
	.args = "FILE...",
	.summary = "Put together what all sites heard: shares, flips, and latency inflation.",
	.args_min = 1,
	.args_max = UINT_MAX,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct merge_options),
	.run = run_merge,
	.notes = "Exit status: 1 also when something of a file is missing; what there is was shown "
		 "then.",
};
