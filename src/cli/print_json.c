#include "cli/print_json.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cli/command.h"

/* 34.05 instead of the 34.049999999999997 that is nearest to it: what a double surely holds. */
#define DIGITS 15

int
cli_print_json(json_t *document, size_t flags)
{
	size_t with = flags & JSON_REAL_PRECISION(31) ? flags : flags | JSON_REAL_PRECISION(DIGITS);
	_cleanup_(freep) char *text = document != NULL ? json_dumps(document, with) : NULL;
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	json_decref(document);
	if (text == NULL) {
		cli_say_error("what there is cannot be written as JSON");
		return EXIT_FAILURE;
	}
	strbuf_addf(&line, "%s\n", text);
	return cli_print(strbuf_get(&line));
}
