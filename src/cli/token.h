/* What is made with a secret that is shown once: tokens, and tokens to join with. */
#pragma once

#include "cli/object.h"

/* Prints the member `token` of what was made (borrowed), alone, so that it can go into a file. */
int token_print(const struct object_options *o, json_t *made);
