/* A file of YAML, or JSON, as the JSON that an API reads. Pure. */
#pragma once

#include <jansson.h>

#include "base/attr.h"
#include "base/strbuf.h"

/*
 * Gives the document, for the caller to decref. Plain scalars that are numbers, true, false or null
 * in JSON are that, all others are text. -EINVAL, and in `wrong` what is wrong, with its place, the
 * line and a caret where there is one (config/config.h), and a newline: it is no YAML, has a key
 * twice, an alias, or more than 32 levels. name stands for it. A line with a password is not shown.
 */
int yaml_json(
    const char *name, const char *text, size_t len, json_t **ret, struct strbuf *wrong) _must_use_;
