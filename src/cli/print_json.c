#include "cli/print_json.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cli/command.h"

int
cli_print_json(json_t *document, size_t flags)
{
	_cleanup_(freep) char *text = document != NULL ? json_dumps(document, flags) : NULL;
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	json_decref(document);
	if (text == NULL) {
		cli_say_error("what there is cannot be written as JSON");
		return EXIT_FAILURE;
	}
	strbuf_addf(&line, "%s\n", text);
	return cli_print(strbuf_get(&line));
}
