/* nearcast lab down: ends labs. */
#include <limits.h>
#include <stdlib.h>

#include "cli/lab.h"
#include "lab/lab.h"

struct down_options {
	bool all;
};

static int
end_one(const char *name)
{
	_cleanup_(lab_closep) struct lab *lab = NULL;
	struct err err = { 0 };

	if (lab_connect(name, &lab, &err) < 0 || lab_down(lab, &err) < 0)
		return cli_lab_fail("down", &err);
	return EXIT_SUCCESS;
}

static int
end_all(void)
{
	_cleanup_(lab_names_done) struct lab_names names = { 0 };
	struct err err = { 0 };
	int status = EXIT_SUCCESS;

	if (lab_list(&names, &err) < 0)
		status = cli_lab_fail("down", &err);
	for (size_t i = 0; i < names.count; i++)
		status |= end_one(names.items[i]);
	return status;
}

static int
run_down(const void *options, int argc, char **args)
{
	const struct down_options *o = options;
	int status = EXIT_SUCCESS;

	if (o->all && argc > 0)
		return cli_usage_error("--all goes without names");
	if (o->all)
		return end_all();
	if (argc == 0)
		return end_one(NULL);
	for (int i = 0; i < argc; i++)
		status |= end_one(args[i]);
	return status;
}

static const struct cli_option options[] = {
	{ "all", 'a', CLI_FLAG, offsetof(struct down_options, all), NULL, 0, 0, NULL, "every lab that runs" },
};

const struct cli_command cli_lab_down_command = {
	.name = "down",
	.args = "[LAB]...",
	.summary = "End a lab, or the only one that runs, with all its processes and namespaces.",
	.args_min = 0,
	.args_max = UINT_MAX,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct down_options),
	.run = run_down,
};
