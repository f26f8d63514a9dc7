/* Prints the reference of a schema, for the comparison with its manual page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_conf.h"
#include "controller/controller_conf.h"
#include "lab/scenario.h"

int
main(int argc, char **argv)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	const struct conf_schema *schema = NULL;

	if (argc == 2 && strcmp(argv[1], "agent") == 0)
		schema = &agent_conf_schema;
	else if (argc == 2 && strcmp(argv[1], "controller") == 0)
		schema = &controller_conf_schema;
	else if (argc == 2 && strcmp(argv[1], "scenario") == 0)
		schema = &scenario_schema;
	if (schema == NULL) {
		(void)fputs("usage: reference agent|controller|scenario\n", stderr);
		return EXIT_FAILURE;
	}
	conf_print_reference(schema, &out);
	(void)fputs(strbuf_get(&out), stdout);
	return EXIT_SUCCESS;
}
