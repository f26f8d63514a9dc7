/* Finding a Global IP as people call it: by its id, its prefix, or an address of it. */
#pragma once

#include "cli/object.h"

/*
 * Reads the one that `which` says, among those that were ordered, of the options' project or the
 * token's, else of all; adds its path. Gives EXIT_SUCCESS and the answer: without a body there is
 * none, and e says so. Else it was said why it is not known.
 */
int global_ip_look(const struct object_options *o, const struct controller *c, const char *which,
    struct strbuf *path, struct controller_answer *ret, struct err *e);
/* Likewise, in order to show or change it: there has to be one. */
int global_ip_find(const struct object_options *o, const char *which, struct object_found *ret);
