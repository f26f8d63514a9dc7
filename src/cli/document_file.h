/* A document that somebody wrote into a file, or sends by a pipe. */
#pragma once

#include <jansson.h>

/*
 * Gives the object of YAML or JSON in the file ("-": standard input), for the caller to decref;
 * NULL: there is none, or it is no object, which was said. `what` is what it should be: "a
 * service".
 */
json_t *document_file(const char *name, const char *what);
