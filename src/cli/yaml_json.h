/* A file of YAML, or JSON, as the JSON that an API reads. Pure. */
#pragma once

#include <jansson.h>

#include "base/err.h"

/*
 * Gives the document, for the caller to decref. Plain scalars that are numbers, true, false or null
 * in JSON are that, all others are text. -EINVAL, and a sentence, with the line where there is one,
 * when it is no YAML, has a key twice, an alias, or more than 32 levels. name stands for it in the
 * sentence.
 */
int yaml_json(
    const char *name, const char *text, size_t len, json_t **ret, struct err *e) _must_use_;
