#include "io/control_line.h"

#include <errno.h>
#include <stdlib.h>

int
control_line(json_t *document, struct strbuf *line)
{
	/* NULL too where a text in it was not UTF-8: json_pack() gave none then */
	char *text = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
	bool ok = text != NULL;

	json_decref(document);
	if (ok)
		strbuf_add(line, text);
	else
		strbuf_addf(line,
		    "{\"error\":\"this cannot be written as JSON: a text in it is not UTF-8\","
		    "\"code\":%d}",
		    EINVAL);
	strbuf_add_char(line, '\n');
	free(text);
	return ok ? 0 : -EINVAL;
}
