/*
 * A document as one line: what every control socket of ours carries, in both directions.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"

/*
 * Adds the document and a newline; takes over the reference. NULL, or what cannot be written as
 * JSON (a text that is not UTF-8), adds an error document instead and gives -EINVAL.
 */
int control_line(json_t *document, struct strbuf *line);
