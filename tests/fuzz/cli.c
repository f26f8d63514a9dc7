/* The command line: words separated by NUL or newline, for a command with options of every type. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cli/options.h"
#include "cli/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_command(const struct cli_command *c, int argc, char **argv)
{
	struct cli_parsed p = { 0 };
	struct err e = { 0 };

	if (cli_parse(c, argc, argv, &p, &e) < 0) {
		assert(p.options == NULL && e.message[0] != '\0');
		return;
	}
	if (!p.help) {
		const struct options *o = p.options;

		assert(p.argc <= argc && p.args[p.argc] == NULL && p.argc >= (int)c->args_min);
		assert(o->count <= 100 && o->interval.ns <= 60 * NS_PER_S);
		assert(o->family == 0 || o->family == 4 || o->family == 6);
		for (size_t i = 0; i < o->against.count; i++)
			(void)strlen(o->against.items[i]);
		for (int i = 0; i < p.argc; i++)
			(void)strlen(p.args[i]);
	}
	cli_parsed_done(c, &p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[512], *argv[64];
	int argc = 0;

	if (size >= sizeof(text))
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < size && argc < 63; i++) {
		if (i == 0 || text[i - 1] == '\0')
			argv[argc++] = &text[i];
		if (text[i] == '\n')
			text[i] = '\0';
	}
	argv[argc] = NULL;
	try_command(&probe, argc, argv);
	try_command(&exec, argc, argv);
	return 0;
}
