/* What `nearcast drain`, undrain, hold and release share: an order to the agent, and its answer. */
#pragma once

#include <jansson.h>

#include "cli/agent.h"

/*
 * Gives the order for the service, with these further fields (takes over the reference; NULL:
 * none). The answer is the caller's; NULL: refused, which was said.
 */
json_t *cli_order(const char *socket, const char *order, const char *service, json_t *fields);
/* Prints the answer: as JSON, or as one line "SERVICE: WHAT" with the stage. Takes it over. */
int cli_order_print(json_t *answer, bool json, const char *what);
