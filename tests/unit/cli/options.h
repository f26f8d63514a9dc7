/* A command's options, one of every type: what the tests of the command line parse and print. */
#pragma once

#include <limits.h>

#include "cli/command.h"

struct options {
	bool json, quiet;
	const char *name;
	struct cli_strings against;
	uint32_t count;
	struct duration interval;
	int method, family;
};

static const char *const methods[] = { "udp", "icmp", NULL };

/* clang-format off */
#define AT(field) offsetof(struct options, field)
static const struct cli_option options[] = {
	{ "json",     0,   CLI_FLAG,     AT(json),     NULL,       0, 0, NULL, "as JSON" },
	{ "quiet",    'q', CLI_FLAG,     AT(quiet),    NULL,       0, 0, NULL, "say less" },
	{ "name",     'N', CLI_STRING,   AT(name),     "FILE",     0, 0, NULL, "the name" },
	{ "against",  'a', CLI_STRINGS,  AT(against),  "NAME=URL", 0, 0, NULL, "compare" },
	{ "count",    'n', CLI_U32,      AT(count),    "COUNT",    1, 100, NULL, "how many" },
	{ "interval", 'i', CLI_DURATION, AT(interval), "DURATION", 1, 60 * NS_PER_S, NULL, "how often" },
	{ "method",   'm', CLI_ENUM,     AT(method),   "METHOD",   0, 0, methods, "how" },
	{ "ipv4",     '4', CLI_CHOICE,   AT(family),   NULL,       4, 0, NULL, "IPv4 only" },
	{ "ipv6",     '6', CLI_CHOICE,   AT(family),   NULL,       6, 0, NULL, "IPv6 only" },
};
#undef AT
/* clang-format on */

static const struct options defaults = { .count = 10, .interval = { NS_PER_S } };

/* Commands with these: any number of arguments, and a command to run. Not all tests have both. */
static const struct cli_command probe __attribute__((unused)) = {
	.name = "probe",
	.args = "URL...",
	.summary = "Request, and see who answers.",
	.args_min = 1,
	.args_max = UINT_MAX,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct options),
	.defaults = &defaults,
	.notes = "Ends with 1 when a request failed.",
};
static const struct cli_command exec __attribute__((unused)) = {
	.name = "exec",
	.args = "NODE",
	.summary = "Run in a node.",
	.args_min = 1,
	.args_max = 1,
	.takes_command = true,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct options),
};
